import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove } from "../../records/records.js";
import { ended, isIn } from "./associations.js";
import { newId } from "./ids.js";
import { checkQuota, quotas } from "./quotas.js";
import { RouteTables, Subnets, Vpcs, type RouteTable, type RouteTableAssociation, type Subnet } from "./records.js";
import { theRouteTable } from "./routes.js";
import { theSubnet } from "./subnets.js";
import { theVpc } from "./vpcs.js";

type Reads = Pick<Call, "records">;

export async function createRouteTable(
  call: Call,
  wish: { vpcId: string; tags: Readonly<Record<string, string>> },
): Promise<RouteTable> {
  const vpc = theVpc(call, wish.vpcId);
  checkQuota(quotas.routeTables, call.records.list(RouteTables).filter((other) => other.vpcId === vpc.vpcId).length + 1);
  const table: RouteTable = { routeTableId: newId("rtb"), vpcId: vpc.vpcId, routes: [], tags: wish.tags };
  call.commit(put(RouteTables, table.routeTableId, table));
  await call.upkeep.network(vpc.vpcId);
  return table;
}

export async function deleteRouteTable(call: Call, routeTableId: string): Promise<void> {
  const table = theRouteTable(call, routeTableId);
  if (table.mainAssociationId !== undefined || associatedSubnets(call, table).length > 0)
    throw new ServiceFault("DependencyViolation", `The routeTable '${routeTableId}' has dependencies and cannot be deleted.`);
  call.commit(remove(RouteTables, routeTableId));
  await call.upkeep.network(table.vpcId);
}

/** Associates a subnet that follows the main table until now; returns the association's id. */
export async function associateRouteTable(call: Call, routeTableId: string, subnetId: string): Promise<string> {
  const table = theRouteTable(call, routeTableId);
  const subnet = theSubnet(call, subnetId);
  checkNetworks(table, subnet);
  if (subnet.routeTable !== undefined)
    throw new ServiceFault(
      "Resource.AlreadyAssociated",
      `the specified association for route table ${routeTableId} conflicts with an existing association`,
    );
  return moveSubnet(call, subnet, routeTableId, newId("rtbassoc"));
}

/**
 * Gives an association another table and thereby another id; the main association makes that table the VPC's main one.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRouteTableAssociation.html
 */
export async function replaceRouteTableAssociation(call: Call, associationId: string, routeTableId: string): Promise<string> {
  const table = theRouteTable(call, routeTableId);
  const next = newId("rtbassoc");
  const main = mainTableOf(call, associationId);
  if (main === undefined) {
    const subnet = associatedSubnet(call, associationId);
    checkNetworks(table, subnet);
    return moveSubnet(call, subnet, routeTableId, next);
  }
  if (main.vpcId !== table.vpcId)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Route table ${routeTableId} and route table ${main.routeTableId} belong to different networks`,
    );
  const { mainAssociationId: _given, ...demoted } = main;
  call.commit(
    put(RouteTables, main.routeTableId, demoted),
    put(RouteTables, routeTableId, { ...theOther(table, main, demoted), mainAssociationId: next }),
    put(Vpcs, table.vpcId, { ...theVpc(call, table.vpcId), mainRouteTableId: routeTableId }),
  );
  await call.upkeep.network(table.vpcId);
  return next;
}

const theOther = (table: RouteTable, main: RouteTable, demoted: RouteTable): RouteTable =>
  table.routeTableId === main.routeTableId ? demoted : table;

export async function disassociateRouteTable(call: Call, associationId: string): Promise<void> {
  if (mainTableOf(call, associationId) !== undefined)
    throw new ServiceFault("InvalidParameterValue", `cannot disassociate the main route table association ${associationId}`);
  const { routeTable: _gone, ...kept } = associatedSubnet(call, associationId);
  call.commit(put(Subnets, kept.subnetId, kept));
  await call.upkeep.network(kept.vpcId);
}

/** A stack's association: it takes the place of the subnet's own, if there is one, and remembers it; see `associations.ts`. */
export async function takeOverAssociation(call: Call, routeTableId: string, subnetId: string): Promise<string> {
  const table = theRouteTable(call, routeTableId);
  const subnet = theSubnet(call, subnetId);
  checkNetworks(table, subnet);
  return moveSubnet(call, subnet, routeTableId, newId("rtbassoc"), subnet.routeTable);
}

/** Ends a stack's association: the subnet goes back to what it took the place of, or follows the main table again. */
export async function endAssociation(call: Call, associationId: string): Promise<void> {
  const subnet = call.records.list(Subnets).find(({ routeTable }) => isIn(routeTable, associationId));
  if (subnet === undefined) throw noSuchAssociation(associationId);
  const lives = ({ routeTableId }: RouteTableAssociation): boolean => call.records.get(RouteTables, routeTableId) !== undefined;
  call.commit(put(Subnets, subnet.subnetId, { ...subnet, routeTable: ended(subnet.routeTable, associationId, lives) }));
  await call.upkeep.network(subnet.vpcId);
}

async function moveSubnet(
  call: Call,
  subnet: Subnet,
  routeTableId: string,
  associationId: string,
  replaced?: RouteTableAssociation,
): Promise<string> {
  call.commit(put(Subnets, subnet.subnetId, { ...subnet, routeTable: { routeTableId, associationId, replaced } }));
  await call.upkeep.network(subnet.vpcId);
  return associationId;
}

function checkNetworks(table: RouteTable, subnet: Subnet): void {
  if (table.vpcId !== subnet.vpcId)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Route table ${table.routeTableId} and subnet ${subnet.subnetId} belong to different networks`,
    );
}

const mainTableOf = (call: Reads, associationId: string): RouteTable | undefined =>
  call.records.list(RouteTables).find((table) => table.mainAssociationId === associationId);

function associatedSubnet(call: Reads, associationId: string): Subnet {
  const subnet = call.records.list(Subnets).find((candidate) => candidate.routeTable?.associationId === associationId);
  if (subnet === undefined) throw noSuchAssociation(associationId);
  return subnet;
}

const noSuchAssociation = (associationId: string): ServiceFault =>
  new ServiceFault("InvalidAssociationID.NotFound", `The association ID '${associationId}' does not exist`);

export const associatedSubnets = (call: Reads, table: RouteTable): readonly Subnet[] =>
  call.records.list(Subnets).filter((subnet) => subnet.routeTable?.routeTableId === table.routeTableId);
