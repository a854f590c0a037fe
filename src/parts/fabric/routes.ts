import { linkName } from "../host/label.js";
import { contains, wellKnown } from "./addresses.js";
import { endpointDevice } from "./endpoints.js";
import { uplink } from "./gateway.js";
import type { Entry } from "./plan.js";
import type { RouteSpec, RouteTableSpec } from "./spec.js";
import type { PlacedInterface, Vpc } from "./vpc.js";

/**
 * Route tables: the subnet's device group gives a packet a mark, the mark selects a kernel table. A table begins with
 * `throw` for the VPC's own addresses (the local route: go on to the main table, which holds the interfaces) and ends in a
 * blackhole, so that nothing falls through to the main table.
 */
export const routeTableEntries = (vpc: Vpc, zone: string): Entry[] =>
  tablesOf(vpc, zone).flatMap(({ routes, table }): Entry[] => [
    `rule pref 1000 fwmark 0x${table.toString(16)} lookup ${table}`,
    `route throw ${vpc.spec.cidr} table ${table}`,
    `route blackhole ${linkLocal} table ${table}`,
    `route blackhole default table ${table} metric 4000`,
    ...routes.flatMap((route) => routeEntries(vpc, zone, route, table)),
  ]);

/** These addresses are answered by the router or not at all, whatever a route table says of them. */
const linkLocal = "169.254.0.0/16";

/** The route tables that subnets of a zone use, with the kernel's number. */
function tablesOf(vpc: Vpc, zone: string): (RouteTableSpec & { table: number })[] {
  const used = new Set(vpc.spec.subnets.filter((subnet) => subnet.zone === zone).map((subnet) => subnet.routeTableId));
  return [...used].sort().flatMap((routeTableId) => {
    const found = vpc.routeTables.get(routeTableId);
    if (found === undefined) return [];
    const routes = found.routes.filter(({ destination }) => !contains(linkLocal, destination));
    return [{ ...found, routes, table: vpc.tableOf.get(routeTableId) ?? 0 }];
  });
}

const spelled = (destination: string): string => (destination === "0.0.0.0/0" ? "default" : destination);

function routeEntries(vpc: Vpc, zone: string, { destination, target }: RouteSpec, table: number): Entry[] {
  const to = spelled(destination);
  // A target that is gone, or said to be: AWS's blackhole state.
  const gone: Entry[] = [`route blackhole ${to} table ${table}`];
  switch (target.kind) {
    case "internet-gateway":
      if (vpc.spec.internetGatewayId === undefined) return gone;
      return [`route ${to} via ${wellKnown.toInternet} dev ${uplink} onlink table ${table}`];
    case "nat-gateway":
      return handedTo(vpc.natGateways.get(target.natGatewayId)?.at, zone, to, table) ?? gone;
    case "interface":
      return handedTo(vpc.byId.get(target.interfaceId), zone, to, table) ?? gone;
    case "gateway-endpoint":
      if (!(vpc.spec.gatewayEndpoints ?? []).some(({ endpointId }) => endpointId === target.endpointId)) return gone;
      return [`route ${to} via ${wellKnown.toServices} dev ${endpointDevice} onlink table ${table}`];
    case "peering":
      // Its routes come with its links (`plan-peering.ts`) and are for the other VPC's subnets; what is in none of them ends here.
      return [`route blackhole ${to} table ${table} metric 3000`];
    case "blackhole":
      return gone;
  }
}

/** To an interface; in another zone by its MAC over the link between the zones, see `nat.ts`. */
function handedTo(nic: PlacedInterface | undefined, zone: string, to: string, table: number): Entry[] | undefined {
  if (nic === undefined) return undefined;
  if (nic.zone === zone) return [`route ${to} via ${nic.privateIp} dev ${nic.device} onlink table ${table}`];
  const device = linkName("z", nic.zone);
  return [
    `neigh ${nic.privateIp} lladdr ${nic.mac} dev ${device} nud permanent`,
    `route ${to} via ${nic.privateIp} dev ${device} onlink table ${table}`,
  ];
}

/**
 * The routes of a zone that lead to subnets over a peering connection: for each of its route tables the part of each subnet
 * that a route to the connection covers and that no longer prefix of the same table has for itself.
 */
export function peeringRoutes(
  vpc: Vpc,
  zone: string,
  peeringId: string,
  subnets: readonly { readonly cidr: string; readonly device: string }[],
): Entry[] {
  return tablesOf(vpc, zone).flatMap(({ routes, table }) => {
    const leading = routes.filter(({ target }) => target.kind === "peering" && target.peeringId === peeringId);
    const parts = leading.flatMap(({ destination }) =>
      subnets.flatMap(({ cidr, device }) => {
        const part = contains(destination, cidr) ? cidr : contains(cidr, destination) ? destination : undefined;
        const isTaken = routes.some(
          (other) =>
            other.destination !== destination &&
            contains(destination, other.destination) &&
            part !== undefined &&
            contains(other.destination, part),
        );
        return part === undefined || isTaken ? [] : [{ part, device }];
      }),
    );
    return parts.map(
      ({ part, device }): Entry => `route ${spelled(part)} via ${wellKnown.toPeer} dev ${device} onlink table ${table}`,
    );
  });
}
