import { expect, test } from "vitest";
import {
  Addresses,
  InternetGateways,
  NatGateways,
  NetworkInterfaces,
  RouteTables,
  SecurityGroups,
  Subnets,
} from "../../../src/region/services/ec2/records.js";
import { realStacks } from "./real.js";
import { get, ref, resource } from "./templates.js";

const named = (Value: string) => [{ Key: "Name", Value }];

/** Subnets, routes, gateways, addresses, groups and interfaces; the options are what updates change. */
const network = ({
  name = "one",
  mapped = false,
  table = "Table",
  target = { GatewayId: ref("Gateway") } as object,
  ports = [80],
  words = "from offices",
  groups = ["Web"],
  secondary = ["10.0.1.21"],
  broken = false,
} = {}) => ({
  Resources: {
    Vpc: resource("VPC", { CidrBlock: "10.0.0.0/16" }),
    Subnet: resource("Subnet", {
      VpcId: ref("Vpc"),
      CidrBlock: "10.0.1.0/24",
      MapPublicIpOnLaunch: mapped,
      Tags: named(name),
    }),
    Gateway: resource("InternetGateway", { Tags: named(name) }),
    Attachment: resource("VPCGatewayAttachment", { VpcId: ref("Vpc"), InternetGatewayId: ref("Gateway") }),
    Table: resource("RouteTable", { VpcId: ref("Vpc"), Tags: named(name) }),
    SecondTable: resource("RouteTable", { VpcId: ref("Vpc") }),
    Association: resource("SubnetRouteTableAssociation", { SubnetId: ref("Subnet"), RouteTableId: ref(table) }),
    Out: resource(
      "Route",
      { RouteTableId: ref("Table"), DestinationCidrBlock: "0.0.0.0/0", ...target },
      { DependsOn: "Attachment" },
    ),
    Address: resource("EIP", { Domain: "vpc", Tags: named(name) }, { DependsOn: "Attachment" }),
    Nat: resource("NatGateway", {
      SubnetId: ref("Subnet"),
      AllocationId: get("Address", "AllocationId"),
      PrivateIpAddress: "10.0.1.10",
      Tags: named(name),
    }),
    Own: resource("NetworkInterface", {
      SubnetId: ref("Subnet"),
      Description: name,
      GroupSet: groups.map((group) => get(group, "GroupId")),
      PrivateIpAddresses: [
        { PrivateIpAddress: "10.0.1.20", Primary: true },
        ...secondary.map((PrivateIpAddress) => ({ PrivateIpAddress, Primary: false })),
      ],
      Tags: named(name),
    }),
    OwnAddress: resource("EIP", {}, { DependsOn: "Attachment" }),
    OwnAssociation: resource("EIPAssociation", {
      AllocationId: get("OwnAddress", "AllocationId"),
      NetworkInterfaceId: ref("Own"),
      PrivateIpAddress: "10.0.1.20",
    }),
    Web: resource("SecurityGroup", {
      GroupDescription: "of the web",
      VpcId: ref("Vpc"),
      SecurityGroupIngress: ports.map((port) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port, CidrIp: "0.0.0.0/0" })),
      Tags: named(name),
    }),
    Db: resource("SecurityGroup", {
      GroupDescription: "of the data",
      VpcId: ref("Vpc"),
      SecurityGroupEgress: [{ IpProtocol: "-1", CidrIp: "10.0.0.0/16" }],
    }),
    Ssh: resource("SecurityGroupIngress", {
      GroupId: get("Web", "GroupId"),
      IpProtocol: "tcp",
      FromPort: 22,
      ToPort: 22,
      SourceSecurityGroupId: get("Db", "GroupId"),
      Description: words,
    }),
    ...(broken
      ? {
          Broken: resource(
            "Subnet",
            { VpcId: ref("Vpc"), CidrBlock: "10.0.1.0/24" },
            { DependsOn: ["Association", "Out", "Web"] },
          ),
        }
      : {}),
  },
  Outputs: {
    Primary: { Value: get("Own", "PrimaryPrivateIpAddress") },
    Secondary: { Value: { "Fn::Join": [",", get("Own", "SecondaryPrivateIpAddresses")] } },
    Zone: { Value: get("Subnet", "AvailabilityZoneId") },
    Public: { Value: ref("OwnAddress") },
  },
});

test("they are made, have their attributes, change in place, and leave nothing", { timeout: 30_000 }, async () => {
  const stacks = await realStacks();
  const { records } = stacks.call;
  const stack = await stacks.deploy(network());
  expect(await stacks.failures()).toEqual([]);
  const outputs = Object.fromEntries((stack.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue]));
  expect(outputs).toMatchObject({ Primary: "10.0.1.20", Secondary: "10.0.1.21", Zone: "euw3-az1" });
  const before = await stacks.ids();

  await stacks.deploy(
    network({
      name: "two",
      mapped: true,
      table: "SecondTable",
      target: { NatGatewayId: ref("Nat") },
      ports: [443, 8443],
      words: "from elsewhere",
      groups: ["Web", "Db"],
      secondary: ["10.0.1.22", "10.0.1.23"],
    }),
  );
  expect(await stacks.failures()).toEqual([]);
  const after = await stacks.ids();
  expect(Object.keys(after).filter((name) => before[name] !== after[name])).toEqual(["Association"]);
  const tagged = [
    records.get(Subnets, after["Subnet"] ?? ""),
    records.get(InternetGateways, after["Gateway"] ?? ""),
    records.get(RouteTables, after["Table"] ?? ""),
    records.get(NatGateways, after["Nat"] ?? ""),
    records.get(NetworkInterfaces, after["Own"] ?? ""),
    records.get(SecurityGroups, after["Web"] ?? ""),
    records.list(Addresses)[0],
  ];
  expect(tagged.map((each) => each?.tags?.["Name"])).toEqual(tagged.map(() => "two"));
  expect(tagged.every((each) => each?.tags?.["aws:cloudformation:stack-name"] === "shop")).toBe(true);
  expect(records.get(Subnets, after["Subnet"] ?? "")).toMatchObject({
    mapPublicIpOnLaunch: true,
    routeTable: { routeTableId: after["SecondTable"], associationId: after["Association"] },
  });
  expect(records.get(Subnets, after["Subnet"] ?? "")?.routeTable?.replaced).toBeUndefined();
  expect(records.get(RouteTables, after["Table"] ?? "")?.routes).toEqual([
    { destination: "0.0.0.0/0", natGatewayId: after["Nat"] },
  ]);
  const web = records.get(SecurityGroups, after["Web"] ?? "");
  // The rule of another resource is left alone.
  expect(web?.ingress.map(({ fromPort, description }) => [fromPort, description])).toEqual([
    [22, "from elsewhere"],
    [443, undefined],
    [8443, undefined],
  ]);
  expect(records.get(NetworkInterfaces, after["Own"] ?? "")).toMatchObject({
    description: "two",
    groupIds: [after["Web"], after["Db"]],
    secondaryIps: ["10.0.1.22", "10.0.1.23"],
  });

  await stacks.remove();
  for (const type of [Subnets, InternetGateways, RouteTables, NetworkInterfaces, SecurityGroups, Addresses])
    expect(records.list<object>(type)).toEqual([]);
});

test("an update that fails puts them back as they were", { timeout: 30_000 }, async () => {
  const stacks = await realStacks();
  const { records } = stacks.call;
  await stacks.deploy(network());
  const ids = await stacks.ids();
  const state = () => ({
    subnet: records.get(Subnets, ids["Subnet"] ?? ""),
    routes: records.get(RouteTables, ids["Table"] ?? "")?.routes,
    rules: records
      .get(SecurityGroups, ids["Web"] ?? "")
      ?.ingress.map(({ fromPort, description }) => [fromPort, description])
      .sort(),
  });
  const before = state();
  const stack = await stacks.deploy(
    network({
      mapped: true,
      table: "SecondTable",
      target: { NatGatewayId: ref("Nat") },
      ports: [443],
      words: "other",
      broken: true,
    }),
  );
  expect(stack.StackStatus).toBe("UPDATE_ROLLBACK_COMPLETE");
  expect((await stacks.failures())[0]).toMatch(/^Broken CREATE_FAILED .*conflicts with another subnet/);
  expect(state()).toEqual(before);
  expect(await stacks.ids()).toEqual(ids);
  await stacks.remove();
  expect(records.list(Subnets)).toEqual([]);
});

test.each<[what: string, addresses: object, words: RegExp]>([
  [
    "two primary addresses",
    { PrivateIpAddresses: ["10.0.1.8", "10.0.1.9"].map((PrivateIpAddress) => ({ PrivateIpAddress, Primary: true })) },
    /Only one primary private IP address/,
  ],
  [
    "secondary addresses and a number of them",
    { PrivateIpAddresses: [{ PrivateIpAddress: "10.0.1.9", Primary: false }], SecondaryPrivateIpAddressCount: 2 },
    /secondaryPrivateIpAddressCount cannot be used/,
  ],
])("an interface that states %s is refused as by the API", async (_what, addresses, words) => {
  const stacks = await realStacks();
  await stacks.deploy({
    Resources: {
      Vpc: resource("VPC", { CidrBlock: "10.0.0.0/16" }),
      Subnet: resource("Subnet", { VpcId: ref("Vpc"), CidrBlock: "10.0.1.0/24" }),
      Own: resource("NetworkInterface", { SubnetId: ref("Subnet"), ...addresses }),
    },
  });
  expect(await stacks.failures()).toContainEqual(expect.stringMatching(words));
});
