import { describe, expect, test } from "vitest";
import { graphOfResources, graphOfTemplate, nodeIn, unknown } from "../../support/graphs.js";

const vpc = "Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}";
const subnet = (id: string, cidr = "10.0.1.0/24"): string =>
  `${id}: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: ${cidr}, AvailabilityZone: eu-west-3a}}`;

describe("a VPC brings what AWS makes beside it", () => {
  const shop = graphOfResources(`${vpc}\n${subnet("A")}`);

  test("its defaults", () => {
    expect(nodeIn(shop.vpcs, "Vpc")).toMatchObject({
      cidrs: ["10.0.0.0/16"],
      dnsSupport: true,
      dnsHostnames: false,
      mainRouteTable: "Vpc/MainRouteTable",
      defaultGroup: "Vpc/DefaultSecurityGroup",
      defaultAcl: "Vpc/DefaultNetworkAcl",
      isDefault: false,
    });
  });

  test("a main route table with the local route, which a subnet without a table of its own has", () => {
    expect(nodeIn(shop.routeTables, "Vpc/MainRouteTable")).toMatchObject({
      implicit: true,
      vpc: "Vpc",
      routes: [{ destination: { cidr: "10.0.0.0/16" }, target: { kind: "local" } }],
    });
    expect(nodeIn(shop.subnets, "A")).toMatchObject({
      vpc: "Vpc",
      zone: "eu-west-3a",
      mapsPublicIp: false,
      routeTable: "Vpc/MainRouteTable",
      acl: "Vpc/DefaultNetworkAcl",
    });
  });

  test("an ACL that allows everything both ways", () => {
    expect(
      nodeIn(shop.acls, "Vpc/DefaultNetworkAcl").entries.map(({ direction, action, cidr }) => [direction, action, cidr]),
    ).toEqual([
      ["ingress", "allow", "0.0.0.0/0"],
      ["egress", "allow", "0.0.0.0/0"],
    ]);
  });

  test("a group that lets in its own members and lets everything out", () => {
    expect(nodeIn(shop.securityGroups, "Vpc/DefaultSecurityGroup").rules.map(({ direction, peer }) => [direction, peer])).toEqual(
      [
        ["ingress", { kind: "group", group: "Vpc/DefaultSecurityGroup" }],
        ["egress", { kind: "cidr", cidr: "0.0.0.0/0" }],
      ],
    );
  });

  test("a second block of addresses has a local route too", () => {
    const wide = graphOfResources(
      `${vpc}\nMore: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16}}`,
    );
    expect(nodeIn(wide.vpcs, "Vpc").cidrs).toEqual(["10.0.0.0/16", "10.1.0.0/16"]);
    expect(nodeIn(wide.routeTables, "Vpc/MainRouteTable").routes).toHaveLength(2);
  });
});

describe("a route leads where its target says", () => {
  const target = (properties: string, more = ""): unknown => {
    const graph = graphOfResources(
      [
        vpc,
        subnet("A"),
        "Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}",
        `Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, ${properties}}}`,
        more,
      ].join("\n"),
    );
    return nodeIn(graph.routeTables, "Table").routes[1];
  };
  const gateway = "Gateway: {Type: AWS::EC2::InternetGateway}";
  const instance = "Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A}}";

  test.each<[string, string, string, object]>([
    ["an internet gateway", "GatewayId: !Ref Gateway", gateway, { kind: "internetGateway", id: "Gateway" }],
    [
      "a virtual private gateway",
      "GatewayId: !Ref Vpn",
      "Vpn: {Type: AWS::EC2::VPNGateway, Properties: {Type: ipsec.1}}",
      { kind: "vpnGateway", id: "Vpn" },
    ],
    ["a gateway of the account, by its id", "GatewayId: vgw-1", "", { kind: "vpnGateway", id: "vgw-1" }],
    [
      "a NAT gateway",
      "NatGatewayId: !Ref Nat",
      "Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref A}}",
      { kind: "natGateway", id: "Nat" },
    ],
    ["an instance", "InstanceId: !Ref Web", instance, { kind: "instance", id: "Web" }],
    [
      "an interface",
      "NetworkInterfaceId: !Ref Nic",
      "Nic: {Type: AWS::EC2::NetworkInterface, Properties: {SubnetId: !Ref A}}",
      { kind: "interface", id: "Nic" },
    ],
    [
      "a peering connection",
      "VpcPeeringConnectionId: !Ref Peering",
      "Peering: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref Vpc, PeerVpcId: vpc-1}}",
      { kind: "peering", id: "Peering" },
    ],
    ["a transit gateway, which the graph does not hold", "TransitGatewayId: tgw-1", "", { kind: "transitGateway", id: "tgw-1" }],
  ])("%s", (_, properties, more, expected) => {
    expect(target(properties, more)).toMatchObject({ destination: { cidr: "0.0.0.0/0" }, target: expected });
  });

  test("one that is nowhere is unknown, by name", () => {
    expect(target("NatGatewayId: nat-1")).toMatchObject({ target: unknown("nat-1 is not part of what was read") });
  });

  test("one of IPv6 is left out", () => {
    const graph = graphOfResources(
      `${vpc}\n${gateway}\nTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}\nOut: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationIpv6CidrBlock: "::/0", GatewayId: !Ref Gateway}}`,
    );
    expect(nodeIn(graph.routeTables, "Table").routes).toHaveLength(1);
  });

  test("a prefix list that is made here is as many routes as it has entries", () => {
    const graph = graphOfResources(`${vpc}\n${gateway}
Offices: {Type: AWS::EC2::PrefixList, Properties: {Entries: [{Cidr: 203.0.113.0/24}, {Cidr: 198.51.100.0/24}]}}
Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationPrefixListId: !Ref Offices, GatewayId: !Ref Gateway}}`);
    expect(nodeIn(graph.routeTables, "Table").routes.map(({ destination }) => destination)).toEqual([
      { cidr: "10.0.0.0/16" },
      { cidr: "203.0.113.0/24" },
      { cidr: "198.51.100.0/24" },
    ]);
  });

  test("a gateway endpoint's is put into the tables that it names", () => {
    const graph = graphOfResources(
      `${vpc}\nTable: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
S3: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref Vpc, ServiceName: !Sub "com.amazonaws.\${AWS::Region}.s3", RouteTableIds: [!Ref Table]}}`,
      { region: "eu-west-3" },
    );
    expect(nodeIn(graph.gatewayEndpoints, "S3")).toMatchObject({ service: "com.amazonaws.eu-west-3.s3", routeTables: ["Table"] });
    expect(nodeIn(graph.routeTables, "Table").routes[1]).toMatchObject({
      destination: { service: "com.amazonaws.eu-west-3.s3" },
      target: { kind: "gatewayEndpoint", id: "S3" },
    });
  });
});

describe("what joins subnets to tables and ACLs stands apart", () => {
  const joined = `${vpc}\n${subnet("A")}
Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
TableOfA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref A, RouteTableId: !Ref Table}}
Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
AclOfA: {Type: AWS::EC2::SubnetNetworkAclAssociation, Properties: {SubnetId: !Ref A, NetworkAclId: !Ref Acl}}
In: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, Protocol: 6, RuleAction: allow, CidrBlock: 10.0.0.0/8, PortRange: {From: 80, To: 90}}}
Ping: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 110, Protocol: 1, Egress: true, RuleAction: deny, CidrBlock: 0.0.0.0/0, Icmp: {Type: 8, Code: -1}}}
Six: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 120, Protocol: -1, RuleAction: allow, Ipv6CidrBlock: "::/0"}}`;

  test("a subnet has the table and the ACL that are associated with it", () => {
    expect(nodeIn(graphOfResources(joined).subnets, "A")).toMatchObject({ routeTable: "Table", acl: "Acl" });
  });

  test("an ACL has the entries that name it, and nothing by default", () => {
    expect(nodeIn(graphOfResources(joined).acls, "Acl").entries).toMatchObject([
      { number: 100, direction: "ingress", action: "allow", traffic: { protocol: 6, ports: [80, 90] }, cidr: "10.0.0.0/8" },
      { number: 110, direction: "egress", action: "deny", traffic: { protocol: 1, icmp: [8, -1] }, cidr: "0.0.0.0/0" },
    ]);
  });

  test("one that hangs on an open condition leaves the table unknown", () => {
    const graph = graphOfTemplate(`
Parameters: {Own: {Type: String}}
Conditions: {HasOwn: !Equals [!Ref Own, "yes"]}
Resources:
  ${vpc}
  ${subnet("A")}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  TableOfA:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Condition: HasOwn
    Properties: {SubnetId: !Ref A, RouteTableId: !Ref Table}`);
    expect(nodeIn(graph.subnets, "A").routeTable).toEqual(
      unknown("it hangs on the condition HasOwn: parameter Own has no value"),
    );
  });
});

describe("a security group has its own rules and those of separate resources", () => {
  const rulesOf = (resources: string, id = "Group", options = {}): readonly object[] =>
    nodeIn(graphOfResources(`${vpc}\n${resources}`, options).securityGroups, id).rules;
  const group = (properties = ""): string =>
    `Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: d, ${properties}}}`;
  const ingress = (rule: string): unknown => rulesOf(group(`SecurityGroupIngress: [{${rule}}]`))[0];

  test.each<[string, string, object]>([
    [
      "a port",
      "IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0",
      { traffic: { protocol: 6, ports: [22, 22] }, peer: { kind: "cidr", cidr: "0.0.0.0/0" } },
    ],
    ["all traffic", "IpProtocol: -1, CidrIp: 10.0.0.0/8", { traffic: { protocol: "all" } }],
    ["all ports, as -1", "IpProtocol: udp, FromPort: -1, ToPort: -1, CidrIp: 10.0.0.0/8", { traffic: { protocol: 17 } }],
    ["a protocol by number", "IpProtocol: '50', CidrIp: 10.0.0.0/8", { traffic: { protocol: 50 } }],
    [
      "a type of ICMP",
      "IpProtocol: icmp, FromPort: 8, ToPort: -1, CidrIp: 10.0.0.0/8",
      { traffic: { protocol: 1, icmp: [8, -1] } },
    ],
    ["an IPv6 block", "IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIpv6: '::/0'", { peer: { kind: "ipv6", cidr: "::/0" } }],
    [
      "the VPC's own block",
      "IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: !GetAtt Vpc.CidrBlock",
      { peer: { kind: "cidr", cidr: "10.0.0.0/16" } },
    ],
    [
      "a prefix list of AWS's",
      "IpProtocol: tcp, FromPort: 80, ToPort: 80, SourcePrefixListId: pl-1",
      { peer: { kind: "prefixList", id: "pl-1", cidrs: unknown("pl-1") } },
    ],
    [
      "the default group",
      "IpProtocol: tcp, FromPort: 80, ToPort: 80, SourceSecurityGroupId: !GetAtt Vpc.DefaultSecurityGroup",
      { peer: { kind: "group", group: "Vpc/DefaultSecurityGroup" } },
    ],
    [
      "a group of another account",
      "IpProtocol: tcp, FromPort: 80, ToPort: 80, SourceSecurityGroupId: sg-1",
      { peer: { kind: "group", group: unknown("sg-1 is not part of what was read") } },
    ],
  ])("%s", (_, rule, expected) => {
    expect(ingress(rule)).toMatchObject({ direction: "ingress", ...expected });
  });

  test("egress to all is there until the group states its own", () => {
    expect(rulesOf(group()).map((rule) => rule)).toMatchObject([{ direction: "egress", traffic: { protocol: "all" } }]);
    expect(
      rulesOf(group("SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]")),
    ).toMatchObject([{ direction: "egress", traffic: { protocol: 6, ports: [443, 443] } }]);
  });

  test("rules of separate resources count, and two groups may name each other", () => {
    const both = `${group()}
Other: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: d}}
FromOther: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 1, ToPort: 2, SourceSecurityGroupId: !GetAtt Other.GroupId}}
ToGroup: {Type: AWS::EC2::SecurityGroupEgress, Properties: {GroupId: !GetAtt Other.GroupId, IpProtocol: tcp, FromPort: 1, ToPort: 2, DestinationSecurityGroupId: !Ref Group}}`;
    expect(rulesOf(both)[1]).toMatchObject({ direction: "ingress", peer: { kind: "group", group: "Other" } });
    expect(rulesOf(both, "Other")[1]).toMatchObject({ direction: "egress", peer: { kind: "group", group: "Group" } });
  });

  test("a rule knows its line", () => {
    expect(ingress("IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0")).toMatchObject({
      place: { file: "shop.yaml", line: 3 },
    });
  });
});

describe("gateways and peering", () => {
  test("an internet gateway that is attached to nothing has no VPC", () => {
    const graph = graphOfResources(`${vpc}
Gateway: {Type: AWS::EC2::InternetGateway}
Idle: {Type: AWS::EC2::InternetGateway}
Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}`);
    expect(nodeIn(graph.internetGateways, "Gateway").vpc).toBe("Vpc");
    expect(nodeIn(graph.internetGateways, "Idle").vpc).toBeUndefined();
  });

  test("a peering connection is accepted within the account, and unknown across accounts", () => {
    const graph = graphOfResources(`${vpc}
Other: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.9.0.0/16}}
Near: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref Vpc, PeerVpcId: !Ref Other}}
Far: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref Vpc, PeerVpcId: vpc-9, PeerOwnerId: "123456789012"}}`);
    expect(nodeIn(graph.peerings, "Near")).toMatchObject({ requester: "Vpc", accepter: "Other", active: true });
    expect(nodeIn(graph.peerings, "Far")).toMatchObject({ accepter: unknown("vpc-9"), active: unknown("has to accept") });
  });
});
