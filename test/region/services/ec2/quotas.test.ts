import type { CreateManagedPrefixListResult } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put, type Change } from "../../../../src/region/records/records.js";
import {
  InternetGateways,
  NetworkAcls,
  NetworkInterfaces,
  RouteTables,
  SecurityGroups,
  Subnets,
  Vpcs,
} from "../../../../src/region/services/ec2/records.js";
import { fault } from "./fault.js";
import { ec2, made, network } from "./network-support.js";

/** Puts copies of the first record of a type until there are so many. */
function fill(call: Call, { type, most, idName }: Filled): void {
  const known = call.records.list<object>(type);
  const [first] = known;
  const copies = Array.from({ length: most - known.length }, (_, index): Change => {
    const id = `copy-${index}`;
    return put(type, id, { ...first, [idName]: id, groupName: id });
  });
  call.commit(...copies);
}

interface Filled {
  readonly type: Change["type"];
  readonly most: number;
  readonly idName: string;
}

test.each<[operation: string, input: (ids: Ids) => object, code: string, filled: Filled]>([
  // The default VPC and its gateway are of the five, though nothing has asked for them yet.
  ["CreateVpc", () => ({ CidrBlock: "10.9.0.0/16" }), "VpcLimitExceeded", { type: Vpcs, most: 4, idName: "vpcId" }],
  [
    "CreateInternetGateway",
    () => ({}),
    "InternetGatewayLimitExceeded",
    { type: InternetGateways, most: 4, idName: "internetGatewayId" },
  ],
  [
    "CreateSubnet",
    ({ VpcId }) => ({ VpcId, CidrBlock: "10.0.9.0/24" }),
    "SubnetLimitExceeded",
    { type: Subnets, most: 200, idName: "subnetId" },
  ],
  [
    "CreateRouteTable",
    ({ VpcId }) => ({ VpcId }),
    "RouteTableLimitExceeded",
    { type: RouteTables, most: 200, idName: "routeTableId" },
  ],
  [
    "CreateNetworkAcl",
    ({ VpcId }) => ({ VpcId }),
    "NetworkAclLimitExceeded",
    { type: NetworkAcls, most: 200, idName: "networkAclId" },
  ],
  [
    "CreateSecurityGroup",
    ({ VpcId }) => ({ VpcId, GroupName: "one-more", Description: "one more" }),
    "SecurityGroupLimitExceeded",
    { type: SecurityGroups, most: 2500, idName: "groupId" },
  ],
  [
    "CreateNetworkInterface",
    ({ SubnetId }) => ({ SubnetId, PrivateIpAddress: "10.0.1.200" }),
    "NetworkInterfaceLimitExceeded",
    { type: NetworkInterfaces, most: 5000, idName: "interfaceId" },
  ],
])("%s stops at AWS's quota, and says what to do", async (operation, input, code, filled) => {
  const { call, VpcId, SubnetId } = await network();
  await made.gateway(call);
  await made.nic(call, SubnetId);
  fill(call, { ...filled, most: filled.most - 1 });
  await ec2(call, operation, input({ VpcId, SubnetId }));
  await expect(
    ec2(call, operation, {
      ...input({ VpcId, SubnetId }),
      CidrBlock: "10.0.10.0/24",
      PrivateIpAddress: "10.0.1.201",
      GroupName: "two",
    }),
  ).rejects.toEqual(fault(code, /has been reached\. AWS's default is \d+ in a .*quota raised/));
});

interface Ids {
  readonly VpcId: string;
  readonly SubnetId: string;
}

test("a default VPC comes back only where there is room for it", async () => {
  const { call } = await network();
  await ec2(call, "CreateDefaultVpc");
  const [vpc] = call.records.list(Vpcs).filter(({ isDefault }) => isDefault === true);
  const gateway = call.records.list(InternetGateways).find(({ vpcId }) => vpcId === vpc?.vpcId);
  const VpcId = vpc?.vpcId;
  for (const { subnetId } of call.records.list(Subnets).filter((subnet) => subnet.vpcId === VpcId))
    await ec2(call, "DeleteSubnet", { SubnetId: subnetId });
  await ec2(call, "DetachInternetGateway", { VpcId, InternetGatewayId: gateway?.internetGatewayId });
  await ec2(call, "DeleteVpc", { VpcId });
  fill(call, { type: Vpcs, most: 5, idName: "vpcId" });
  await expect(ec2(call, "CreateDefaultVpc")).rejects.toEqual(fault("VpcLimitExceeded"));
});

test("a prefix list grows no larger than what names it can bear", async () => {
  const { call, VpcId } = await network();
  const { PrefixList } = await ec2<CreateManagedPrefixListResult>(call, "CreateManagedPrefixList", {
    PrefixListName: "offices",
    AddressFamily: "IPv4",
    MaxEntries: 10,
  });
  const PrefixListId = PrefixList?.PrefixListId;
  const grow = (MaxEntries: number) => ec2(call, "ModifyManagedPrefixList", { PrefixListId, MaxEntries });
  const RouteTableId = await made.table(call, VpcId);
  const GatewayId = await made.gateway(call, VpcId);
  await ec2(call, "CreateRoute", { RouteTableId, DestinationPrefixListId: PrefixListId, GatewayId });
  await ec2(call, "CreateRoute", { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId });
  await expect(grow(500)).rejects.toEqual(fault("RouteLimitExceeded"));
  await grow(499);
  await expect(ec2(call, "CreateRoute", { RouteTableId, DestinationCidrBlock: "198.18.9.0/24", GatewayId })).rejects.toEqual(
    fault("RouteLimitExceeded"),
  );
  await grow(10);
  const GroupId = await made.group(call, VpcId, "web");
  const IpPermissions = [{ IpProtocol: "-1", PrefixListIds: [{ PrefixListId }], IpRanges: [{ CidrIp: "10.1.0.0/16" }] }];
  await ec2(call, "AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
  await expect(grow(60)).rejects.toEqual(fault("RulesPerSecurityGroupLimitExceeded"));
  await grow(59);
});
