import type { MetadataLeaf } from "./spec.js";

/** The facts of one of its interfaces. */
export interface InterfaceFacts {
  readonly deviceNumber?: number;
  /** e.g. `ip-10-0-2-15.eu-west-3.compute.internal`. */
  readonly privateDnsName: string;
  readonly privateIp: string;
  readonly secondaryIps?: readonly string[];
  /** Of the primary private address. */
  readonly publicIp?: string;
  readonly publicDnsName?: string;
  readonly mac: string;
  readonly interfaceId: string;
  readonly subnetId: string;
  readonly subnetCidr: string;
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly securityGroups: readonly { readonly groupId: string; readonly groupName: string }[];
}

/** The facts an instance is told of itself, with those of its primary interface. */
export interface InstanceFacts extends InterfaceFacts {
  readonly furtherInterfaces?: readonly InterfaceFacts[];
  readonly instanceId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly accountId: string;
  readonly region: string;
  /** e.g. `eu-west-3a`, and its id, e.g. `euw3-az1`. */
  readonly zone: string;
  readonly zoneId: string;
  readonly reservationId: string;
  /** Position in its reservation, from 0. */
  readonly launchIndex: number;
  /** Milliseconds since the epoch. */
  readonly launchedAt: number;
  readonly key?: { readonly name: string; readonly material: string };
  /** As the machine sees it: decoded. Bytes, for it may be compressed. */
  readonly userData?: string | Uint8Array;
  /** The role of its instance profile; credentials are asked for at each request. */
  readonly profile?: {
    readonly arn: string;
    readonly id: string;
    readonly roleName: string;
    readonly credentials: () => RoleCredentials;
  };
  /** Only given when `InstanceMetadataTags` is enabled. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * The metadata service's leaves (EC2 User Guide, "Instance metadata categories"), by their path below a version. The
 * identity document is real; its signatures (`pkcs7`, `signature`, `rsa2048`) are AWS's to give and absent here. Pure.
 */
export function instanceMetadata(facts: InstanceFacts): Map<string, MetadataLeaf> {
  const { publicIp, publicDnsName, key, profile, userData } = facts;
  const leaves: Record<string, MetadataLeaf | undefined> = {
    "ami-id": facts.imageId,
    "ami-launch-index": String(facts.launchIndex),
    "ami-manifest-path": "(unknown)",
    "block-device-mapping/ami": "/dev/xvda",
    "block-device-mapping/root": "/dev/xvda",
    hostname: facts.privateDnsName,
    "iam/info":
      profile &&
      json({
        Code: "Success",
        LastUpdated: iso(facts.launchedAt),
        InstanceProfileArn: profile.arn,
        InstanceProfileId: profile.id,
      }),
    "instance-action": "none",
    "instance-id": facts.instanceId,
    "instance-life-cycle": "on-demand",
    "instance-type": facts.instanceType,
    "local-hostname": facts.privateDnsName,
    "local-ipv4": facts.privateIp,
    mac: facts.mac,
    "placement/availability-zone": facts.zone,
    "placement/availability-zone-id": facts.zoneId,
    "placement/region": facts.region,
    profile: "default-hvm",
    "public-hostname": publicDnsName,
    "public-ipv4": publicIp,
    "public-keys": key && `0=${key.name}`,
    "public-keys/0/openssh-key": key && `${key.material.trim()}\n`,
    "reservation-id": facts.reservationId,
    "security-groups": namesOfGroups(facts),
    "services/domain": "amazonaws.com",
    "services/partition": "aws",
    ...Object.fromEntries(
      [facts, ...(facts.furtherInterfaces ?? [])].flatMap((nic) =>
        Object.entries(prefixed(`network/interfaces/macs/${nic.mac}/`, interfaceLeaves(nic, facts.accountId))),
      ),
    ),
    ...prefixed("tags/instance/", facts.tags ?? {}),
  };
  if (profile !== undefined)
    leaves[`iam/security-credentials/${profile.roleName}`] = () => credentialsText(profile.credentials());
  const all: Record<string, MetadataLeaf | undefined> = {
    ...prefixed("meta-data/", leaves),
    "dynamic/instance-identity/document": identityDocument(facts),
    "user-data": userData,
  };
  return new Map(Object.entries(all).flatMap(([path, leaf]) => (leaf === undefined ? [] : [[path, leaf] as const])));
}

const namesOfGroups = ({ securityGroups }: InterfaceFacts): string => securityGroups.map((group) => group.groupName).join("\n");

function interfaceLeaves(facts: InterfaceFacts, accountId: string): Record<string, string | undefined> {
  return {
    "device-number": String(facts.deviceNumber ?? 0),
    "interface-id": facts.interfaceId,
    [`ipv4-associations/${facts.publicIp}`]: facts.publicIp && facts.privateIp,
    "local-hostname": facts.privateDnsName,
    "local-ipv4s": [facts.privateIp, ...(facts.secondaryIps ?? [])].join("\n"),
    mac: facts.mac,
    "owner-id": accountId,
    "public-hostname": facts.publicDnsName,
    "public-ipv4s": facts.publicIp,
    "security-group-ids": facts.securityGroups.map((group) => group.groupId).join("\n"),
    "security-groups": namesOfGroups(facts),
    "subnet-id": facts.subnetId,
    "subnet-ipv4-cidr-block": facts.subnetCidr,
    "vpc-id": facts.vpcId,
    "vpc-ipv4-cidr-block": facts.vpcCidr,
    "vpc-ipv4-cidr-blocks": facts.vpcCidr,
  };
}

/** Keys and order as EC2 prints them. */
function identityDocument(facts: InstanceFacts): string {
  return json({
    accountId: facts.accountId,
    architecture: "x86_64",
    availabilityZone: facts.zone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: facts.imageId,
    instanceId: facts.instanceId,
    instanceType: facts.instanceType,
    kernelId: null,
    pendingTime: iso(facts.launchedAt),
    privateIp: facts.privateIp,
    ramdiskId: null,
    region: facts.region,
    version: "2017-09-30",
  });
}

const credentialsText = (credentials: RoleCredentials): string =>
  json({
    Code: "Success",
    LastUpdated: iso(credentials.issuedAt),
    Type: "AWS-HMAC",
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: iso(credentials.expiresAt),
  });

const json = (value: Readonly<Record<string, string | null>>): string => JSON.stringify(value, null, 2);

/** AWS gives whole seconds. */
const iso = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");

function prefixed<Leaf>(prefix: string, leaves: Readonly<Record<string, Leaf>>): Record<string, Leaf> {
  return Object.fromEntries(Object.entries(leaves).map(([path, leaf]) => [prefix + path, leaf]));
}
