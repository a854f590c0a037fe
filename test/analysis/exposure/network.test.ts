import { describe, expect, test } from "vitest";
import { exposureRules } from "../../../src/analysis/exposure/rules.js";
import { anyone, group, host, judged, network, tcpFrom } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];
type Case = readonly [name: string, rule: string, resources: Resources, found: readonly string[]];

const world = "0.0.0.0/0";
const check = ([, rule, resources, found]: Case) => expect(judged(exposureRules, rule, resources)).toEqual(found);

const entry = (number: number, egress: boolean, ports: readonly [number, number], more: object = {}) =>
  [
    "EC2::NetworkAclEntry",
    {
      NetworkAclId: { Ref: "Acl" },
      RuleNumber: number,
      Egress: egress,
      Protocol: 6,
      RuleAction: "allow",
      CidrBlock: world,
      PortRange: { From: ports[0], To: ports[1] },
      ...more,
    },
  ] as const;
const acl = (entries: Resources): Resources => ({
  ...network,
  Acl: ["EC2::NetworkAcl", { VpcId: { Ref: "Vpc" } }],
  Guard: ["EC2::SubnetNetworkAclAssociation", { SubnetId: { Ref: "Public" }, NetworkAclId: { Ref: "Acl" } }],
  ...entries,
});
const client = [1024, 65535] as const;
const answersIn = { AnswersIn: entry(200, false, client) };

describe("network ACLs", () => {
  test.each<Case>([
    ["no answers come in", "acl-blocks-answers", acl({ Outward: entry(100, true, [443, 443]) }), ["Acl fails"]],
    [
      "no answers go out",
      "acl-blocks-answers",
      acl({ ...answersIn, In: entry(100, false, [443, 443]), Outward: entry(100, true, [443, 443]) }),
      ["Acl fails"],
    ],
    [
      "both go",
      "acl-blocks-answers",
      acl({ ...answersIn, In: entry(100, false, [443, 443]), Outward: entry(100, true, client) }),
      [],
    ],
    [
      "nobody is let in who would wait for answers",
      "acl-blocks-answers",
      acl({ ...answersIn, Outward: entry(100, true, [443, 443]) }),
      [],
    ],
    [
      "what an entry does is not known",
      "acl-blocks-answers",
      acl({ In: entry(100, false, client, { RuleAction: anyone }) }),
      ["Acl unknown"],
    ],
  ])("%s", (...row) => check(row));
});

const vpc = (number: number): Resources => {
  const id = (name: string): string => `${name}${String(number)}`;
  return {
    [id("Vpc")]: ["EC2::VPC", { CidrBlock: `10.${String(number)}.0.0/16` }],
    [id("Subnet")]: ["EC2::Subnet", { VpcId: { Ref: id("Vpc") }, CidrBlock: `10.${String(number)}.0.0/24` }],
    [id("Table")]: ["EC2::RouteTable", { VpcId: { Ref: id("Vpc") } }],
    [id("Association")]: [
      "EC2::SubnetRouteTableAssociation",
      { RouteTableId: { Ref: id("Table") }, SubnetId: { Ref: id("Subnet") } },
    ],
  };
};
const route = (from: number, cidr: unknown): Resources => ({
  [`Route${String(from)}`]: [
    "EC2::Route",
    { RouteTableId: { Ref: `Table${String(from)}` }, DestinationCidrBlock: cidr, VpcPeeringConnectionId: { Ref: "Peering" } },
  ],
});
const peered = (...routes: readonly Resources[]): Resources =>
  Object.assign(
    { Peering: ["EC2::VPCPeeringConnection", { VpcId: { Ref: "Vpc1" }, PeerVpcId: { Ref: "Vpc2" } }] as const },
    vpc(1),
    vpc(2),
    ...routes,
  );
const back = "peering-without-way-back";
const unused = "peering-without-routes";
const overlap = "peering-blocks-overlap";
const block = (number: number, cidr: unknown): Resources => ({ [`Vpc${String(number)}`]: ["EC2::VPC", { CidrBlock: cidr }] });
const further = (cidr: unknown): Resources => ({ More: ["EC2::VPCCidrBlock", { VpcId: { Ref: "Vpc2" }, CidrBlock: cidr }] });

describe("peering connections", () => {
  test.each<Case>([
    ["a way there and none back", back, peered(route(1, "10.2.0.0/16")), ["Peering fails"]],
    ["a way there and one back", back, peered(route(1, "10.2.0.0/16"), route(2, "10.1.0.0/24")), []],
    ["a way back to somewhere else", back, peered(route(1, "10.2.0.0/16"), route(2, "10.1.9.0/24")), ["Peering fails"]],
    ["ways that nobody knows", back, peered(route(1, anyone), route(2, anyone)), []],
    [
      "a table of which a route is not known",
      back,
      peered(route(1, "10.2.0.0/16"), {
        Other: [
          "EC2::Route",
          { RouteTableId: { Ref: "Table2" }, DestinationCidrBlock: "10.1.0.0/16", VpcPeeringConnectionId: anyone },
        ],
      }),
      ["Peering unknown"],
    ],
    ["no way at all", unused, peered(), ["Peering fails"]],
    ["blocks that share nothing", overlap, peered(), []],
    ["the same block", overlap, peered(block(2, "10.1.0.0/16")), ["Peering fails"]],
    ["a block within the other's", overlap, peered(block(2, "10.1.128.0/20")), ["Peering fails"]],
    ["a further block that is the other's", overlap, peered(further("10.1.0.0/16")), ["Peering fails"]],
    ["a block that nobody knows", overlap, peered(block(2, anyone)), ["Peering unknown"]],
    [
      "a block that nobody knows beside one that overlaps",
      overlap,
      peered(block(2, "10.1.0.0/16"), further(anyone)),
      ["Peering fails"],
    ],
    ["no way, where there can be no connection", unused, peered(block(2, "10.1.0.0/16")), []],
    ["no way back, where there can be no connection", back, peered(block(2, "10.1.0.0/16"), route(1, "10.2.0.0/16")), []],
    ["a way", unused, peered(route(1, "10.2.0.0/16")), []],
    [
      "subnets that nobody has read",
      unused,
      { ...vpc(1), Vpc2: vpc(2)["Vpc2"] ?? ["EC2::VPC"], Peering: peered()["Peering"] ?? ["EC2::VPC"] },
      ["Peering unknown"],
    ],
  ])("%s", (...row) => check(row));
});

const balancer = (listener: object | undefined, ingress: readonly object[], scheme: unknown = "internet-facing"): Resources => ({
  ...network,
  Group: group(...ingress),
  Balancer: [
    "ElasticLoadBalancingV2::LoadBalancer",
    { Scheme: scheme, Subnets: [{ Ref: "Public" }], SecurityGroups: [{ "Fn::GetAtt": ["Group", "GroupId"] }] },
  ],
  ...(listener === undefined
    ? {}
    : {
        Listener: [
          "ElasticLoadBalancingV2::Listener",
          {
            LoadBalancerArn: { Ref: "Balancer" },
            Port: 80,
            Protocol: "HTTP",
            DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }],
            ...listener,
          },
        ] as const,
      }),
});
const forward = { DefaultActions: [{ Type: "forward", TargetGroupArn: anyone }] };
const redirect = { DefaultActions: [{ Type: "redirect", RedirectConfig: { StatusCode: "HTTP_301", Protocol: "HTTPS" } }] };

describe("load balancers", () => {
  test.each<Case>([
    ["a group that lets nobody in", "listener-out-of-reach", balancer({}, []), ["Listener fails"]],
    ["a group that lets the world in", "listener-out-of-reach", balancer({}, [tcpFrom(80, world)]), []],
    ["a group that lets who knows whom in", "listener-out-of-reach", balancer({}, [tcpFrom(80, anyone)]), ["Listener unknown"]],
    ["HTTP", "clear-text-from-internet", balancer(forward, [tcpFrom(80, world)]), ["Listener fails"]],
    ["HTTP that sends to HTTPS", "clear-text-from-internet", balancer(redirect, [tcpFrom(80, world)]), []],
    [
      "HTTP of who knows what scheme",
      "clear-text-from-internet",
      balancer(forward, [tcpFrom(80, world)], anyone),
      ["Listener unknown"],
    ],
    ["443 without a listener", "open-port-without-listener", balancer({}, [tcpFrom(443, world)]), ["Group fails"]],
    ["443 with one", "open-port-without-listener", balancer({ Port: 443 }, [tcpFrom(443, world)]), []],
    [
      "a listener who knows where",
      "open-port-without-listener",
      balancer({ Port: anyone }, [tcpFrom(443, world)]),
      ["Group unknown"],
    ],
    ["443 without a listener is told once", "group-open-to-world", balancer({}, [tcpFrom(443, world)]), []],
  ])("%s", (...row) => check(row));
});

const wide = (from: number, to: number): Resources => ({
  ...network,
  Group: group({ IpProtocol: "tcp", FromPort: from, ToPort: to, CidrIp: world }),
  Host: host("Public"),
});

describe("ranges of ports", () => {
  test.each<Case>([
    ["one without a well-known port", "reachable-port", wide(40000, 41000), ["Host fails"]],
    ["one with databases in it is told as that", "reachable-port", wide(1024, 65535), []],
    ["… once", "reachable-administration-port", wide(1024, 65535), []],
    ["… and as the worst", "reachable-database-port", wide(0, 65535), ["Host fails"]],
    ["from who knows where", "reachable-port", { ...wide(1, 2), Group: group(tcpFrom(9999, anyone)) }, ["Host unknown"]],
    ["of one port that is closed", "reachable-port", { ...wide(1, 2), Group: group(tcpFrom(443, world)) }, []],
  ])("%s", (...row) => check(row));
});
