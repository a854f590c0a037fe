import type {
  CreateRouteTableResult,
  CreateSecurityGroupResult,
  CreateSubnetResult,
  CreateVpcPeeringConnectionResult,
  CreateVpcResult,
  DescribeRouteTablesResult,
  DescribeVpcPeeringConnectionsResult,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { decideInterface, interfaceChanges } from "../../../../src/region/services/ec2/interfaces.js";
import { ec2Operations } from "../../../../src/region/services/ec2/operations.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { recordsAlone, run } from "../../../support/records.js";
import { fault } from "./fault.js";

const ec2 = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(ec2Operations, name, call, input);
const vpcOf = async (call: Call, CidrBlock: string): Promise<string> =>
  (await ec2<CreateVpcResult>(call, "CreateVpc", { CidrBlock })).Vpc?.VpcId ?? "";
const ask = async (call: Call, VpcId: string, PeerVpcId: string) =>
  (await ec2<CreateVpcPeeringConnectionResult>(call, "CreateVpcPeeringConnection", { VpcId, PeerVpcId })).VpcPeeringConnection;
const stateOf = async (call: Call, id: string | undefined) =>
  (await ec2<DescribeVpcPeeringConnectionsResult>(call, "DescribeVpcPeeringConnections", { VpcPeeringConnectionIds: [id] }))
    .VpcPeeringConnections?.[0]?.Status;

async function two(now = () => 0) {
  const { call, asked } = recordsAlone({ now });
  const [a, b] = [await vpcOf(call, "10.1.0.0/16"), await vpcOf(call, "10.2.0.0/16")];
  return { call, a, b, asked };
}

describe("VPC peering", () => {
  test("is asked for, accepted by the other side, and taken back by either", async () => {
    const { call, a, b, asked } = await two();
    const peering = await ask(call, a, b);
    const VpcPeeringConnectionId = peering?.VpcPeeringConnectionId;
    expect(peering).toMatchObject({
      Status: { Code: "pending-acceptance", Message: "Pending Acceptance by 000000000000" },
      RequesterVpcInfo: { VpcId: a, CidrBlock: "10.1.0.0/16", Region: "eu-west-3" },
      AccepterVpcInfo: { VpcId: b, CidrBlock: "10.2.0.0/16" },
    });
    expect(vpcSpec(call.records, a)?.peerings).toBeUndefined();
    await expect(ask(call, b, a)).rejects.toEqual(fault("VpcPeeringConnectionAlreadyExists"));
    asked.length = 0;
    await ec2(call, "AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
    expect(asked).toEqual([`network ${a}`, `network ${b}`]);
    expect(await stateOf(call, VpcPeeringConnectionId)).toEqual({ Code: "active", Message: "Active" });
    expect(vpcSpec(call.records, a)?.peerings).toMatchObject([{ peer: { vpcId: b, cidr: "10.2.0.0/16" } }]);
    expect(vpcSpec(call.records, b)?.peerings).toMatchObject([{ peer: { vpcId: a, cidr: "10.1.0.0/16" } }]);
    await expect(ec2(call, "AcceptVpcPeeringConnection", { VpcPeeringConnectionId })).rejects.toEqual(
      fault("InvalidStateTransition", /from active to active/),
    );
    await ec2(call, "DeleteVpcPeeringConnection", { VpcPeeringConnectionId });
    expect(await stateOf(call, VpcPeeringConnectionId)).toMatchObject({ Code: "deleted" });
    await ec2(call, "DeleteVpc", { VpcId: a });
  });

  test.each([
    ["a block that overlaps", "10.1.128.0/20"],
    ["a VPC that is not there", undefined],
  ])("with %s it fails, and says so", async (_what, CidrBlock) => {
    const { call, a } = await two();
    const peering = await ask(call, a, CidrBlock === undefined ? "vpc-00000000000000000" : await vpcOf(call, CidrBlock));
    expect(peering?.Status).toEqual({
      Code: "failed",
      Message: "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
    });
  });

  test.each<[object, RegExp]>([
    [{ PeerOwnerId: "111111111111" }, /another account/],
    [{ PeerRegion: "us-east-1" }, /another region/],
  ])("with %j it is refused by name", async (more, words) => {
    const { call, a, b } = await two();
    await expect(ec2(call, "CreateVpcPeeringConnection", { VpcId: a, PeerVpcId: b, ...more })).rejects.toEqual(
      fault("NotImplemented", words),
    );
  });

  test("a request that is rejected or never answered is over, and is forgotten in time", async () => {
    let now = 0;
    const { call, a, b } = await two(() => now);
    const rejected = (await ask(call, a, b))?.VpcPeeringConnectionId;
    await ec2(call, "RejectVpcPeeringConnection", { VpcPeeringConnectionId: rejected });
    expect(await stateOf(call, rejected)).toMatchObject({ Code: "rejected" });
    const ignored = (await ask(call, b, a))?.VpcPeeringConnectionId;
    now = 8 * 24 * 3_600_000;
    expect(await stateOf(call, ignored)).toMatchObject({ Code: "expired" });
    await expect(stateOf(call, rejected)).rejects.toEqual(fault("InvalidVpcPeeringConnectionID.NotFound"));
    await expect(ec2(call, "AcceptVpcPeeringConnection", { VpcPeeringConnectionId: ignored })).rejects.toEqual(
      fault("InvalidStateTransition"),
    );
  });

  test("a route over it is a black hole once it is deleted", async () => {
    const { call, a, b } = await two();
    const VpcPeeringConnectionId = (await ask(call, a, b))?.VpcPeeringConnectionId;
    await ec2(call, "AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
    const { RouteTable } = await ec2<CreateRouteTableResult>(call, "CreateRouteTable", { VpcId: a });
    const table = { RouteTableId: RouteTable?.RouteTableId };
    await ec2(call, "CreateRoute", { ...table, DestinationCidrBlock: "10.2.0.0/16", VpcPeeringConnectionId });
    const target = () => vpcSpec(call.records, a)?.routeTables.at(-1)?.routes[0]?.target;
    expect(target()).toEqual({ kind: "peering", peeringId: VpcPeeringConnectionId });
    await ec2(call, "DeleteVpcPeeringConnection", { VpcPeeringConnectionId });
    expect(target()).toEqual({ kind: "blackhole" });
    const { RouteTables } = await ec2<DescribeRouteTablesResult>(call, "DescribeRouteTables", {
      RouteTableIds: [RouteTable?.RouteTableId],
    });
    expect(RouteTables?.[0]?.Routes?.[1]).toMatchObject({ State: "blackhole", VpcPeeringConnectionId });
  });

  test("each VPC knows the other one's subnets, and the members of the groups that its rules name", async () => {
    const { call, a, b } = await two();
    const VpcPeeringConnectionId = (await ask(call, a, b))?.VpcPeeringConnectionId;
    await ec2(call, "AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
    const { Subnet } = await ec2<CreateSubnetResult>(call, "CreateSubnet", {
      VpcId: b,
      CidrBlock: "10.2.1.0/24",
      AvailabilityZone: "eu-west-3b",
    });
    const group = async (VpcId: string): Promise<string> =>
      (await ec2<CreateSecurityGroupResult>(call, "CreateSecurityGroup", { VpcId, GroupName: "web", Description: "web" }))
        .GroupId ?? "";
    const [mine, theirs] = [await group(a), await group(b)];
    const nic = decideInterface(call, {
      subnetId: Subnet?.SubnetId ?? "",
      groupIds: [theirs],
      description: "",
      holder: { kind: "database", id: "db" },
    });
    call.commit(...interfaceChanges(nic));
    const peer = () => vpcSpec(call.records, a)?.peerings?.[0]?.peer;
    expect(peer()).toMatchObject({ subnets: [{ cidr: "10.2.1.0/24", zone: "eu-west-3b" }], groups: [] });
    const rule = { IpProtocol: "tcp", FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: theirs }] };
    await ec2(call, "AuthorizeSecurityGroupIngress", { GroupId: mine, IpPermissions: [rule] });
    expect(peer()?.groups).toEqual([{ groupId: theirs, addresses: [nic.privateIp] }]);
  });
});
