import { describe, expect, test } from "vitest";
import { exposureRules } from "../../../src/analysis/exposure/rules.js";
import { anyone, findings, group, host, network, tcpFrom } from "../../support/analysed.js";

type Resources = Parameters<typeof findings>[2];
type Case = readonly [name: string, resources: Resources, found: readonly string[]];

const told = (rule: string, resources: Resources) =>
  findings(exposureRules, rule, resources).map(
    ({ resource, verdict, severity, title }) => `${resource.id} ${verdict} ${severity}: ${title}`,
  );

const side = (number: number, ingress: readonly object[], egress?: readonly object[]): Resources => {
  const id = (name: string): string => `${name}${String(number)}`;
  const ref = (name: string) => ({ Ref: id(name) });
  return {
    [id("Vpc")]: ["EC2::VPC", { CidrBlock: `10.${String(number)}.0.0/16` }],
    [id("Subnet")]: ["EC2::Subnet", { VpcId: ref("Vpc"), CidrBlock: `10.${String(number)}.0.0/24` }],
    [id("Table")]: ["EC2::RouteTable", { VpcId: ref("Vpc") }],
    [id("Uses")]: ["EC2::SubnetRouteTableAssociation", { RouteTableId: ref("Table"), SubnetId: ref("Subnet") }],
    [id("Group")]: [
      "EC2::SecurityGroup",
      {
        GroupDescription: "g",
        VpcId: ref("Vpc"),
        SecurityGroupIngress: ingress,
        ...(egress === undefined ? {} : { SecurityGroupEgress: egress }),
      },
    ],
    [id("Host")]: [
      "EC2::Instance",
      { ImageId: "ami-1", SubnetId: ref("Subnet"), SecurityGroupIds: [{ "Fn::GetAtt": [id("Group"), "GroupId"] }] },
    ],
  };
};
const route = (from: number, cidr: unknown, target: object): Resources => ({
  [`Route${String(from)}${Object.keys(target).join("")}`]: [
    "EC2::Route",
    { RouteTableId: { Ref: `Table${String(from)}` }, DestinationCidrBlock: cidr, ...target },
  ],
});
const over = { VpcPeeringConnectionId: { Ref: "Peering" } };
const peering = (more: object = {}): Resources => ({
  Peering: ["EC2::VPCPeeringConnection", { VpcId: { Ref: "Vpc1" }, PeerVpcId: { Ref: "Vpc2" }, ...more }],
});
/** Host1 may open what this lets into Host2; nothing is let in the other way. */
const pair = (ingress: readonly object[], more: Resources = {}, egress?: readonly object[]): Resources => ({
  ...side(1, [], egress),
  ...side(2, ingress),
  ...peering(),
  ...route(1, "10.2.0.0/16", over),
  ...route(2, "10.1.0.0/16", over),
  ...more,
});
const near = "10.1.0.0/16";
const reaches = (ports: string) => [`Host2 fails info: the peered VPC Vpc1 reaches ${ports}`];
const mayReach = (ports: string) => [`Host2 unknown info: the peered VPC Vpc1 may reach ${ports}`];

describe("a peered VPC that was read", () => {
  test.each<Case>([
    ["opens a port", pair([tcpFrom(22, near)]), reaches("TCP 22 (SSH)")],
    [
      "opens several: one finding",
      pair([tcpFrom(22, near), tcpFrom(5432, near), tcpFrom(8443, near)]),
      reaches("TCP 22 (SSH), TCP 5432 (PostgreSQL) and TCP 8443"),
    ],
    ["is let in by nothing", pair([tcpFrom(22, "10.9.0.0/16")]), []],
    ["has groups that let it nowhere", pair([tcpFrom(22, near)], {}, [tcpFrom(443, "10.2.0.0/16")]), []],
    ["has no way back", pair([tcpFrom(22, near)], route(2, "10.9.0.0/16", over)), []],
    ["is let in by who knows what", pair([tcpFrom(22, anyone)]), mayReach("TCP 22 (SSH)")],
    ["is let in by this, and by who knows what", pair([tcpFrom(22, near), tcpFrom(80, anyone)]), reaches("TCP 22 (SSH)")],
    ["has yet to accept", pair([tcpFrom(22, near)], peering({ PeerOwnerId: "123456789012" })), mayReach("TCP 22 (SSH)")],
  ])("%s", (_, resources, found) => expect(told("reachable-from-peered-vpc", resources)).toEqual(found));
});

const public2: Resources = {
  Igw: ["EC2::InternetGateway"],
  Attachment: ["EC2::VPCGatewayAttachment", { VpcId: { Ref: "Vpc2" }, InternetGatewayId: { Ref: "Igw" } }],
  Ip: ["EC2::EIP", { InstanceId: { Ref: "Host2" } }],
  ...route(2, "0.0.0.0/0", { GatewayId: { Ref: "Igw" } }),
  ...route(2, "10.1.0.0/16", over),
};

test("what the internet opens too is not told again", () => {
  const world = tcpFrom(443, "0.0.0.0/0");
  expect(told("reachable-from-peered-vpc", pair([world, tcpFrom(22, near)], public2))).toEqual(reaches("TCP 22 (SSH)"));
  expect(told("reachable-from-peered-vpc", pair([world], public2))).toEqual([]);
});

const away = (id: unknown, cidr: unknown, ingress: readonly object[], target: object = over): Resources => ({
  ...side(1, ingress),
  ...peering({ PeerVpcId: id }),
  ...route(1, cidr, target),
});
const far = "172.20.0.0/16";

describe("a peered VPC that was not read", () => {
  test.each<Case>([
    [
      "is known by its routes",
      away("vpc-9", far, [tcpFrom(22, far)]),
      ["Host1 fails info: the VPC behind Peering reaches TCP 22 (SSH)"],
    ],
    ["is not let in", away("vpc-9", far, [tcpFrom(22, "172.21.0.0/16")]), []],
    [
      "has one address that is let in",
      away("vpc-9", far, [tcpFrom(22, "172.20.0.7/32")]),
      ["Host1 fails info: the VPC behind Peering reaches TCP 22 (SSH)"],
    ],
    [
      "has who knows which addresses",
      away("vpc-9", anyone, [tcpFrom(22, far)]),
      ["Host1 unknown info: the VPC behind Peering may reach TCP 22 (SSH)"],
    ],
  ])("%s", (_, resources, found) => expect(told("reachable-from-peered-vpc", resources)).toEqual(found));
});

const behind = (cidr: unknown, ingress: readonly object[], target: object = { GatewayId: "vgw-1" }): Resources => ({
  ...network,
  Group: group(...ingress),
  Host: host("Private"),
  Inner: ["EC2::RouteTable", { VpcId: { Ref: "Vpc" } }],
  Uses: ["EC2::SubnetRouteTableAssociation", { RouteTableId: { Ref: "Inner" }, SubnetId: { Ref: "Private" } }],
  Home: ["EC2::Route", { RouteTableId: { Ref: "Inner" }, DestinationCidrBlock: cidr, ...target }],
});
const office = "192.168.0.0/16";
const vgw = "the network behind the virtual private gateway vgw-1";

describe("networks behind gateways", () => {
  test.each<Case>([
    ["open a port", behind(office, [tcpFrom(3389, office)]), [`Host fails info: ${vgw} reaches TCP 3389 (RDP)`]],
    [
      "open what a wider rule lets in",
      behind(office, [tcpFrom(22, "0.0.0.0/0")]),
      [`Host fails info: ${vgw} reaches TCP 22 (SSH)`],
    ],
    ["are answered only where a route leads", behind("192.168.1.0/24", [tcpFrom(22, "192.168.2.0/24")]), []],
    ["are not the VPC itself", behind("0.0.0.0/0", [tcpFrom(22, "10.0.0.0/16")]), []],
    ["are who knows where", behind(anyone, [tcpFrom(22, office)]), [`Host unknown info: ${vgw} may reach TCP 22 (SSH)`]],
    ["are let in by who knows what", behind(office, [tcpFrom(22, anyone)]), [`Host unknown info: ${vgw} may reach TCP 22 (SSH)`]],
    [
      "are stopped by a longer route to elsewhere",
      {
        ...behind("192.168.0.0/16", [tcpFrom(22, "192.168.2.0/24")]),
        Else: [
          "EC2::Route",
          { RouteTableId: { Ref: "Inner" }, DestinationCidrBlock: "192.168.2.0/24", GatewayId: { Ref: "Igw" } },
        ],
      },
      [],
    ],
    [
      "are behind a transit gateway",
      behind(office, [tcpFrom(22, office)], { TransitGatewayId: "tgw-1" }),
      ["Host fails info: a network behind the transit gateway tgw-1 reaches TCP 22 (SSH)"],
    ],
    ["are none", behind(office, [tcpFrom(22, office)], { GatewayId: { Ref: "Igw" } }), []],
  ])("%s", (_, resources, found) => expect(told("reachable-through-private-gateway", resources)).toEqual(found));
});
