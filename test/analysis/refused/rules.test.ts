import { expect, test } from "vitest";
import { refusedRules } from "../../../src/analysis/refused/rules.js";
import { anyone, findings, group, judged, network, tcpFrom } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];

const vpc = (properties: object): Resources => ({ Vpc: ["EC2::VPC", properties] });
const subnets = (...blocks: readonly unknown[]): Resources => ({
  ...vpc({ CidrBlock: "10.0.0.0/16" }),
  ...Object.fromEntries(
    blocks.map((CidrBlock, index) => [`S${index + 1}`, ["EC2::Subnet", { VpcId: { Ref: "Vpc" }, CidrBlock }] as const]),
  ),
});
const rule = (properties: object): Resources => ({ ...network, Group: group({ IpProtocol: "tcp", ...properties }) });
const entry = (properties: object): Resources => ({
  ...vpc({ CidrBlock: "10.0.0.0/16" }),
  Acl: ["EC2::NetworkAcl", { VpcId: { Ref: "Vpc" } }],
  Entry: [
    "EC2::NetworkAclEntry",
    {
      ...{ NetworkAclId: { Ref: "Acl" }, RuleNumber: 100, RuleAction: "allow", Protocol: 6, CidrBlock: "0.0.0.0/0" },
      PortRange: { From: 80, To: 80 },
      ...properties,
    },
  ],
});
const route = (DestinationCidrBlock: unknown): Resources => ({
  ...network,
  Out: ["EC2::Route", { RouteTableId: { Ref: "Routes" }, DestinationCidrBlock, GatewayId: { Ref: "Igw" } }],
});

type Case = readonly [name: string, rule: string, resources: Resources, found: readonly string[]];

const cases: readonly Case[] = [
  ["a sound VPC", "vpc-block-refused", vpc({ CidrBlock: "10.0.0.0/16" }), []],
  ["the smallest VPC", "vpc-block-refused", vpc({ CidrBlock: "10.0.0.0/28" }), []],
  ["a prefix that there is not", "vpc-block-refused", vpc({ CidrBlock: "10.0.0.0/99" }), ["Vpc fails"]],
  ["a VPC that is too large", "vpc-block-refused", vpc({ CidrBlock: "10.0.0.0/15" }), ["Vpc fails"]],
  ["a VPC that is too small", "vpc-block-refused", vpc({ CidrBlock: "10.0.0.0/29" }), ["Vpc fails"]],
  ["a VPC of the loopback's block", "vpc-block-refused", vpc({ CidrBlock: "127.0.0.0/16" }), ["Vpc fails"]],
  ["a VPC without a block", "vpc-block-refused", vpc({ Tags: [] }), ["Vpc fails"]],
  ["a VPC that IPAM gives its block", "vpc-block-refused", vpc({ Ipv4IpamPoolId: "ipam-pool-1", Ipv4NetmaskLength: 24 }), []],
  ["a VPC of who knows which block", "vpc-block-refused", vpc({ CidrBlock: anyone }), ["Vpc unknown"]],
  ["sound subnets", "subnet-block-refused", subnets("10.0.0.0/24", "10.0.1.0/28"), []],
  ["an address that there is not", "subnet-block-refused", subnets("300.1.2.3/24"), ["S1 fails"]],
  ["a subnet outside of its VPC", "subnet-block-refused", subnets("192.168.0.0/24"), ["S1 fails"]],
  ["a subnet that is too small", "subnet-block-refused", subnets("10.0.2.0/30"), ["S1 fails"]],
  ["a subnet of who knows which block", "subnet-block-refused", subnets(anyone), ["S1 unknown"]],
  [
    "a subnet in the VPC's second block",
    "subnet-block-refused",
    { ...subnets("10.1.0.0/24"), More: ["EC2::VPCCidrBlock", { VpcId: { Ref: "Vpc" }, CidrBlock: "10.1.0.0/16" }] },
    [],
  ],
  [
    "a subnet perhaps in the VPC's second block",
    "subnet-block-refused",
    { ...subnets("10.1.0.0/24"), More: ["EC2::VPCCidrBlock", { VpcId: { Ref: "Vpc" }, CidrBlock: anyone }] },
    ["S1 unknown"],
  ],
  [
    "a subnet of a VPC elsewhere",
    "subnet-block-refused",
    { S: ["EC2::Subnet", { VpcId: anyone, CidrBlock: "10.9.0.0/24" }] },
    [],
  ],
  ["subnets beside each other", "subnet-blocks-overlap", subnets("10.0.0.0/25", "10.0.0.128/25"), []],
  ["a subnet in another", "subnet-blocks-overlap", subnets("10.0.1.0/24", "10.0.1.0/25"), ["S2 fails"]],
  [
    "three alike",
    "subnet-blocks-overlap",
    subnets("10.0.1.0/24", "10.0.1.0/24", "10.0.1.0/24"),
    ["S2 fails", "S3 fails", "S3 fails"],
  ],
  ["alike, of who knows which block", "subnet-blocks-overlap", subnets("10.0.1.0/24", anyone), []],
  [
    "alike in two VPCs",
    "subnet-blocks-overlap",
    {
      ...subnets("10.0.1.0/24"),
      Other: ["EC2::VPC", { CidrBlock: "10.0.0.0/16" }],
      There: ["EC2::Subnet", { VpcId: { Ref: "Other" }, CidrBlock: "10.0.1.0/24" }],
    },
    [],
  ],
  ["a sound rule", "group-rule-refused", { ...network, Group: group(tcpFrom(80, "0.0.0.0/0")) }, []],
  ["an address without a prefix", "group-rule-refused", { ...network, Group: group(tcpFrom(22, "0.0.0.0")) }, ["Group fails"]],
  ["a rule of who knows whom", "group-rule-refused", { ...network, Group: group(tcpFrom(22, anyone)) }, []],
  ["ports from high to low", "group-rule-refused", rule({ FromPort: 9000, ToPort: 8000, CidrIp: "0.0.0.0/0" }), ["Group fails"]],
  ["a port that there is not", "group-rule-refused", rule({ FromPort: 0, ToPort: 65536, CidrIp: "0.0.0.0/0" }), ["Group fails"]],
  ["TCP without ports", "group-rule-refused", rule({ CidrIp: "0.0.0.0/0" }), ["Group fails"]],
  ["all ports of TCP", "group-rule-refused", rule({ FromPort: -1, ToPort: -1, CidrIp: "0.0.0.0/0" }), []],
  ["all protocols", "group-rule-refused", rule({ IpProtocol: "-1", CidrIp: "0.0.0.0/0" }), []],
  ["ports of who knows what", "group-rule-refused", rule({ FromPort: anyone, ToPort: 80, CidrIp: "0.0.0.0/0" }), []],
  ["a sound entry", "acl-entry-refused", entry({}), []],
  ["an entry's block", "acl-entry-refused", entry({ CidrBlock: "10.0.0.0/33" }), ["Acl fails"]],
  ["an entry's ports", "acl-entry-refused", entry({ PortRange: { From: 90, To: 80 } }), ["Acl fails"]],
  ["an entry's number", "acl-entry-refused", entry({ RuleNumber: 32_767 }), ["Acl fails"]],
  ["a sound route", "route-refused", route("0.0.0.0/0"), []],
  ["a route to nowhere", "route-refused", route("0.0.0.0"), ["Routes fails"]],
  ["a route to who knows where", "route-refused", route(anyone), []],
];

test.each(cases.map(([name, id, resources, found]) => ({ name, id, resources, found })))(
  "$name ($id)",
  ({ id, resources, found }) => {
    expect(judged(refusedRules, id, resources)).toEqual(found);
  },
);

test("it stands at the property, in EC2's words", () => {
  const [found] = findings(refusedRules, "subnet-blocks-overlap", subnets("10.0.1.0/24", "10.0.1.0/25"));
  expect(found).toMatchObject({
    severity: "high",
    place: { file: "test.json" },
    reason: "InvalidSubnet.Conflict: The CIDR '10.0.1.0/25' conflicts with another subnet: S1 has 10.0.1.0/24.",
  });
});
