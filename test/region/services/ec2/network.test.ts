import type {
  AllocateAddressResult,
  CreateInternetGatewayResult,
  CreateNatGatewayResult,
  CreateRouteTableResult,
  CreateSecurityGroupResult,
  CreateSubnetResult,
  CreateVpcResult,
  DescribeRouteTablesResult,
  DescribeSecurityGroupsResult,
  DescribeSubnetsResult,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { ec2Operations } from "../../../../src/region/services/ec2/operations.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { recordsAlone, run } from "../../../support/records.js";

const ec2 = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(ec2Operations, name, call, input);
const fault = (code: string, message?: RegExp) =>
  expect.objectContaining({ code, ...(message === undefined ? {} : { message: expect.stringMatching(message) }) });

async function vpcOf(call: Call, CidrBlock = "10.0.0.0/16"): Promise<string> {
  return (await ec2<CreateVpcResult>(call, "CreateVpc", { CidrBlock })).Vpc?.VpcId ?? "";
}
async function subnetOf(call: Call, VpcId: string, CidrBlock: string, AvailabilityZone = "eu-west-3a"): Promise<string> {
  return (await ec2<CreateSubnetResult>(call, "CreateSubnet", { VpcId, CidrBlock, AvailabilityZone })).Subnet?.SubnetId ?? "";
}

describe("VPCs and subnets", () => {
  test.each([
    ["10.0.0.0/15", "InvalidVpc.Range"],
    ["10.0.0.0/29", "InvalidVpc.Range"],
    ["bogus", "InvalidParameterValue"],
  ])("a VPC with the block %s is refused as %s", async (CidrBlock, code) => {
    const { call } = recordsAlone();
    await expect(ec2(call, "CreateVpc", { CidrBlock })).rejects.toEqual(fault(code));
  });

  test.each([
    ["outside the VPC", "10.1.0.0/24", "eu-west-3a", "InvalidSubnet.Range"],
    ["smaller than /28", "10.0.9.0/29", "eu-west-3a", "InvalidSubnet.Range"],
    ["over another subnet", "10.0.1.128/25", "eu-west-3a", "InvalidSubnet.Conflict"],
    ["in a zone that is not there", "10.0.2.0/24", "eu-west-3f", "InvalidParameterValue"],
  ])("a subnet %s is refused", async (_, CidrBlock, AvailabilityZone, code) => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    await subnetOf(call, VpcId, "10.0.1.0/24");
    await expect(ec2(call, "CreateSubnet", { VpcId, CidrBlock, AvailabilityZone })).rejects.toEqual(fault(code));
  });

  test("the kernel is asked to have a subnet before the answer is given", async () => {
    const { call, asked } = recordsAlone();
    const VpcId = await vpcOf(call);
    await subnetOf(call, VpcId, "10.0.1.0/24");
    expect(asked.filter((what) => what === `network ${VpcId}`)).toHaveLength(2);
  });

  test("five addresses of a subnet are reserved", async () => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    await subnetOf(call, VpcId, "10.0.1.0/24");
    const found = await ec2<DescribeSubnetsResult>(call, "DescribeSubnets", { Filters: [{ Name: "vpc-id", Values: [VpcId] }] });
    expect(found.Subnets?.[0]).toMatchObject({
      AvailableIpAddressCount: 251,
      AvailabilityZoneId: "euw3-az1",
      State: "available",
    });
  });

  test("a VPC that is not empty is not deleted, and says what is in it", async () => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    await subnetOf(call, VpcId, "10.0.1.0/24");
    await expect(ec2(call, "DeleteVpc", { VpcId })).rejects.toEqual(fault("DependencyViolation", /subnets/));
  });

  test("an unknown filter is refused by name, even with nothing to filter", async () => {
    const { call } = recordsAlone();
    await expect(ec2(call, "DescribeVpcs", { Filters: [{ Name: "colour", Values: ["red"] }] })).rejects.toEqual(
      fault("InvalidParameterValue", /colour/),
    );
  });
});

describe("routes and gateways", () => {
  test("a route to a NAT gateway that is deleted stays as a blackhole", async () => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    const SubnetId = await subnetOf(call, VpcId, "10.0.1.0/24");
    const { InternetGateway } = await ec2<CreateInternetGatewayResult>(call, "CreateInternetGateway");
    const { AllocationId } = await ec2<AllocateAddressResult>(call, "AllocateAddress", { Domain: "vpc" });
    await expect(ec2(call, "CreateNatGateway", { SubnetId, AllocationId })).rejects.toEqual(fault("Gateway.NotAttached"));
    await ec2(call, "AttachInternetGateway", { VpcId, InternetGatewayId: InternetGateway?.InternetGatewayId });
    const { NatGateway } = await ec2<CreateNatGatewayResult>(call, "CreateNatGateway", { SubnetId, AllocationId });
    const { RouteTable } = await ec2<CreateRouteTableResult>(call, "CreateRouteTable", { VpcId });
    const RouteTableId = RouteTable?.RouteTableId ?? "";
    await ec2(call, "CreateRoute", { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: NatGateway?.NatGatewayId });
    expect(vpcSpec(call.records, VpcId)?.routeTables.at(-1)?.routes).toEqual([
      { destination: "0.0.0.0/0", target: { kind: "nat-gateway", natGatewayId: NatGateway?.NatGatewayId } },
    ]);
    await expect(ec2(call, "ReleaseAddress", { AllocationId })).rejects.toEqual(fault("InvalidIPAddress.InUse"));
    await ec2(call, "DeleteNatGateway", { NatGatewayId: NatGateway?.NatGatewayId });
    const tables = await ec2<DescribeRouteTablesResult>(call, "DescribeRouteTables", { RouteTableIds: [RouteTableId] });
    expect(tables.RouteTables?.[0]?.Routes?.[1]).toMatchObject({ State: "blackhole" });
    expect(vpcSpec(call.records, VpcId)?.routeTables.at(-1)?.routes[0]?.target).toEqual({ kind: "blackhole" });
    await ec2(call, "ReleaseAddress", { AllocationId });
  });

  test("a subnet follows the main route table until it is associated with another", async () => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    const SubnetId = await subnetOf(call, VpcId, "10.0.1.0/24");
    const { RouteTable } = await ec2<CreateRouteTableResult>(call, "CreateRouteTable", { VpcId });
    const before = vpcSpec(call.records, VpcId)?.subnets[0]?.routeTableId;
    await ec2(call, "AssociateRouteTable", { SubnetId, RouteTableId: RouteTable?.RouteTableId });
    expect(before).not.toBe(RouteTable?.RouteTableId);
    expect(vpcSpec(call.records, VpcId)?.subnets[0]?.routeTableId).toBe(RouteTable?.RouteTableId);
    await expect(ec2(call, "DeleteRouteTable", { RouteTableId: RouteTable?.RouteTableId })).rejects.toEqual(
      fault("DependencyViolation"),
    );
  });
});

describe("security groups", () => {
  async function groupOf(call: Call, VpcId: string, GroupName: string): Promise<string> {
    const made = await ec2<CreateSecurityGroupResult>(call, "CreateSecurityGroup", {
      VpcId,
      GroupName,
      Description: "of a test",
    });
    return made.GroupId ?? "";
  }

  test("a new group lets everything out and nothing in", async () => {
    const { call } = recordsAlone();
    const GroupId = await groupOf(call, await vpcOf(call), "web");
    const { SecurityGroups } = await ec2<DescribeSecurityGroupsResult>(call, "DescribeSecurityGroups", { GroupIds: [GroupId] });
    expect(SecurityGroups?.[0]?.IpPermissions).toEqual([]);
    expect(SecurityGroups?.[0]?.IpPermissionsEgress).toMatchObject([{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }]);
  });

  test("rules are added, refused twice, found and taken away", async () => {
    const { call } = recordsAlone();
    const GroupId = await groupOf(call, await vpcOf(call), "web");
    const rule = {
      GroupId,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    };
    await ec2(call, "AuthorizeSecurityGroupIngress", rule);
    await expect(ec2(call, "AuthorizeSecurityGroupIngress", rule)).rejects.toEqual(fault("InvalidPermission.Duplicate"));
    await ec2(call, "RevokeSecurityGroupIngress", rule);
    await expect(ec2(call, "RevokeSecurityGroupIngress", rule)).rejects.toEqual(fault("InvalidPermission.NotFound"));
  });

  test.each([
    [{ IpProtocol: "tcp", FromPort: 90, ToPort: 80, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }, /port range/],
    [{ IpProtocol: "tcp", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }, /ports/],
    [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "10.0.0.1" }] }, /malformed/],
    [{ IpProtocol: "smoke", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }, /protocol/],
  ])("the rule %j is refused", async (permission, words) => {
    const { call } = recordsAlone();
    const GroupId = await groupOf(call, await vpcOf(call), "web");
    await expect(ec2(call, "AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [permission] })).rejects.toEqual(
      fault("InvalidParameterValue", words),
    );
  });

  test("a group that another one names is not deleted", async () => {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    const [web, db] = [await groupOf(call, VpcId, "web"), await groupOf(call, VpcId, "db")];
    await ec2(call, "AuthorizeSecurityGroupIngress", {
      GroupId: db,
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: web }] }],
    });
    await expect(ec2(call, "DeleteSecurityGroup", { GroupId: web })).rejects.toEqual(
      fault("DependencyViolation", new RegExp(db)),
    );
    await ec2(call, "DeleteSecurityGroup", { GroupId: db });
    await ec2(call, "DeleteSecurityGroup", { GroupId: web });
  });
});
