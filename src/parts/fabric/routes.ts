import { linkName } from "../host/label.js";
import { wellKnown } from "./addresses.js";
import { uplink } from "./gateway.js";
import type { Entry } from "./plan.js";
import type { RouteSpec } from "./spec.js";
import type { Vpc } from "./vpc.js";

/**
 * Route tables: the subnet's device group gives a packet a mark, the mark selects a kernel table. A table begins with
 * `throw` for the VPC's own addresses (the local route: go on to the main table, which holds the interfaces) and ends in a
 * blackhole, so that nothing falls through to the main table.
 */
export function routeTableEntries(vpc: Vpc, zone: string): Entry[] {
  const used = new Set(vpc.spec.subnets.filter((subnet) => subnet.zone === zone).map((subnet) => subnet.routeTableId));
  return [...used].sort().flatMap((routeTableId): Entry[] => {
    const table = vpc.tableOf.get(routeTableId) ?? 0;
    return [
      `rule pref 1000 fwmark 0x${table.toString(16)} lookup ${table}`,
      `route throw ${vpc.spec.cidr} table ${table}`,
      `route blackhole default table ${table} metric 4000`,
      ...(vpc.routeTables.get(routeTableId)?.routes ?? []).flatMap((route) => routeEntries(vpc, zone, route, table)),
    ];
  });
}

function routeEntries(vpc: Vpc, zone: string, { destination, target }: RouteSpec, table: number): Entry[] {
  const to = destination === "0.0.0.0/0" ? "default" : destination;
  if (target.kind === "internet-gateway" && vpc.spec.internetGatewayId !== undefined)
    return [`route ${to} via ${wellKnown.toInternet} dev ${uplink} onlink table ${table}`];
  const nat = target.kind === "nat-gateway" ? vpc.natGateways.get(target.natGatewayId)?.at : undefined;
  // Its target is gone, or it is said to be one: AWS's blackhole state.
  if (nat === undefined) return [`route blackhole ${to} table ${table}`];
  if (nat.zone === zone) return [`route ${to} via ${nat.privateIp} dev ${nat.device} onlink table ${table}`];
  const device = linkName("z", nat.zone);
  return [
    `neigh ${nat.privateIp} lladdr ${nat.mac} dev ${device} nud permanent`,
    `route ${to} via ${nat.privateIp} dev ${device} onlink table ${table}`,
  ];
}
