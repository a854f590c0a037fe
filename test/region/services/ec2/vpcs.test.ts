import type {
  CreateDefaultVpcResult,
  CreateSecurityGroupResult,
  CreateVpcResult,
  DescribeAccountAttributesResult,
  DescribeDhcpOptionsResult,
  DescribeRouteTablesResult,
  DescribeSubnetsResult,
  DescribeVpcAttributeResult,
  DescribeVpcsResult,
  DescribeNetworkAclsResult,
  CreateDhcpOptionsResult,
  DescribeRegionsResult,
  DescribeAvailabilityZonesResult,
  Reservation,
} from "@aws-sdk/client-ec2";
import type { GetParameterResult } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { namesToldTo } from "../../../../src/region/services/ec2/dhcpoptions.js";
import { ec2Operations } from "../../../../src/region/services/ec2/operations.js";
import { NetworkAcls, RouteTables, SecurityGroups, Vpcs } from "../../../../src/region/services/ec2/records.js";
import { ssmOperations } from "../../../../src/region/services/ssm/parameters.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { recordsAlone, run } from "../../../support/records.js";
import { fault } from "./fault.js";

const ec2 = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(ec2Operations, name, call, input);
const vpcOf = async (call: Call, CidrBlock = "10.0.0.0/16", more: object = {}): Promise<string> =>
  (await ec2<CreateVpcResult>(call, "CreateVpc", { CidrBlock, ...more })).Vpc?.VpcId ?? "";

describe("VPCs", () => {
  test.each([
    ["10.0.0.0/16", "10.0.0.0/16"],
    ["100.68.0.18/18", "100.68.0.0/18"],
    ["192.168.7.0/28", "192.168.7.0/28"],
  ])("a VPC asked for with %s has the block %s", async (asked, has) => {
    const { call } = recordsAlone();
    const { Vpc } = await ec2<CreateVpcResult>(call, "CreateVpc", { CidrBlock: asked });
    expect(Vpc).toMatchObject({ CidrBlock: has, IsDefault: false, State: "available" });
  });

  test.each([
    ["127.0.0.0/16", "InvalidVpc.Range", /loopback/],
    ["169.254.0.0/16", "InvalidVpc.Range", /link-local/],
    ["240.0.0.0/16", "InvalidVpc.Range", /multicast/],
    ["198.18.0.0/16", "NotImplemented", /simulated internet/],
    ["fd00::/56", "InvalidParameterValue", /not a valid CIDR block/],
  ])("a VPC in %s is refused as %s", async (CidrBlock, code, message) => {
    const { call } = recordsAlone();
    await expect(ec2(call, "CreateVpc", { CidrBlock })).rejects.toEqual(fault(code, message));
  });

  test("a VPC comes with its main route table, default group and default network ACL, and takes them along", async () => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    const { NetworkAcls: acls } = await ec2<DescribeNetworkAclsResult>(call, "DescribeNetworkAcls", {
      Filters: [
        { Name: "vpc-id", Values: [VpcId] },
        { Name: "default", Values: ["true"] },
      ],
    });
    expect(acls?.[0]?.Entries?.map(({ Egress, RuleNumber, RuleAction }) => [Egress, RuleNumber, RuleAction])).toEqual([
      [true, 100, "allow"],
      [true, 32767, "deny"],
      [false, 100, "allow"],
      [false, 32767, "deny"],
    ]);
    await ec2(call, "DeleteVpc", { VpcId });
    const { list } = call.records;
    expect([list(Vpcs), list(RouteTables), list(SecurityGroups), list(NetworkAcls)]).toEqual([[], [], [], []]);
  });

  test.each<[string, (call: Call, VpcId: string) => Promise<unknown>, RegExp]>([
    ["a subnet", (call, VpcId) => ec2(call, "CreateSubnet", { VpcId, CidrBlock: "10.0.1.0/24" }), /subnets/],
    ["a network ACL", (call, VpcId) => ec2(call, "CreateNetworkAcl", { VpcId }), /network ACLs/],
    [
      "an endpoint",
      (call, VpcId) => ec2(call, "CreateVpcEndpoint", { VpcId, ServiceName: "com.amazonaws.eu-west-3.s3" }),
      /endpoints/,
    ],
    [
      "a peering connection",
      async (call, VpcId) => ec2(call, "CreateVpcPeeringConnection", { VpcId, PeerVpcId: await vpcOf(call, "10.9.0.0/16") }),
      /peering connections/,
    ],
  ])("a VPC with %s in it is not deleted", async (_what, fill, words) => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    await fill(call, VpcId);
    await expect(ec2(call, "DeleteVpc", { VpcId })).rejects.toEqual(fault("DependencyViolation", words));
  });

  test("names are answered and given as the VPC's attributes say, one attribute at a time", async () => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    const hostnames = async () =>
      (await ec2<DescribeVpcAttributeResult>(call, "DescribeVpcAttribute", { VpcId, Attribute: "enableDnsHostnames" }))
        .EnableDnsHostnames?.Value;
    expect(await hostnames()).toBe(false);
    await ec2(call, "ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: true } });
    expect(await hostnames()).toBe(true);
    const both = { EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } };
    await expect(ec2(call, "ModifyVpcAttribute", { VpcId, ...both })).rejects.toEqual(fault("InvalidParameterCombination"));
    await ec2(call, "ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: false } });
    await ec2(call, "ModifyVpcAttribute", { VpcId, EnableDnsSupport: { Value: false } });
    await expect(ec2(call, "ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: true } })).rejects.toEqual(
      fault("InvalidParameterValue", /enableDnsSupport first/),
    );
  });

  test.each([
    ["vpc-id", "VPC", 1],
    ["cidr-block-association.cidr-block", "10.0.0.0/16", 1],
    ["cidr", "10.*", 1],
    ["tag:Name", "sh?p", 1],
    ["tag-key", "Name", 1],
    ["is-default", "false", 2],
    ["state", "available", 2],
    ["owner-id", "111111111111", 0],
  ])("DescribeVpcs with %s=%s finds them", async (Name, value, found) => {
    const { call } = recordsAlone();
    const tags = [{ ResourceType: "vpc", Tags: [{ Key: "Name", Value: "shop" }] }];
    const VpcId = await vpcOf(call, "10.0.0.0/16", { TagSpecifications: tags });
    await vpcOf(call, "172.16.0.0/16");
    const Values = [value === "VPC" ? VpcId : value];
    const { Vpcs: vpcs } = await ec2<DescribeVpcsResult>(call, "DescribeVpcs", { Filters: [{ Name, Values }] });
    expect(vpcs).toHaveLength(found);
  });
});

describe("the default VPC", () => {
  const isDefault = { Filters: [{ Name: "isDefault", Values: ["true"] }] };

  test("is not there while nobody needs it", async () => {
    const { call } = recordsAlone();
    expect((await ec2<DescribeVpcsResult>(call, "DescribeVpcs")).Vpcs).toEqual([]);
    expect((await ec2<DescribeSubnetsResult>(call, "DescribeSubnets")).Subnets).toEqual([]);
  });

  test("is there for who asks: a /20 with public addresses in each zone, and the main route to the internet", async () => {
    const { call } = recordsAlone();
    const { Vpcs: vpcs } = await ec2<DescribeVpcsResult>(call, "DescribeVpcs", isDefault);
    expect(vpcs).toMatchObject([{ CidrBlock: "172.31.0.0/16", IsDefault: true }]);
    const VpcId = vpcs?.[0]?.VpcId ?? "";
    const { Subnets } = await ec2<DescribeSubnetsResult>(call, "DescribeSubnets", {
      Filters: [{ Name: "vpc-id", Values: [VpcId] }],
    });
    expect(Subnets?.map((subnet) => [subnet.AvailabilityZone, subnet.CidrBlock, subnet.DefaultForAz]).sort()).toEqual([
      ["eu-west-3a", "172.31.0.0/20", true],
      ["eu-west-3b", "172.31.16.0/20", true],
      ["eu-west-3c", "172.31.32.0/20", true],
    ]);
    expect(Subnets?.every((subnet) => subnet.MapPublicIpOnLaunch)).toBe(true);
    const { RouteTables: tables } = await ec2<DescribeRouteTablesResult>(call, "DescribeRouteTables");
    expect(tables?.[0]?.Routes).toMatchObject([
      { GatewayId: "local" },
      { DestinationCidrBlock: "0.0.0.0/0", GatewayId: expect.stringMatching(/^igw-/) as string, State: "active" },
    ]);
    expect(vpcSpec(call.records, VpcId)?.routeTables[0]?.routes).toEqual([
      { destination: "0.0.0.0/0", target: { kind: "internet-gateway" } },
    ]);
  });

  test.each<[string, (call: Call) => Promise<unknown>]>([
    ["a security group without a VPC", (call) => ec2(call, "CreateSecurityGroup", { GroupName: "web", Description: "web" })],
    ["the account's attribute", (call) => ec2(call, "DescribeAccountAttributes", { AttributeNames: ["default-vpc"] })],
    [
      "a filter for default subnets",
      (call) => ec2(call, "DescribeSubnets", { Filters: [{ Name: "default-for-az", Values: ["true"] }] }),
    ],
    ["CreateDefaultVpc", (call) => ec2(call, "CreateDefaultVpc")],
    [
      "an instance without a subnet, which has a public address",
      async (call) => {
        const Name = "/aws/service/debian/release/12/latest/amd64";
        const { Parameter } = await run<GetParameterResult>(ssmOperations, "GetParameter", call, { Name });
        const launch = { ImageId: Parameter?.Value, InstanceType: "t3.micro", Placement: { AvailabilityZone: "eu-west-3b" } };
        const { Instances } = await ec2<Reservation>(call, "RunInstances", { ...launch, MinCount: 1, MaxCount: 1 });
        expect(Instances?.[0]).toMatchObject({
          PrivateIpAddress: "172.31.16.4",
          PublicIpAddress: expect.stringMatching(/^198\.18\./) as string,
        });
      },
    ],
  ])("is made by %s, once", async (_what, ask) => {
    const { call } = recordsAlone();
    await ask(call);
    await ec2(call, "DescribeVpcs", isDefault);
    const { Vpcs: vpcs } = await ec2<DescribeVpcsResult>(call, "DescribeVpcs");
    expect(vpcs).toMatchObject([{ IsDefault: true }]);
    await expect(ec2(call, "CreateDefaultVpc")).rejects.toEqual(fault("DefaultVpcAlreadyExists"));
  });

  test("once deleted it comes back by CreateDefaultVpc alone", async () => {
    const { call } = recordsAlone();
    const { Vpc } = await ec2<CreateDefaultVpcResult>(call, "CreateDefaultVpc");
    const spec = vpcSpec(call.records, Vpc?.VpcId ?? "");
    for (const { subnetId } of spec?.subnets ?? []) await ec2(call, "DeleteSubnet", { SubnetId: subnetId });
    const gateway = { InternetGatewayId: spec?.internetGatewayId };
    await ec2(call, "DetachInternetGateway", { ...gateway, VpcId: Vpc?.VpcId });
    await ec2(call, "DeleteInternetGateway", gateway);
    await ec2(call, "DeleteVpc", { VpcId: Vpc?.VpcId });
    expect((await ec2<DescribeVpcsResult>(call, "DescribeVpcs", isDefault)).Vpcs).toEqual([]);
    const { AccountAttributes } = await ec2<DescribeAccountAttributesResult>(call, "DescribeAccountAttributes", {
      AttributeNames: ["default-vpc"],
    });
    expect(AccountAttributes?.[0]?.AttributeValues).toEqual([{ AttributeValue: "none" }]);
    await expect(ec2(call, "CreateSecurityGroup", { GroupName: "web", Description: "web" })).rejects.toEqual(
      fault("VPCIdNotSpecified", /No default VPC for this user/),
    );
    await ec2(call, "CreateDefaultVpc");
    await ec2<CreateSecurityGroupResult>(call, "CreateSecurityGroup", { GroupName: "web", Description: "web" });
  });

  test("a default subnet is put back where it was taken away", async () => {
    const { call } = recordsAlone();
    const { Vpc } = await ec2<CreateDefaultVpcResult>(call, "CreateDefaultVpc");
    const [, second] = vpcSpec(call.records, Vpc?.VpcId ?? "")?.subnets ?? [];
    await expect(ec2(call, "CreateDefaultSubnet", { AvailabilityZone: "eu-west-3b" })).rejects.toEqual(
      fault("DefaultSubnetAlreadyExistsInAvailabilityZone"),
    );
    await ec2(call, "DeleteSubnet", { SubnetId: second?.subnetId });
    expect(await ec2(call, "CreateDefaultSubnet", { AvailabilityZone: "eu-west-3b" })).toMatchObject({
      Subnet: { CidrBlock: "172.31.16.0/20", DefaultForAz: true, MapPublicIpOnLaunch: true },
    });
  });
});

describe("DHCP options", () => {
  const configuration = (options: Record<string, string[]>) => ({
    DhcpConfigurations: Object.entries(options).map(([Key, Values]) => ({ Key, Values })),
  });
  const setOf = async (call: Call, options: Record<string, string[]>): Promise<string> =>
    (await ec2<CreateDhcpOptionsResult>(call, "CreateDhcpOptions", configuration(options))).DhcpOptions?.DhcpOptionsId ?? "";
  const told = (call: Call, VpcId: string) => namesToldTo(call, call.records.get(Vpcs, VpcId)!);

  test.each([
    [{ "domain-name-servers": ["AmazonProvidedDNS"] }, { resolvers: ["10.0.0.2"], search: undefined }],
    [
      { "domain-name": ["shop.example"], "domain-name-servers": ["10.0.5.5", "10.0.6.5"] },
      { resolvers: ["10.0.5.5", "10.0.6.5"], search: "shop.example" },
    ],
  ])("machines of a VPC with %j are told so, until it has none", async (options, names) => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    expect(told(call, VpcId)).toEqual({ resolvers: ["10.0.0.2"], search: "eu-west-3.compute.internal" });
    const DhcpOptionsId = await setOf(call, options);
    await ec2(call, "AssociateDhcpOptions", { VpcId, DhcpOptionsId });
    expect(told(call, VpcId)).toEqual(names);
    await expect(ec2(call, "DeleteDhcpOptions", { DhcpOptionsId })).rejects.toEqual(fault("DependencyViolation"));
    await ec2(call, "AssociateDhcpOptions", { VpcId, DhcpOptionsId: "default" });
    expect(told(call, VpcId)).toEqual({ resolvers: [], search: undefined });
    await ec2(call, "DeleteDhcpOptions", { DhcpOptionsId });
  });

  test("a new VPC has the set that AWS made", async () => {
    const { call } = recordsAlone();
    await vpcOf(call);
    const { Vpcs: vpcs } = await ec2<DescribeVpcsResult>(call, "DescribeVpcs");
    const { DhcpOptions } = await ec2<DescribeDhcpOptionsResult>(call, "DescribeDhcpOptions", {
      DhcpOptionsIds: [vpcs?.[0]?.DhcpOptionsId],
    });
    expect(DhcpOptions?.[0]?.DhcpConfigurations).toEqual([
      { Key: "domain-name", Values: [{ Value: "eu-west-3.compute.internal" }] },
      { Key: "domain-name-servers", Values: [{ Value: "AmazonProvidedDNS" }] },
    ]);
  });

  test.each([
    [
      { "domain-name-servers": ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5"] },
      "InvalidParameterValue",
      /more than four/,
    ],
    [{ "ntp-servers": ["pool.example"] }, "InvalidParameterValue", /not an IPv4 address/],
    [{ "netbios-node-type": ["3"] }, "InvalidParameterValue", /1, 2, 4 or 8/],
    [{ colour: ["blue"] }, "InvalidParameterValue", /no such DHCP option/],
    [{ "ipv6-address-preferred-lease-time": ["60"] }, "NotImplemented", /IPv6/],
    [{}, "MissingParameter", /dhcpConfiguration/],
  ])("options %j are refused", async (options, code, words) => {
    const { call } = recordsAlone();
    await expect(setOf(call, options)).rejects.toEqual(fault(code, words));
  });

  test("what has no effect is said", () => {
    const create = ec2Operations.find((operation) => operation.name === "CreateDhcpOptions");
    expect(create?.notes?.(configuration({ "domain-name": ["a.example"], "ntp-servers": ["10.0.0.9"] }))).toEqual([
      { path: "DhcpConfigurations.2", because: "ntp-servers: a machine's clock is this host's own" },
    ]);
  });
});

test("regions and zones are listed and found", async () => {
  const { call } = recordsAlone();
  const { Regions } = await ec2<DescribeRegionsResult>(call, "DescribeRegions", {
    Filters: [{ Name: "region-name", Values: ["eu-west-*"] }],
  });
  expect(Regions?.map((region) => region.RegionName)).toEqual(["eu-west-1", "eu-west-2", "eu-west-3"]);
  const { AvailabilityZones } = await ec2<DescribeAvailabilityZonesResult>(call, "DescribeAvailabilityZones", {
    ZoneIds: ["euw3-az2"],
  });
  expect(AvailabilityZones?.map((zone) => zone.ZoneName)).toEqual(["eu-west-3b"]);
  await expect(ec2(call, "DescribeAvailabilityZones", { ZoneNames: ["eu-west-3z"] })).rejects.toEqual(
    fault("InvalidParameterValue", /Invalid availability zone: \[eu-west-3z\]/),
  );
});
