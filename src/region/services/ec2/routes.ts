import { canonicalBlock, holds, parseBlock } from "../../../addresses.js";
import type { Call } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { onlyInterfaceOf } from "./attachments.js";
import { checkRouteCount, sizesNow } from "./listweights.js";
import {
  Instances,
  InternetGateways,
  NatGateways,
  NetworkInterfaces,
  PrefixLists,
  RouteTables,
  Subnets,
  VpcEndpoints,
  VpcPeeringConnections,
  Vpcs,
  type Route,
  type RouteTable,
} from "./records.js";

type Reads = Pick<Call, "records">;

/** Adds a route. A target that does not exist, or belongs to another VPC, is refused. */
export async function createRoute(call: Call, routeTableId: string, wish: Route): Promise<void> {
  const table = theRouteTable(call, routeTableId);
  const route = decideRoute(call, table, wish);
  if (table.routes.some((known) => known.destination === route.destination))
    throw new ServiceFault("RouteAlreadyExists", `The route identified by ${route.destination} already exists.`);
  checkRouteCount([...table.routes, route], sizesNow(call.records));
  await setRoutes(call, table, [...table.routes, route]);
}

/** Gives a destination that is in the table another target. */
export async function replaceRoute(call: Call, routeTableId: string, wish: Route): Promise<void> {
  const table = theRouteTable(call, routeTableId);
  if (wish.destination === call.records.get(Vpcs, table.vpcId)?.cidr)
    throw new NotModelled("replacing the target of a route table's local route");
  const route = decideRoute(call, table, wish);
  const before = table.routes.find((known) => known.destination === route.destination);
  if (before === undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `There is no route defined for '${route.destination}' in the route table. Use CreateRoute instead.`,
    );
  if (isEndpointRoute(before))
    throw new ServiceFault(
      "InvalidParameterValue",
      `cannot replace VPC endpoint route ${before.destination} in route table ${routeTableId}`,
    );
  await setRoutes(
    call,
    table,
    table.routes.map((known) => (known === before ? route : known)),
  );
}

export async function deleteRoute(call: Call, routeTableId: string, destination: string): Promise<void> {
  const table = theRouteTable(call, routeTableId);
  const wanted = canonicalBlock(destination) ?? destination;
  if (wanted === call.records.get(Vpcs, table.vpcId)?.cidr)
    throw new ServiceFault("InvalidParameterValue", `cannot remove local route ${wanted} in route table ${routeTableId}`);
  const route = table.routes.find((known) => known.destination === wanted);
  if (route === undefined)
    throw new ServiceFault(
      "InvalidRoute.NotFound",
      `no route with destination-${isPrefixList(wanted) ? "prefix-list-id" : "cidr-block"} ${wanted} in route table ${routeTableId}`,
    );
  if (isEndpointRoute(route))
    throw new ServiceFault(
      "InvalidParameterValue",
      `cannot remove VPC endpoint route ${wanted} in route table ${routeTableId}. Remove the table from the endpoint instead.`,
    );
  await setRoutes(
    call,
    table,
    table.routes.filter((known) => known !== route),
  );
}

async function setRoutes(call: Call, table: RouteTable, routes: readonly Route[]): Promise<void> {
  call.commit(put(RouteTables, table.routeTableId, { ...table, routes }));
  await call.upkeep.network(table.vpcId);
}

export function theRouteTable(call: Reads, routeTableId: string | undefined): RouteTable {
  const table = routeTableId === undefined ? undefined : call.records.get(RouteTables, routeTableId);
  if (table === undefined)
    throw new ServiceFault("InvalidRouteTableID.NotFound", `The routeTable ID '${routeTableId}' does not exist`);
  return table;
}

export const isPrefixList = (destination: string): boolean => destination.startsWith("pl-");

const isEndpointRoute = (route: Route): boolean => route.gatewayId?.startsWith("vpce-") === true;

/** The route as it is kept: its destination in canonical form, its target found and in this table's VPC. */
function decideRoute(call: Reads, table: RouteTable, wish: Route): Route {
  const destination = decideDestination(call, wish.destination);
  const targets = [
    wish.gatewayId,
    wish.natGatewayId,
    wish.instanceId ?? wish.interfaceId,
    wish.vpcPeeringConnectionId,
    wish.instanceId === undefined ? undefined : wish.interfaceId,
  ].filter((target) => target !== undefined);
  if (targets.length !== 1)
    throw new ServiceFault(
      targets.length === 0 ? "MissingParameter" : "InvalidParameterCombination",
      "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId or instanceId",
    );
  checkAgainstLocal(call, table, destination, wish);
  return { destination, ...decideTarget(call, table, wish) };
}

function decideDestination(call: Reads, wanted: string): string {
  if (isPrefixList(wanted)) {
    if (call.records.get(PrefixLists, wanted) === undefined)
      throw new ServiceFault("InvalidPrefixListID.NotFound", `The prefix list ID '${wanted}' does not exist`);
    return wanted;
  }
  const destination = canonicalBlock(wanted);
  if (destination === undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${wanted}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
    );
  return destination;
}

/**
 * A route inside the VPC's own block may only send a whole subnet's traffic through an appliance.
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html#route-table-routes
 */
function checkAgainstLocal(call: Reads, table: RouteTable, destination: string, wish: Route): void {
  const local = parseBlock(call.records.get(Vpcs, table.vpcId)?.cidr ?? "");
  const block = parseBlock(destination);
  if (local === undefined || block === undefined || !holds(local, block)) return;
  if (wish.interfaceId === undefined && wish.instanceId === undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`,
    );
  if (block.prefix === local.prefix)
    throw new ServiceFault("RouteAlreadyExists", `The route identified by ${destination} already exists.`);
  if (!call.records.list(Subnets).some((subnet) => subnet.vpcId === table.vpcId && subnet.cidr === destination))
    throw new ServiceFault(
      "InvalidParameterValue",
      `The destination CIDR block ${destination} is more specific than this VPC's CIDR block but is not the CIDR block of one of its subnets.`,
    );
}

type Target = Omit<Route, "destination">;

function decideTarget(call: Reads, table: RouteTable, wish: Target): Target {
  const own = (vpcId: string | undefined, noun: string, id: string): void => {
    if (vpcId !== table.vpcId)
      throw new ServiceFault(
        "InvalidParameterValue",
        `route table ${table.routeTableId} and ${noun} ${id} belong to different networks`,
      );
  };
  const { gatewayId, natGatewayId, instanceId, vpcPeeringConnectionId } = wish;
  if (gatewayId !== undefined) {
    const gateway = call.records.get(InternetGateways, gatewayId);
    if (gatewayId.startsWith("vpce-"))
      throw new ServiceFault(
        "InvalidGatewayID.NotFound",
        `The gateway ID '${gatewayId}' does not exist. Routes of a gateway endpoint are made by ModifyVpcEndpoint.`,
      );
    if (gateway === undefined)
      throw new ServiceFault("InvalidInternetGatewayID.NotFound", `The internetGateway ID '${gatewayId}' does not exist`);
    own(gateway.vpcId, "network gateway", gatewayId);
    return { gatewayId };
  }
  if (natGatewayId !== undefined) {
    const gateway = call.records.get(NatGateways, natGatewayId);
    if (gateway === undefined || gateway.state !== "available")
      throw new ServiceFault("InvalidNatGatewayID.NotFound", `The natGateway ID '${natGatewayId}' does not exist`);
    own(gateway.vpcId, "NAT gateway", natGatewayId);
    return { natGatewayId };
  }
  if (vpcPeeringConnectionId !== undefined) {
    const peering = call.records.get(VpcPeeringConnections, vpcPeeringConnectionId);
    if (peering === undefined || peering.state === "deleted" || peering.state === "rejected")
      throw new ServiceFault(
        "InvalidVpcPeeringConnectionID.NotFound",
        `The vpcPeeringConnection ID '${vpcPeeringConnectionId}' does not exist`,
      );
    const ends = [peering.requesterVpcId, peering.accepterVpcId];
    own(ends.includes(table.vpcId) ? table.vpcId : undefined, "peering connection", vpcPeeringConnectionId);
    return { vpcPeeringConnectionId };
  }
  const interfaceId = instanceId === undefined ? wish.interfaceId : interfaceOfInstance(call, instanceId);
  const nic = interfaceId === undefined ? undefined : call.records.get(NetworkInterfaces, interfaceId);
  if (nic === undefined)
    throw new ServiceFault("InvalidNetworkInterfaceID.NotFound", `The networkInterface ID '${interfaceId}' does not exist`);
  own(nic.vpcId, "interface", nic.interfaceId);
  return { interfaceId: nic.interfaceId, ...(instanceId === undefined ? {} : { instanceId }) };
}

function interfaceOfInstance(call: Reads, instanceId: string): string {
  const instance = call.records.get(Instances, instanceId);
  if (instance === undefined || instance.state === "terminated")
    throw new ServiceFault("InvalidInstanceID.NotFound", `The instance ID '${instanceId}' does not exist`);
  return onlyInterfaceOf(call, instance);
}

/** A route whose target is gone stays, as `blackhole`: it still wins over shorter prefixes and drops what it matches. */
export function isBlackhole(call: Reads, table: Pick<RouteTable, "vpcId">, route: Route): boolean {
  if (route.natGatewayId !== undefined) return call.records.get(NatGateways, route.natGatewayId)?.state !== "available";
  if (route.vpcPeeringConnectionId !== undefined)
    return call.records.get(VpcPeeringConnections, route.vpcPeeringConnectionId)?.state !== "active";
  if (route.interfaceId !== undefined) return !isAttached(call, route.interfaceId);
  if (isEndpointRoute(route)) return call.records.get(VpcEndpoints, route.gatewayId ?? "") === undefined;
  return call.records.get(InternetGateways, route.gatewayId ?? "")?.vpcId !== table.vpcId;
}

/** Attached, and to an instance that is meant to run, where it is one. */
function isAttached(call: Reads, interfaceId: string): boolean {
  const holder = call.records.get(NetworkInterfaces, interfaceId)?.holder;
  if (holder === undefined || holder.kind === "none") return false;
  return holder.kind !== "instance" || call.records.get(Instances, holder.id)?.wish === "running";
}

/** Whether a route of any table leads to this interface; its tables follow when it comes and goes. */
export const isRouteTarget = (call: Reads, interfaceId: string): boolean =>
  call.records.list(RouteTables).some((table) => table.routes.some((route) => route.interfaceId === interfaceId));
