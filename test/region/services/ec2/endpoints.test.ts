import type {
  CreateManagedPrefixListResult,
  CreateRouteTableResult,
  CreateSecurityGroupResult,
  CreateVpcEndpointResult,
  CreateVpcResult,
  DeleteVpcEndpointsResult,
  DescribeManagedPrefixListsResult,
  DescribePrefixListsResult,
  DescribeRouteTablesResult,
  DescribeVpcEndpointServicesResult,
  DescribeVpcEndpointsResult,
  GetManagedPrefixListEntriesResult,
  ModifyManagedPrefixListResult,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { ec2Operations } from "../../../../src/region/services/ec2/operations.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { recordsAlone, run } from "../../../support/records.js";
import { fault } from "./fault.js";

const ec2 = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(ec2Operations, name, call, input);
const vpcOf = async (call: Call): Promise<string> =>
  (await ec2<CreateVpcResult>(call, "CreateVpc", { CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
const tableOf = async (call: Call, VpcId: string): Promise<string> =>
  (await ec2<CreateRouteTableResult>(call, "CreateRouteTable", { VpcId })).RouteTable?.RouteTableId ?? "";
const s3 = "com.amazonaws.eu-west-3.s3";

describe("gateway endpoints", () => {
  async function withTable() {
    const { call } = recordsAlone();
    const VpcId = await vpcOf(call);
    return { call, VpcId, table: await tableOf(call, VpcId) };
  }
  const create = async (call: Call, VpcId: string, RouteTableIds: string[] = [], ServiceName = s3) =>
    (await ec2<CreateVpcEndpointResult>(call, "CreateVpcEndpoint", { VpcId, ServiceName, RouteTableIds })).VpcEndpoint;
  const routesOf = async (call: Call, id: string) =>
    (await ec2<DescribeRouteTablesResult>(call, "DescribeRouteTables", { RouteTableIds: [id] })).RouteTables?.[0]?.Routes?.slice(
      1,
    );

  test("one is a route from its tables to the service's prefix list", async () => {
    const { call, VpcId, table } = await withTable();
    const endpoint = await create(call, VpcId, [table]);
    expect(endpoint).toMatchObject({ VpcEndpointType: "Gateway", State: "available", RouteTableIds: [table] });
    const { PrefixLists } = await ec2<DescribePrefixListsResult>(call, "DescribePrefixLists", {
      Filters: [{ Name: "prefix-list-name", Values: [s3] }],
    });
    expect(await routesOf(call, table)).toMatchObject([
      { DestinationPrefixListId: PrefixLists?.[0]?.PrefixListId, GatewayId: endpoint?.VpcEndpointId, State: "active" },
    ]);
    const cidrs = PrefixLists?.[0]?.Cidrs ?? [];
    const spec = vpcSpec(call.records, VpcId);
    expect(spec?.gatewayEndpoints).toEqual([{ endpointId: endpoint?.VpcEndpointId, cidrs }]);
    expect(spec?.routeTables.at(-1)?.routes).toEqual(
      cidrs.map((destination) => ({ destination, target: { kind: "gateway-endpoint", endpointId: endpoint?.VpcEndpointId } })),
    );
  });

  test("its tables change, and its routes leave with it", async () => {
    const { call, VpcId, table } = await withTable();
    const other = await tableOf(call, VpcId);
    const VpcEndpointId = (await create(call, VpcId, [table]))?.VpcEndpointId;
    await ec2(call, "ModifyVpcEndpoint", { VpcEndpointId, AddRouteTableIds: [other], RemoveRouteTableIds: [table] });
    expect(await routesOf(call, table)).toEqual([]);
    expect(await routesOf(call, other)).toHaveLength(1);
    await expect(ec2(call, "ModifyVpcEndpoint", { VpcEndpointId, RemoveRouteTableIds: [table] })).rejects.toEqual(
      fault("InvalidParameter", /not associated/),
    );
    const gone = { VpcEndpointIds: [VpcEndpointId, "vpce-00000000000000000"] };
    const { Unsuccessful } = await ec2<DeleteVpcEndpointsResult>(call, "DeleteVpcEndpoints", gone);
    expect(Unsuccessful).toMatchObject([{ Error: { Code: "InvalidVpcEndpointId.NotFound" } }]);
    expect(await routesOf(call, other)).toEqual([]);
    expect(vpcSpec(call.records, VpcId)?.gatewayEndpoints).toBeUndefined();
  });

  test("a table that is deleted is no longer among an endpoint's", async () => {
    const { call, VpcId, table } = await withTable();
    await create(call, VpcId, [table]);
    await ec2(call, "DeleteRouteTable", { RouteTableId: table });
    const { VpcEndpoints } = await ec2<DescribeVpcEndpointsResult>(call, "DescribeVpcEndpoints");
    expect(VpcEndpoints?.[0]?.RouteTableIds).toEqual([]);
  });

  test.each([
    ["com.amazonaws.eu-west-3.dynamodb", "NotImplemented", /dynamodb.*only com\.amazonaws\.eu-west-3\.s3 is modelled/],
    ["com.amazonaws.us-east-1.s3", "InvalidServiceName", /does not exist/],
  ])("one for %s is refused", async (service, code, words) => {
    const { call, VpcId } = await withTable();
    await expect(create(call, VpcId, [], service)).rejects.toEqual(fault(code, words));
  });

  test("a table has one route to a service, and is of the endpoint's VPC", async () => {
    const { call, VpcId, table } = await withTable();
    await create(call, VpcId, [table]);
    await expect(create(call, VpcId, [table])).rejects.toEqual(fault("RouteAlreadyExists"));
    await expect(create(call, await vpcOf(call), [table])).rejects.toEqual(fault("InvalidParameter", /does not belong/));
    await expect(create(call, VpcId, ["rtb-0"])).rejects.toEqual(fault("InvalidRouteTableId.NotFound"));
  });

  test("S3 is the service that is offered", async () => {
    const { call } = await withTable();
    const { ServiceNames } = await ec2<DescribeVpcEndpointServicesResult>(call, "DescribeVpcEndpointServices", {
      Filters: [{ Name: "service-type", Values: ["Gateway"] }],
    });
    expect(ServiceNames).toEqual([s3]);
  });
});

describe("managed prefix lists", () => {
  const listOf = async (call: Call, cidrs: string[], MaxEntries = 3) =>
    (
      await ec2<CreateManagedPrefixListResult>(call, "CreateManagedPrefixList", {
        PrefixListName: "offices",
        MaxEntries,
        AddressFamily: "IPv4",
        Entries: cidrs.map((Cidr) => ({ Cidr })),
      })
    ).PrefixList?.PrefixListId ?? "";
  const entriesOf = async (call: Call, PrefixListId: string) =>
    (await ec2<GetManagedPrefixListEntriesResult>(call, "GetManagedPrefixListEntries", { PrefixListId })).Entries?.map(
      (entry) => entry.Cidr,
    );

  test("rules that name one follow its entries", async () => {
    const { call, asked } = recordsAlone();
    const VpcId = await vpcOf(call);
    const PrefixListId = await listOf(call, ["192.0.2.0/24"]);
    const { GroupId } = await ec2<CreateSecurityGroupResult>(call, "CreateSecurityGroup", {
      VpcId,
      GroupName: "web",
      Description: "web",
    });
    const rule = { IpProtocol: "tcp", FromPort: 443, ToPort: 443, PrefixListIds: [{ PrefixListId }] };
    await ec2(call, "AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [rule] });
    const peers = () =>
      vpcSpec(call.records, VpcId)
        ?.securityGroups.find((group) => group.groupId === GroupId)
        ?.ingress.map((spec) => spec.peer);
    expect(peers()).toEqual([{ cidr: "192.0.2.0/24" }]);
    asked.length = 0;
    const { PrefixList } = await ec2<ModifyManagedPrefixListResult>(call, "ModifyManagedPrefixList", {
      PrefixListId,
      CurrentVersion: 1,
      AddEntries: [{ Cidr: "198.51.100.0/24" }],
      RemoveEntries: [{ Cidr: "192.0.2.0/24" }],
    });
    expect(PrefixList).toMatchObject({ Version: 2, State: "modify-complete" });
    expect(asked).toEqual([`network ${VpcId}`]);
    expect(peers()).toEqual([{ cidr: "198.51.100.0/24" }]);
    await expect(ec2(call, "DeleteManagedPrefixList", { PrefixListId })).rejects.toEqual(
      fault("DependencyViolation", new RegExp(GroupId ?? "")),
    );
    await ec2(call, "RevokeSecurityGroupIngress", { GroupId, IpPermissions: [rule] });
    await ec2(call, "DeleteManagedPrefixList", { PrefixListId });
  });

  test.each<[string, object, string]>([
    ["an old version", { CurrentVersion: 7, AddEntries: [{ Cidr: "10.0.0.0/8" }] }, "PrefixListVersionMismatch"],
    [
      "more than fit",
      { CurrentVersion: 1, AddEntries: [1, 2, 3].map((n) => ({ Cidr: `10.${n}.0.0/16` })) },
      "PrefixListMaxEntriesExceeded",
    ],
    ["a size and entries", { CurrentVersion: 1, MaxEntries: 9, AddEntries: [{ Cidr: "10.0.0.0/8" }] }, "InvalidRequest"],
    ["a size too small", { MaxEntries: 0 }, "InvalidParameterValue"],
    ["what is not there", { CurrentVersion: 1, RemoveEntries: [{ Cidr: "10.0.0.0/8" }] }, "InvalidParameterValue"],
  ])("a change with %s is refused and nothing changes", async (_what, change, code) => {
    const { call } = recordsAlone();
    const PrefixListId = await listOf(call, ["192.0.2.0/24"]);
    await expect(ec2(call, "ModifyManagedPrefixList", { PrefixListId, ...change })).rejects.toEqual(fault(code));
    expect(await entriesOf(call, PrefixListId)).toEqual(["192.0.2.0/24"]);
  });

  test("a new size and a new name make no new version", async () => {
    const { call } = recordsAlone();
    const PrefixListId = await listOf(call, ["192.0.2.0/24"]);
    const change = { PrefixListId, MaxEntries: 9, PrefixListName: "branches" };
    expect(await ec2(call, "ModifyManagedPrefixList", change)).toMatchObject({
      PrefixList: { Version: 1, MaxEntries: 9, PrefixListName: "branches", State: "modify-complete" },
    });
  });

  test("AWS's own list of S3 is shown, and cannot be changed", async () => {
    const { call } = recordsAlone();
    const { PrefixLists } = await ec2<DescribeManagedPrefixListsResult>(call, "DescribeManagedPrefixLists", {
      Filters: [{ Name: "owner-id", Values: ["AWS"] }],
    });
    expect(PrefixLists).toMatchObject([{ PrefixListName: s3, OwnerId: "AWS" }]);
    const PrefixListId = PrefixLists?.[0]?.PrefixListId ?? "";
    expect(await entriesOf(call, PrefixListId)).toHaveLength(1);
    await expect(ec2(call, "DeleteManagedPrefixList", { PrefixListId })).rejects.toEqual(fault("UnauthorizedOperation"));
  });
});
