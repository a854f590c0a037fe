import type { Call } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, remove, type Commit } from "../../records/records.js";
import { newId } from "./ids.js";
import { s3PrefixListId, s3ServiceName } from "./prefixlists.js";
import { RouteTables, VpcEndpoints, Vpcs, type RouteTable, type Tags, type VpcEndpoint } from "./records.js";

/** An endpoint's policy, like every other. */
export const policyNote = "policies are kept but not evaluated yet: every request that comes through the endpoint is answered";

/** What AWS gives an endpoint without a policy: everything is allowed. */
export const fullAccess = JSON.stringify({
  Version: "2008-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
});

export interface EndpointWish {
  readonly vpcId: string;
  readonly serviceName: string;
  readonly routeTableIds: readonly string[];
  readonly policyDocument?: string | undefined;
  readonly tags: Tags;
}

/**
 * A gateway endpoint: a route from each of its tables to the service's prefix list, in the commit of the endpoint itself.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
 */
export async function createEndpoint(call: Call, wish: EndpointWish): Promise<VpcEndpoint> {
  checkService(call, wish.serviceName);
  if (call.records.get(Vpcs, wish.vpcId) === undefined)
    throw new ServiceFault("InvalidVpcId.NotFound", `The Vpc Id ${wish.vpcId} does not exist`);
  checkPolicy(wish.policyDocument);
  const tables = [...new Set(wish.routeTableIds)].map((id) => tableFor(call, wish.vpcId, id));
  const endpoint: VpcEndpoint = {
    vpcEndpointId: newId("vpce"),
    vpcId: wish.vpcId,
    serviceName: wish.serviceName,
    routeTableIds: tables.map((table) => table.routeTableId),
    ...(wish.policyDocument === undefined ? {} : { policyDocument: wish.policyDocument }),
    createdAt: call.now(),
    tags: wish.tags,
  };
  call.commit(put(VpcEndpoints, endpoint.vpcEndpointId, endpoint), ...tables.map((table) => withRoute(call, table, endpoint)));
  await call.upkeep.network(endpoint.vpcId);
  return endpoint;
}

function checkService(call: Call, serviceName: string): void {
  const known = s3ServiceName(call.regionName);
  if (serviceName === known) return;
  if (serviceName.startsWith(`com.amazonaws.${call.regionName}.`))
    throw new NotModelled(`the endpoint service ${serviceName}`, `Of gateway endpoints only ${known} is modelled.`);
  throw new ServiceFault("InvalidServiceName", `The Vpc Endpoint Service '${serviceName}' does not exist`);
}

function checkPolicy(document: string | undefined): void {
  if (document === undefined) return;
  try {
    if (typeof JSON.parse(document) === "object") return;
  } catch {
    // said below
  }
  throw new ServiceFault("InvalidPolicyDocument", "The policy document is not valid JSON.");
}

function tableFor(call: Call, vpcId: string, routeTableId: string): RouteTable {
  const table = call.records.get(RouteTables, routeTableId);
  if (table === undefined)
    throw new ServiceFault("InvalidRouteTableId.NotFound", `The routeTable ID '${routeTableId}' does not exist`);
  if (table.vpcId !== vpcId)
    throw new ServiceFault("InvalidParameter", `Route table ${routeTableId} does not belong to VPC ${vpcId}`);
  const listId = s3PrefixListId(call.regionName);
  if (table.routes.some((route) => route.destination === listId))
    throw new ServiceFault(
      "RouteAlreadyExists",
      `route table ${routeTableId} already has a route with destination-prefix-list-id ${listId}`,
    );
  return table;
}

const withRoute = (call: Call, table: RouteTable, { vpcEndpointId }: VpcEndpoint) =>
  put(RouteTables, table.routeTableId, {
    ...table,
    routes: [...table.routes, { destination: s3PrefixListId(call.regionName), gatewayId: vpcEndpointId }],
  });

/** The changes that take the endpoint's route out of these tables; one that is gone has none. */
const withoutRoutes = (call: Call, { vpcEndpointId }: VpcEndpoint, routeTableIds: readonly string[]): Commit =>
  routeTableIds.flatMap((id) => {
    const table = call.records.get(RouteTables, id);
    return table === undefined
      ? []
      : [put(RouteTables, id, { ...table, routes: table.routes.filter((route) => route.gatewayId !== vpcEndpointId) })];
  });

/** The tables that lead to the endpoint now. */
export const tablesOf = ({ records }: Pick<Call, "records">, endpoint: VpcEndpoint): readonly string[] =>
  endpoint.routeTableIds.filter((id) => records.get(RouteTables, id) !== undefined);

export interface EndpointChange {
  readonly addRouteTableIds?: readonly string[] | undefined;
  readonly removeRouteTableIds?: readonly string[] | undefined;
  readonly policyDocument?: string | undefined;
  readonly resetPolicy?: boolean | undefined;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html */
export async function modifyEndpoint(call: Call, vpcEndpointId: string, change: EndpointChange): Promise<void> {
  const endpoint = theEndpoint(call, vpcEndpointId);
  checkPolicy(change.policyDocument);
  if (change.resetPolicy === true && change.policyDocument !== undefined)
    throw new ServiceFault("InvalidParameterCombination", "Specify either a policy document or that the policy is reset.");
  const now = tablesOf(call, endpoint);
  const gone = [...new Set(change.removeRouteTableIds)];
  const stranger = gone.find((id) => !now.includes(id));
  if (stranger !== undefined)
    throw new ServiceFault(
      "InvalidParameter",
      `Route table ${stranger} is not associated with the VPC endpoint ${vpcEndpointId}`,
    );
  const added = [...new Set(change.addRouteTableIds)].map((id) => tableFor(call, endpoint.vpcId, id));
  const { policyDocument: before, ...kept } = endpoint;
  const policyDocument = change.policyDocument ?? (change.resetPolicy === true ? undefined : before);
  const changed: VpcEndpoint = {
    ...kept,
    routeTableIds: [...now.filter((id) => !gone.includes(id)), ...added.map((table) => table.routeTableId)],
    ...(policyDocument === undefined ? {} : { policyDocument }),
  };
  call.commit(
    put(VpcEndpoints, vpcEndpointId, changed),
    ...withoutRoutes(call, endpoint, gone),
    ...added.map((table) => withRoute(call, table, endpoint)),
  );
  await call.upkeep.network(endpoint.vpcId);
}

/** Deletes it with its routes. */
export async function deleteEndpoint(call: Call, vpcEndpointId: string): Promise<void> {
  const endpoint = theEndpoint(call, vpcEndpointId);
  call.commit(remove(VpcEndpoints, vpcEndpointId), ...withoutRoutes(call, endpoint, endpoint.routeTableIds));
  await call.upkeep.network(endpoint.vpcId);
}

export function theEndpoint(call: Pick<Call, "records">, id: string | undefined): VpcEndpoint {
  const endpoint = id === undefined ? undefined : call.records.get(VpcEndpoints, id);
  if (endpoint === undefined)
    throw new ServiceFault("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
  return endpoint;
}
