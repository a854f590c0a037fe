import type {
  DescribeRouteTablesResult,
  ReplaceRouteTableAssociationResult,
  AssociateRouteTableResult,
  CreateManagedPrefixListResult,
  Route,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { Instances, NetworkInterfaces, Vpcs, type Instance } from "../../../../src/region/services/ec2/records.js";
import { vpcSpec } from "../../../../src/region/upkeep/vpcspec.js";
import { fault } from "./fault.js";
import { ec2, made, network } from "./network-support.js";

const routesOf = async (call: Call, RouteTableId: string): Promise<readonly Route[]> =>
  (await ec2<DescribeRouteTablesResult>(call, "DescribeRouteTables", { RouteTableIds: [RouteTableId] })).RouteTables?.[0]
    ?.Routes ?? [];

describe("routes", () => {
  test.each<[what: string, input: object, code: string, message?: RegExp]>([
    ["without a target", { DestinationCidrBlock: "0.0.0.0/0" }, "MissingParameter"],
    ["without a destination", { GatewayId: "igw-1" }, "MissingParameter"],
    [
      "with two destinations",
      { DestinationCidrBlock: "0.0.0.0/0", DestinationPrefixListId: "pl-1", GatewayId: "igw-1" },
      "InvalidParameterCombination",
    ],
    [
      "with two targets",
      { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1", NatGatewayId: "nat-1" },
      "InvalidParameterCombination",
    ],
    ["to no CIDR", { DestinationCidrBlock: "everywhere", GatewayId: "igw-1" }, "InvalidParameterValue", /CIDR block/],
    [
      "to a list that is not there",
      { DestinationPrefixListId: "pl-0123456789abcdef0", GatewayId: "igw-1" },
      "InvalidPrefixListID.NotFound",
    ],
    [
      "through a gateway that is not there",
      { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1" },
      "InvalidInternetGatewayID.NotFound",
    ],
    ["through a gateway endpoint", { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "vpce-1" }, "InvalidGatewayID.NotFound"],
    ["through no NAT gateway", { DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" }, "InvalidNatGatewayID.NotFound"],
    [
      "through no interface",
      { DestinationCidrBlock: "0.0.0.0/0", NetworkInterfaceId: "eni-1" },
      "InvalidNetworkInterfaceID.NotFound",
    ],
    ["through no instance", { DestinationCidrBlock: "0.0.0.0/0", InstanceId: "i-1" }, "InvalidInstanceID.NotFound"],
    [
      "through no peering",
      { DestinationCidrBlock: "10.9.0.0/16", VpcPeeringConnectionId: "pcx-1" },
      "InvalidVpcPeeringConnectionID.NotFound",
    ],
    [
      "inside the VPC to a gateway",
      { DestinationCidrBlock: "10.0.1.0/24", GatewayId: "igw-1" },
      "InvalidParameterValue",
      /equal to or more specific/,
    ],
    ["over the local route", { DestinationCidrBlock: "10.0.0.0/16", NetworkInterfaceId: "eni-1" }, "RouteAlreadyExists"],
    [
      "inside the VPC to no whole subnet",
      { DestinationCidrBlock: "10.0.1.0/25", NetworkInterfaceId: "eni-1" },
      "InvalidParameterValue",
      /not the CIDR block/,
    ],
  ])("a route %s is refused", async (_, input, code, message) => {
    const { call, VpcId } = await network();
    const RouteTableId = await made.table(call, VpcId);
    await expect(ec2(call, "CreateRoute", { RouteTableId, ...input })).rejects.toEqual(fault(code, message));
    expect(await routesOf(call, RouteTableId)).toHaveLength(1);
  });

  test("a destination is kept in canonical form, exists once, and is replaced and deleted by it", async () => {
    const { call, VpcId } = await network();
    const RouteTableId = await made.table(call, VpcId);
    const [GatewayId, SubnetId] = [await made.gateway(call, VpcId), await made.subnet(call, VpcId, "10.0.2.0/24")];
    const NetworkInterfaceId = await made.nic(call, SubnetId);
    await expect(ec2(call, "ReplaceRoute", { RouteTableId, DestinationCidrBlock: "198.18.0.0/16", GatewayId })).rejects.toEqual(
      fault("InvalidParameterValue", /Use CreateRoute instead/),
    );
    await ec2(call, "CreateRoute", { RouteTableId, DestinationCidrBlock: "198.18.7.7/16", GatewayId });
    await expect(ec2(call, "CreateRoute", { RouteTableId, DestinationCidrBlock: "198.18.0.0/16", GatewayId })).rejects.toEqual(
      fault("RouteAlreadyExists"),
    );
    await ec2(call, "ReplaceRoute", { RouteTableId, DestinationCidrBlock: "198.18.0.0/16", NetworkInterfaceId });
    // Nobody holds the interface, so that what it would get is dropped.
    expect((await routesOf(call, RouteTableId))[1]).toMatchObject({
      DestinationCidrBlock: "198.18.0.0/16",
      NetworkInterfaceId,
      GatewayId: undefined,
      State: "blackhole",
      Origin: "CreateRoute",
    });
    await ec2(call, "DeleteRoute", { RouteTableId, DestinationCidrBlock: "198.18.0.0/16" });
    await expect(ec2(call, "DeleteRoute", { RouteTableId, DestinationCidrBlock: "198.18.0.0/16" })).rejects.toEqual(
      fault("InvalidRoute.NotFound"),
    );
    await expect(ec2(call, "DeleteRoute", { RouteTableId, DestinationCidrBlock: "10.0.0.0/16" })).rejects.toEqual(
      fault("InvalidParameterValue", /cannot remove local route/),
    );
  });

  test("a route through an instance leads to its interface, and is a blackhole while the instance is not to run", async () => {
    const { call, VpcId, SubnetId } = await network();
    const RouteTableId = await made.table(call, VpcId);
    const interfaceId = await made.nic(call, SubnetId);
    const nic = call.records.get(NetworkInterfaces, interfaceId);
    if (nic === undefined) throw new Error("no interface");
    const instance = { instanceId: "i-1", interfaceId, wish: "running", state: "running" } as Instance;
    call.commit(
      put(Instances, "i-1", instance),
      put(NetworkInterfaces, interfaceId, { ...nic, holder: { kind: "instance", id: "i-1" } }),
    );
    await ec2(call, "CreateRoute", { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", InstanceId: "i-1" });
    const spec = () => vpcSpec(call.records, VpcId)?.routeTables.find((table) => table.routeTableId === RouteTableId)?.routes[0];
    expect((await routesOf(call, RouteTableId))[1]).toMatchObject({
      InstanceId: "i-1",
      NetworkInterfaceId: interfaceId,
      State: "active",
    });
    expect(spec()?.target).toEqual({ kind: "interface", interfaceId });
    call.commit(put(Instances, "i-1", { ...instance, wish: "stopped" }));
    expect((await routesOf(call, RouteTableId))[1]?.State).toBe("blackhole");
    expect(spec()?.target).toEqual({ kind: "blackhole" });
  });

  test("a route to a peering is a blackhole until it is accepted", async () => {
    const { call, VpcId } = await network();
    const RouteTableId = await made.table(call, VpcId);
    const VpcPeeringConnectionId = await made.peering(call, VpcId, await made.vpc(call, "10.1.0.0/16"));
    await ec2(call, "CreateRoute", { RouteTableId, DestinationCidrBlock: "10.1.0.0/16", VpcPeeringConnectionId });
    expect((await routesOf(call, RouteTableId))[1]?.State).toBe("blackhole");
    await ec2(call, "AcceptVpcPeeringConnection", { VpcPeeringConnectionId });
    expect((await routesOf(call, RouteTableId))[1]).toMatchObject({ State: "active", VpcPeeringConnectionId });
  });

  test("a route to a prefix list is one for each entry that no other route names", async () => {
    const { call, VpcId } = await network();
    const RouteTableId = await made.table(call, VpcId);
    const GatewayId = await made.gateway(call, VpcId);
    const { PrefixList } = await ec2<CreateManagedPrefixListResult>(call, "CreateManagedPrefixList", {
      PrefixListName: "offices",
      AddressFamily: "IPv4",
      MaxEntries: 2,
      Entries: [{ Cidr: "198.18.1.0/24" }, { Cidr: "198.18.2.0/24" }],
    });
    const NatLess = await made.nic(call, await made.subnet(call, VpcId, "10.0.3.0/24"));
    await ec2(call, "CreateRoute", { RouteTableId, DestinationPrefixListId: PrefixList?.PrefixListId, GatewayId });
    await ec2(call, "CreateRoute", { RouteTableId, DestinationCidrBlock: "198.18.2.0/24", NetworkInterfaceId: NatLess });
    expect((await routesOf(call, RouteTableId))[1]).toMatchObject({
      DestinationPrefixListId: PrefixList?.PrefixListId,
    });
    expect(vpcSpec(call.records, VpcId)?.routeTables.at(-1)?.routes).toEqual([
      { destination: "198.18.2.0/24", target: { kind: "blackhole" } },
      { destination: "198.18.1.0/24", target: { kind: "internet-gateway" } },
    ]);
  });
});

describe("prefix lists that overlap", () => {
  test("the route that came first has their common block, until it goes, and the local one its own", async () => {
    const { call, VpcId, SubnetId } = await network();
    const RouteTableId = await made.table(call, VpcId);
    await ec2(call, "AssociateRouteTable", { SubnetId, RouteTableId });
    const list = async (PrefixListName: string, ...cidrs: string[]): Promise<string> => {
      const { PrefixList } = await ec2<CreateManagedPrefixListResult>(call, "CreateManagedPrefixList", {
        PrefixListName,
        AddressFamily: "IPv4",
        MaxEntries: 3,
        Entries: cidrs.map((Cidr) => ({ Cidr })),
      });
      return PrefixList?.PrefixListId ?? "";
    };
    const one = await list("one", "198.18.1.0/24");
    const two = await list("two", "198.18.1.0/24", "198.18.2.0/24", "10.0.0.0/16");
    const GatewayId = await made.gateway(call, VpcId);
    const NetworkInterfaceId = await made.nic(call, SubnetId);
    await ec2(call, "CreateRoute", { RouteTableId, DestinationPrefixListId: one, GatewayId });
    await ec2(call, "CreateRoute", { RouteTableId, DestinationPrefixListId: two, NetworkInterfaceId });
    const routes = () => vpcSpec(call.records, VpcId)?.routeTables.at(-1)?.routes;
    const [gateway, blackhole] = [{ kind: "internet-gateway" }, { kind: "blackhole" }];
    expect(routes()).toEqual([
      { destination: "198.18.1.0/24", target: gateway },
      { destination: "198.18.2.0/24", target: blackhole },
    ]);
    await ec2(call, "DeleteRoute", { RouteTableId, DestinationPrefixListId: one });
    expect(routes()).toEqual([
      { destination: "198.18.1.0/24", target: blackhole },
      { destination: "198.18.2.0/24", target: blackhole },
    ]);
  });
});

describe("associations", () => {
  test("are replaced under another id, and the main one makes another table the main one", async () => {
    const { call, VpcId, SubnetId } = await network();
    const [one, two] = [await made.table(call, VpcId), await made.table(call, VpcId)];
    const { AssociationId } = await ec2<AssociateRouteTableResult>(call, "AssociateRouteTable", { SubnetId, RouteTableId: one });
    await expect(ec2(call, "AssociateRouteTable", { SubnetId, RouteTableId: two })).rejects.toEqual(
      fault("Resource.AlreadyAssociated"),
    );
    const { NewAssociationId } = await ec2<ReplaceRouteTableAssociationResult>(call, "ReplaceRouteTableAssociation", {
      AssociationId,
      RouteTableId: two,
    });
    expect(NewAssociationId).not.toBe(AssociationId);
    expect(vpcSpec(call.records, VpcId)?.subnets[0]?.routeTableId).toBe(two);
    await ec2(call, "DeleteRouteTable", { RouteTableId: one });
    await ec2(call, "DisassociateRouteTable", { AssociationId: NewAssociationId });

    const main = await ec2<DescribeRouteTablesResult>(call, "DescribeRouteTables", {
      Filters: [
        { Name: "association.main", Values: ["true"] },
        { Name: "vpc-id", Values: [VpcId] },
      ],
    });
    const first = main.RouteTables?.[0];
    const mainAssociation = first?.Associations?.[0]?.RouteTableAssociationId;
    await expect(ec2(call, "DisassociateRouteTable", { AssociationId: mainAssociation })).rejects.toEqual(
      fault("InvalidParameterValue", /main/),
    );
    await ec2(call, "ReplaceRouteTableAssociation", { AssociationId: mainAssociation, RouteTableId: two });
    expect(call.records.get(Vpcs, VpcId)?.mainRouteTableId).toBe(two);
    expect(vpcSpec(call.records, VpcId)?.subnets[0]?.routeTableId).toBe(two);
    await expect(ec2(call, "DeleteRouteTable", { RouteTableId: two })).rejects.toEqual(fault("DependencyViolation"));
    await ec2(call, "DeleteRouteTable", { RouteTableId: first?.RouteTableId });
  });

  test.each([
    ["route.state", "blackhole", 0],
    ["route.gateway-id", "local", 2],
    ["route.origin", "CreateRouteTable", 2],
    ["association.main", "true", 1],
    ["route-table-id", "rtb-*", 2],
  ])("tables are found by %s=%s", async (Name, value, found) => {
    const { call, VpcId } = await network();
    await made.table(call, VpcId);
    const { RouteTables } = await ec2<DescribeRouteTablesResult>(call, "DescribeRouteTables", {
      Filters: [{ Name, Values: [value] }],
    });
    expect(RouteTables).toHaveLength(found);
  });
});
