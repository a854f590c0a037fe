import type {
  AssociateRouteTableCommandInput,
  AssociateRouteTableCommandOutput,
  CreateRouteCommandInput,
  CreateRouteCommandOutput,
  CreateRouteTableCommandInput,
  CreateRouteTableCommandOutput,
  DeleteRouteCommandInput,
  DeleteRouteTableCommandInput,
  DescribeRouteTablesCommandInput,
  DescribeRouteTablesCommandOutput,
  DisassociateRouteTableCommandInput,
  RouteTable as ApiRouteTable,
} from "@aws-sdk/client-ec2";
import { isCanonical, parseBlock } from "../../../addresses.js";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { newId } from "./ids.js";
import { describeRules, select } from "./lists.js";
import { InternetGateways, NatGateways, RouteTables, Subnets, type Route, type RouteTable, type Subnet } from "./records.js";
import { theSubnet } from "./subnets.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";
import { theVpc } from "./vpcs.js";

export async function createRouteTable(
  call: Call,
  wish: { vpcId: string; tags: Readonly<Record<string, string>> },
): Promise<RouteTable> {
  const vpc = theVpc(call, wish.vpcId);
  const table: RouteTable = { routeTableId: newId("rtb"), vpcId: vpc.vpcId, routes: [], tags: wish.tags };
  call.commit(put(RouteTables, table.routeTableId, table));
  await call.upkeep.network(vpc.vpcId);
  return table;
}

export async function deleteRouteTable(call: Call, routeTableId: string): Promise<void> {
  const table = theRouteTable(call, routeTableId);
  if (table.mainAssociationId !== undefined || associations(call, table).length > 0)
    throw new ServiceFault("DependencyViolation", `The routeTable '${routeTableId}' has dependencies and cannot be deleted.`);
  call.commit(remove(RouteTables, routeTableId));
  await call.upkeep.network(table.vpcId);
}

/** Adds a route. A target that does not exist, or belongs to another VPC, is refused. */
export async function createRoute(call: Call, routeTableId: string, route: Route): Promise<void> {
  const table = theRouteTable(call, routeTableId);
  if (parseBlock(route.destination) === undefined || !isCanonical(route.destination))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${route.destination}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
    );
  if (table.routes.some((known) => known.destination === route.destination))
    throw new ServiceFault("RouteAlreadyExists", `The route identified by ${route.destination} already exists.`);
  if (route.destination === theVpc(call, table.vpcId).cidr)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The destination CIDR block ${route.destination} is equal to the VPC's local route.`,
    );
  checkTarget(call, table, route);
  call.commit(put(RouteTables, routeTableId, { ...table, routes: [...table.routes, route] }));
  await call.upkeep.network(table.vpcId);
}

export async function deleteRoute(call: Call, routeTableId: string, destination: string): Promise<void> {
  const table = theRouteTable(call, routeTableId);
  if (!table.routes.some((route) => route.destination === destination))
    throw new ServiceFault(
      "InvalidRoute.NotFound",
      `no route with destination-cidr-block ${destination} in route table ${routeTableId}`,
    );
  call.commit(
    put(RouteTables, routeTableId, { ...table, routes: table.routes.filter((route) => route.destination !== destination) }),
  );
  await call.upkeep.network(table.vpcId);
}

function checkTarget(call: Call, table: RouteTable, route: Route): void {
  if (route.natGatewayId !== undefined) {
    const gateway = call.records.get(NatGateways, route.natGatewayId);
    if (gateway === undefined || gateway.state !== "available")
      throw new ServiceFault("InvalidNatGatewayID.NotFound", `The natGateway ID '${route.natGatewayId}' does not exist`);
    if (gateway.vpcId !== table.vpcId)
      throw new ServiceFault(
        "InvalidParameterValue",
        `route table ${table.routeTableId} and NAT gateway ${route.natGatewayId} belong to different networks`,
      );
    return;
  }
  if (route.gatewayId === undefined)
    throw new ServiceFault("MissingParameter", "The request must contain exactly one of gatewayId or natGatewayId");
  const gateway = call.records.get(InternetGateways, route.gatewayId);
  if (gateway === undefined)
    throw new ServiceFault("InvalidInternetGatewayID.NotFound", `The internetGateway ID '${route.gatewayId}' does not exist`);
  if (gateway.vpcId !== table.vpcId)
    throw new ServiceFault(
      "InvalidParameterValue",
      `route table ${table.routeTableId} and network gateway ${route.gatewayId} belong to different networks`,
    );
}

/** Replaces the subnet's association; returns the new association's id. */
export async function associateRouteTable(call: Call, routeTableId: string, subnetId: string): Promise<string> {
  const table = theRouteTable(call, routeTableId);
  const subnet = theSubnet(call, subnetId);
  if (table.vpcId !== subnet.vpcId)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Route table ${routeTableId} and subnet ${subnetId} belong to different networks`,
    );
  if (subnet.routeTable !== undefined)
    throw new ServiceFault(
      "Resource.AlreadyAssociated",
      `the specified association for route table ${subnet.routeTable.routeTableId} conflicts with an existing association`,
    );
  const associationId = newId("rtbassoc");
  call.commit(put(Subnets, subnetId, { ...subnet, routeTable: { routeTableId, associationId } }));
  await call.upkeep.network(subnet.vpcId);
  return associationId;
}

export async function disassociateRouteTable(call: Call, associationId: string): Promise<void> {
  const subnet = call.records.list(Subnets).find((candidate) => candidate.routeTable?.associationId === associationId);
  if (subnet === undefined)
    throw new ServiceFault("InvalidAssociationID.NotFound", `The association ID '${associationId}' does not exist`);
  const { routeTable: _gone, ...kept } = subnet;
  call.commit(put(Subnets, subnet.subnetId, kept));
  await call.upkeep.network(subnet.vpcId);
}

export function theRouteTable(call: Pick<Call, "records">, routeTableId: string | undefined): RouteTable {
  const table = routeTableId === undefined ? undefined : call.records.get(RouteTables, routeTableId);
  if (table === undefined)
    throw new ServiceFault("InvalidRouteTableID.NotFound", `The routeTable ID '${routeTableId}' does not exist`);
  return table;
}

const associations = (call: Pick<Call, "records">, table: RouteTable): readonly Subnet[] =>
  call.records.list(Subnets).filter((subnet) => subnet.routeTable?.routeTableId === table.routeTableId);

/** A route whose target is gone stays, as `blackhole`: it still wins over shorter prefixes and drops what it matches. */
export const isBlackhole = (call: Pick<Call, "records">, table: Pick<RouteTable, "vpcId">, route: Route): boolean =>
  route.natGatewayId !== undefined
    ? call.records.get(NatGateways, route.natGatewayId)?.state !== "available"
    : call.records.get(InternetGateways, route.gatewayId ?? "")?.vpcId !== table.vpcId;

function describe(call: Call, table: RouteTable): ApiRouteTable {
  const vpc = theVpc(call, table.vpcId);
  return {
    RouteTableId: table.routeTableId,
    VpcId: table.vpcId,
    OwnerId: call.accountId,
    PropagatingVgws: [],
    Tags: tagList(table.tags),
    Routes: [
      { DestinationCidrBlock: vpc.cidr, GatewayId: "local", Origin: "CreateRouteTable", State: "active" },
      ...table.routes.map((route) => ({
        DestinationCidrBlock: route.destination,
        GatewayId: route.gatewayId,
        NatGatewayId: route.natGatewayId,
        Origin: "CreateRoute" as const,
        State: isBlackhole(call, table, route) ? ("blackhole" as const) : ("active" as const),
      })),
    ],
    Associations: [
      ...(table.mainAssociationId === undefined
        ? []
        : [
            {
              Main: true,
              RouteTableId: table.routeTableId,
              RouteTableAssociationId: table.mainAssociationId,
              AssociationState: { State: "associated" as const },
            },
          ]),
      ...associations(call, table).map((subnet) => ({
        Main: false,
        RouteTableId: table.routeTableId,
        SubnetId: subnet.subnetId,
        RouteTableAssociationId: subnet.routeTable?.associationId,
        AssociationState: { State: "associated" as const },
      })),
    ],
  };
}

export const routeTableOperations: readonly Operation[] = [
  operation<CreateRouteTableCommandInput, CreateRouteTableCommandOutput>(
    "ec2",
    "CreateRouteTable",
    { VpcId: enforced, TagSpecifications: tagSpecifications, DryRun: states(false) },
    async (call, input) => ({
      RouteTable: describe(
        call,
        await createRouteTable(call, { vpcId: input.VpcId ?? "", tags: tagsAtCreation(input.TagSpecifications, "route-table") }),
      ),
    }),
  ),
  operation<DescribeRouteTablesCommandInput, DescribeRouteTablesCommandOutput>(
    "ec2",
    "DescribeRouteTables",
    { ...describeRules, RouteTableIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(call.records.list(RouteTables), input, {
        id: (table) => table.routeTableId,
        ids: input.RouteTableIds,
        notFound: ["InvalidRouteTableID.NotFound", "routeTable ID"],
        filters: {
          "route-table-id": (table) => table.routeTableId,
          "vpc-id": (table) => table.vpcId,
          "association.main": (table) => String(table.mainAssociationId !== undefined),
          "association.subnet-id": (table) => associations(call, table).map((subnet) => subnet.subnetId),
          "association.route-table-association-id": (table) => [
            table.mainAssociationId,
            ...associations(call, table).map((subnet) => subnet.routeTable?.associationId),
          ],
          "route.destination-cidr-block": (table) => table.routes.map((route) => route.destination),
          "route.nat-gateway-id": (table) => table.routes.map((route) => route.natGatewayId),
          "route.gateway-id": (table) => ["local", ...table.routes.map((route) => route.gatewayId)],
        },
      });
      return { RouteTables: page.map((table) => describe(call, table)), NextToken };
    },
  ),
  operation<DeleteRouteTableCommandInput, object>(
    "ec2",
    "DeleteRouteTable",
    { RouteTableId: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteRouteTable(call, input.RouteTableId ?? "");
      return {};
    },
  ),
  operation<CreateRouteCommandInput, CreateRouteCommandOutput>(
    "ec2",
    "CreateRoute",
    {
      RouteTableId: enforced,
      DestinationCidrBlock: enforced,
      GatewayId: enforced,
      NatGatewayId: enforced,
      DryRun: states(false),
    },
    async (call, input) => {
      await createRoute(call, input.RouteTableId ?? "", {
        destination: input.DestinationCidrBlock ?? "",
        ...(input.GatewayId === undefined ? {} : { gatewayId: input.GatewayId }),
        ...(input.NatGatewayId === undefined ? {} : { natGatewayId: input.NatGatewayId }),
      });
      return { Return: true };
    },
  ),
  operation<DeleteRouteCommandInput, object>(
    "ec2",
    "DeleteRoute",
    { RouteTableId: enforced, DestinationCidrBlock: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteRoute(call, input.RouteTableId ?? "", input.DestinationCidrBlock ?? "");
      return {};
    },
  ),
  operation<AssociateRouteTableCommandInput, AssociateRouteTableCommandOutput>(
    "ec2",
    "AssociateRouteTable",
    { RouteTableId: enforced, SubnetId: enforced, DryRun: states(false) },
    async (call, input) => ({
      AssociationId: await associateRouteTable(call, input.RouteTableId ?? "", input.SubnetId ?? ""),
      AssociationState: { State: "associated" },
    }),
  ),
  operation<DisassociateRouteTableCommandInput, object>(
    "ec2",
    "DisassociateRouteTable",
    { AssociationId: enforced, DryRun: states(false) },
    async (call, input) => {
      await disassociateRouteTable(call, input.AssociationId ?? "");
      return {};
    },
  ),
];
