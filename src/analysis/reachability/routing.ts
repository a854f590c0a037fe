import { toAddress } from "../../addresses.js";
import { isKnown, type Unknown } from "../../environment/maybe.js";
import type { Route, RouteTarget } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";
import type { Lookup, ReadRoute, ReadTable } from "./lookup.js";
import { within, type Spot } from "./places.js";

export type Choice =
  | { readonly kind: "local"; readonly route?: Route; readonly text: string }
  | {
      readonly kind: "route";
      readonly route: Route;
      readonly target: Exclude<RouteTarget, { kind: "local" }>;
      readonly text: string;
    }
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly why: string; readonly route?: Route };

/**
 * The route that a packet takes: the longest prefix that holds its destination (VPC user guide, "Route priority"). What is in the VPC
 * itself goes by the local route, which every table has, unless a longer prefix leads to an interface or a NAT gateway; AWS lets
 * nothing else be more specific than the local route. A gateway endpoint's routes are of its service alone.
 */
export function choose(lookup: Lookup, { routes }: ReadTable, vpc: NodeId, destination: Spot): Choice {
  if (destination.kind === "service") return toService(routes, destination.endpoint);
  const isLocal = isIn(lookup, vpc, destination);
  const doubts: ReadRoute[] = [];
  for (const read of routes) {
    const isHere = holds(read, destination, isLocal);
    if (isHere === "no") continue;
    if (isHere === "perhaps") {
      doubts.push(read);
      continue;
    }
    // Its own local route is as long as the VPC's block, and so is everything that holds it.
    if (isLocal && isShorterThanLocal(lookup, vpc, read, destination)) break;
    return agreed(read, doubts);
  }
  if (isLocal) {
    const other = doubts[0];
    return other === undefined ? { kind: "local", text: "the local route" } : doubtful(other);
  }
  // Whether it is one of the VPC's own addresses or no route holds it, it does not leave the VPC.
  const doubt = destination.placed === undefined ? doubts[0] : doubts.find(({ route }) => !isLocalRoute(route));
  return doubt === undefined ? { kind: "none" } : doubtful(doubt);
}

const isLocalRoute = ({ target }: Route): boolean => isKnown(target) && target.kind === "local";

function toService(routes: readonly ReadRoute[], endpoint: NodeId | undefined): Choice {
  for (const { service, route } of routes) {
    const { target } = route;
    if (service !== undefined && isKnown(target) && target.kind === "gatewayEndpoint" && target.id === endpoint)
      return { kind: "route", route, target, text: `the route of ${service}` };
  }
  return { kind: "none" };
}

/** Of an interface of another VPC too: its address may be one of this VPC's own. */
function isIn(lookup: Lookup, vpc: NodeId, { placed, low, high, kind }: Spot): boolean {
  if (placed?.vpc === vpc) return true;
  if (kind !== "address" && placed === undefined) return false;
  return (lookup.blocks.get(vpc) ?? []).some(
    (block) => block !== undefined && low >= block.base && high < block.base + block.size,
  );
}

function isShorterThanLocal(lookup: Lookup, vpc: NodeId, { block, route }: ReadRoute, destination: Spot): boolean {
  if (isLocalRoute(route)) return false;
  const own = (lookup.blocks.get(vpc) ?? []).find((each) => each !== undefined && within(destination, each) === "yes");
  // /16 is the largest block that a VPC may have.
  return (block?.prefix ?? 0) < (own?.prefix ?? 16);
}

function holds(read: ReadRoute, destination: Spot, isLocal: boolean): "yes" | "no" | "perhaps" {
  const target = isKnown(read.route.target) ? read.route.target.kind : "unknown";
  if (read.service !== undefined) return "no";
  if (read.unknown !== undefined) {
    if (isLocal) return inside.has(target) ? "perhaps" : "no";
    // The internet is never behind a peering connection, whatever block its route may have; nor is it local.
    return target === "local" || (target === "peering" && destination.kind === "internet") ? "no" : "perhaps";
  }
  if (read.block === undefined) return "no";
  const is = within(destination, read.block);
  return is === "perhaps" && isLocal && target !== "unknown" && !inside.has(target) ? "no" : is;
}

/** What a route that is more specific than the local one may lead to. */
const inside: ReadonlySet<string> = new Set(["instance", "interface", "natGateway", "other", "unknown"]);

/** Routes that perhaps hold the destination with a longer prefix matter only where they lead elsewhere. */
function agreed(read: ReadRoute, doubts: readonly ReadRoute[]): Choice {
  const { route } = read;
  const { target } = route;
  const doubt = doubts.find((each) => !isSame(each.route, route));
  if (doubt !== undefined) return doubtful(doubt);
  if (!isKnown(target))
    return { kind: "unknown", route, why: `where the route to ${textOf(read)} leads is not known: ${target.why}` };
  if (target.kind === "local") return { kind: "local", route, text: `the local route ${textOf(read)}` };
  return { kind: "route", route, target, text: `the route ${textOf(read)}` };
}

const isSame = (a: Route, b: Route): boolean =>
  isKnown(a.target) &&
  isKnown(b.target) &&
  a.target.kind === b.target.kind &&
  ("id" in a.target ? a.target.id : "") === ("id" in b.target ? b.target.id : "");

const doubtful = (read: ReadRoute): Choice => ({
  kind: "unknown",
  route: read.route,
  why:
    read.unknown === undefined
      ? `the route ${textOf(read)} holds some of the addresses that it may have, and not others`
      : `whether a route of the table holds it is not known: ${reason(read.unknown)}`,
});

const reason = (unknown: Unknown): string => unknown.why;

const textOf = ({ block, service }: ReadRoute): string =>
  block === undefined ? (service ?? "of unknown destination") : `${toAddress(block.base)}/${block.prefix}`;
