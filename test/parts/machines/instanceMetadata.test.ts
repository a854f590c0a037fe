import { expect, test } from "vitest";
import { instanceMetadata, type InstanceFacts } from "../../../src/parts/machines/instanceMetadata.js";

const facts: InstanceFacts = {
  instanceId: "i-0123456789abcdef0",
  imageId: "ami-0123456789abcdef0",
  instanceType: "t3.micro",
  accountId: "000000000000",
  region: "eu-west-3",
  zone: "eu-west-3a",
  zoneId: "euw3-az1",
  reservationId: "r-0123456789abcdef0",
  launchIndex: 0,
  privateDnsName: "ip-10-0-2-15.eu-west-3.compute.internal",
  privateIp: "10.0.2.15",
  mac: "02:0a:00:00:00:01",
  interfaceId: "eni-1",
  subnetId: "subnet-1",
  subnetCidr: "10.0.2.0/24",
  vpcId: "vpc-1",
  vpcCidr: "10.0.0.0/16",
  securityGroups: [
    { groupId: "sg-1", groupName: "web" },
    { groupId: "sg-2", groupName: "admin" },
  ],
  launchedAt: Date.UTC(2026, 10, 21, 13, 0, 0, 123),
};

test("a private instance without key, profile and user data has no leaves for them", () => {
  const leaves = instanceMetadata(facts);
  const text = [...leaves].map(([path, leaf]) => `${path}: ${JSON.stringify(leaf)}`).join("\n");
  expect(text).not.toMatch(/public-keys|iam\/|user-data|public-ipv4|undefined/);
  expect(text).toMatchInlineSnapshot(`
    "meta-data/ami-id: "ami-0123456789abcdef0"
    meta-data/ami-launch-index: "0"
    meta-data/ami-manifest-path: "(unknown)"
    meta-data/block-device-mapping/ami: "/dev/xvda"
    meta-data/block-device-mapping/root: "/dev/xvda"
    meta-data/hostname: "ip-10-0-2-15.eu-west-3.compute.internal"
    meta-data/instance-action: "none"
    meta-data/instance-id: "i-0123456789abcdef0"
    meta-data/instance-life-cycle: "on-demand"
    meta-data/instance-type: "t3.micro"
    meta-data/local-hostname: "ip-10-0-2-15.eu-west-3.compute.internal"
    meta-data/local-ipv4: "10.0.2.15"
    meta-data/mac: "02:0a:00:00:00:01"
    meta-data/placement/availability-zone: "eu-west-3a"
    meta-data/placement/availability-zone-id: "euw3-az1"
    meta-data/placement/region: "eu-west-3"
    meta-data/profile: "default-hvm"
    meta-data/reservation-id: "r-0123456789abcdef0"
    meta-data/security-groups: "web\\nadmin"
    meta-data/services/domain: "amazonaws.com"
    meta-data/services/partition: "aws"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/device-number: "0"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/interface-id: "eni-1"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/local-hostname: "ip-10-0-2-15.eu-west-3.compute.internal"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/local-ipv4s: "10.0.2.15"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/mac: "02:0a:00:00:00:01"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/owner-id: "000000000000"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/security-group-ids: "sg-1\\nsg-2"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/security-groups: "web\\nadmin"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/subnet-id: "subnet-1"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/subnet-ipv4-cidr-block: "10.0.2.0/24"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/vpc-id: "vpc-1"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/vpc-ipv4-cidr-block: "10.0.0.0/16"
    meta-data/network/interfaces/macs/02:0a:00:00:00:01/vpc-ipv4-cidr-blocks: "10.0.0.0/16"
    dynamic/instance-identity/document: "{\\n  \\"accountId\\": \\"000000000000\\",\\n  \\"architecture\\": \\"x86_64\\",\\n  \\"availabilityZone\\": \\"eu-west-3a\\",\\n  \\"billingProducts\\": null,\\n  \\"devpayProductCodes\\": null,\\n  \\"marketplaceProductCodes\\": null,\\n  \\"imageId\\": \\"ami-0123456789abcdef0\\",\\n  \\"instanceId\\": \\"i-0123456789abcdef0\\",\\n  \\"instanceType\\": \\"t3.micro\\",\\n  \\"kernelId\\": null,\\n  \\"pendingTime\\": \\"2026-11-21T13:00:00Z\\",\\n  \\"privateIp\\": \\"10.0.2.15\\",\\n  \\"ramdiskId\\": null,\\n  \\"region\\": \\"eu-west-3\\",\\n  \\"version\\": \\"2017-09-30\\"\\n}""
  `);
});

test("the public key is listed under its name and given as OpenSSH has it", () => {
  const leaves = instanceMetadata({ ...facts, key: { name: "laptop", material: "ssh-ed25519 AAAA me\n" } });
  expect(leaves.get("meta-data/public-keys")).toBe("0=laptop");
  expect(leaves.get("meta-data/public-keys/0/openssh-key")).toBe("ssh-ed25519 AAAA me\n");
});

test("a public address is told in both places, with what it stands for", () => {
  const leaves = instanceMetadata({
    ...facts,
    publicIp: "198.18.0.7",
    publicDnsName: "ec2-198-18-0-7.eu-west-3.compute.amazonaws.com",
  });
  expect(leaves.get("meta-data/public-ipv4")).toBe("198.18.0.7");
  expect(leaves.get("meta-data/network/interfaces/macs/02:0a:00:00:00:01/ipv4-associations/198.18.0.7")).toBe("10.0.2.15");
});

test("role credentials are made when they are asked for, in the form the SDKs read", () => {
  let made = 0;
  const credentials = () => {
    made += 1;
    return { accessKeyId: `ASIA${made}`, secretAccessKey: "secret", sessionToken: "token", issuedAt: 0, expiresAt: 21_600_000 };
  };
  const leaves = instanceMetadata({
    ...facts,
    profile: { arn: "arn:aws:iam::000000000000:instance-profile/web", id: "AIPA1", roleName: "web", credentials },
  });
  const leaf = leaves.get("meta-data/iam/security-credentials/web");
  expect(made).toBe(0);
  if (typeof leaf !== "function") throw new Error("the leaf is not asked at each request");
  expect(JSON.parse(leaf())).toEqual({
    Code: "Success",
    LastUpdated: "1970-01-01T00:00:00Z",
    Type: "AWS-HMAC",
    AccessKeyId: "ASIA1",
    SecretAccessKey: "secret",
    Token: "token",
    Expiration: "1970-01-01T06:00:00Z",
  });
  expect(JSON.parse(leaf())).toMatchObject({ AccessKeyId: "ASIA2" });
});
