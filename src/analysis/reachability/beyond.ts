import { parseBlock, toAddress, type Block } from "../../addresses.js";
import { isKnown, isUnknown, type Unknown } from "../../environment/maybe.js";
import type { NodeId } from "../../environment/node.js";
import type { Opening } from "./answer.js";
import { evaluate } from "./evaluate.js";
import type { Filters, Passing } from "./filters.js";
import { cutsOf } from "./internet.js";
import type { Lookup, ReadRoute } from "./lookup.js";
import { nowhere, type Placed, type Spot } from "./places.js";
import { choose } from "./routing.js";
import { clientPorts, type Step } from "./steps.js";

/** What leads to networks that were not read: a virtual private gateway, a transit gateway, a peering connection with such a VPC. */
export interface WayIn {
  readonly kind: "vpnGateway" | "transitGateway" | "peering";
  readonly id: NodeId;
}

/** What the addresses behind a way in can open to an interface. */
export interface Beyond {
  readonly way: WayIn;
  /** Of the routes that lead there. */
  readonly cidrs: readonly string[];
  /** Why something of it is not known. */
  readonly doubt?: Unknown;
  readonly opening: Opening;
}

interface Found {
  readonly way: WayIn;
  readonly cidrs: Set<string>;
  doubt?: Unknown;
  readonly passings: Passing[];
}

/**
 * Who is behind a gateway is not known, but its routes tell the addresses there: a connection from one of these is answered through it, if
 * the ACL and the groups let it in. Anybody's way in is enough; of an interface that is in one of several subnets, all must agree.
 */
export function beyond(lookup: Lookup, filters: Filters, places: readonly Placed[]): readonly Beyond[] {
  const { space } = filters;
  const found = new Map<string, Found>();
  for (const placed of places)
    for (const { way, read, doubt } of waysOf(lookup, placed)) {
      const key = `${way.kind} ${way.id}`;
      const one = found.get(key) ?? { way, cidrs: new Set(), passings: places.map(() => filters.none) };
      found.set(key, one);
      const unknown = doubt ?? read.unknown;
      if (unknown !== undefined) one.doubt ??= unknown;
      if (read.block !== undefined) one.cidrs.add(`${toAddress(read.block.base)}/${read.block.prefix}`);
      const { sure, may } = through(lookup, filters, placed, way, read);
      const at = places.indexOf(placed);
      const before = one.passings[at] ?? filters.none;
      one.passings[at] = {
        sure: doubt === undefined ? space.union(before.sure, sure) : before.sure,
        may: space.union(before.may, may),
      };
    }
  return [...found.values()].map(({ way, cidrs, doubt, passings }) => {
    const sure = passings.map((each) => each.sure).reduce((a, b) => space.intersection(a, b), space.all);
    const may = passings.map((each) => each.may).reduce((a, b) => space.union(a, b), space.none);
    return {
      way,
      cidrs: [...cidrs],
      ...(doubt === undefined ? {} : { doubt }),
      opening: { open: space.openPorts(sure), unknown: space.openPorts(space.difference(may, sure)) },
    };
  });
}

interface Way {
  readonly way: WayIn;
  readonly read: ReadRoute;
  readonly doubt?: Unknown;
}

function* waysOf(lookup: Lookup, { subnet, vpc }: Placed): Generator<Way> {
  const table = isKnown(subnet.routeTable) ? lookup.table(subnet.routeTable) : undefined;
  for (const read of table?.routes ?? []) {
    const { target } = read.route;
    if (!isKnown(target)) continue;
    if (target.kind === "vpnGateway" || target.kind === "transitGateway")
      yield { way: { kind: target.kind, id: target.id }, read };
    if (target.kind !== "peering") continue;
    const peering = lookup.environment.peerings.get(target.id);
    if (peering === undefined || peering.active === false) continue;
    const other = peering.requester === vpc ? peering.accepter : peering.requester;
    if (isKnown(other) && lookup.environment.vpcs.has(other)) continue;
    const doubt = peering.presence ?? (isUnknown(peering.active) ? peering.active : undefined);
    yield { way: { kind: "peering", id: target.id }, read, ...(doubt === undefined ? {} : { doubt }) };
  }
}

/** What comes from the addresses of one route, by stretches that nothing on the way tells apart. */
function through(lookup: Lookup, filters: Filters, placed: Placed, way: WayIn, { block, unknown }: ReadRoute): Passing {
  const { space } = filters;
  if (unknown !== undefined)
    return { sure: space.none, may: entering(lookup, filters, placed, { ...nowhere, kind: "address" }).may };
  if (block === undefined) return filters.none;
  let passing = filters.none;
  for (const spot of stretchesOf(lookup, placed, block)) {
    const lead = leadsBack(lookup, placed, way, spot);
    if (lead === "no") continue;
    const { sure, may } = entering(lookup, filters, placed, spot);
    passing = {
      sure: lead === "yes" ? space.union(passing.sure, sure) : passing.sure,
      may: space.union(passing.may, may),
    };
  }
  return passing;
}

function leadsBack(lookup: Lookup, { subnet, vpc }: Placed, way: WayIn, spot: Spot): "yes" | "no" | "perhaps" {
  const table = isKnown(subnet.routeTable) ? lookup.table(subnet.routeTable) : undefined;
  if (table === undefined) return "perhaps";
  const choice = choose(lookup, table, vpc, spot);
  if (choice.kind === "unknown") return "perhaps";
  return choice.kind === "route" && "id" in choice.target && choice.target.id === way.id ? "yes" : "no";
}

function entering({ environment }: Lookup, filters: Filters, { nic, subnet }: Placed, peer: Spot): Passing {
  const acl = isKnown(subnet.acl) ? environment.acls.get(subnet.acl) : undefined;
  const [there, back] = (["there", "back"] as const).map((way) => ({ way, answers: clientPorts, isForwarded: false }));
  if (there === undefined || back === undefined) return filters.unknown;
  const steps: readonly Step[] = [
    { kind: "acl", leg: there, direction: "ingress", subnet, acl, peer },
    { kind: "group", leg: there, direction: "ingress", nic, peer },
    { kind: "acl", leg: back, direction: "egress", subnet, acl, peer },
  ];
  return evaluate(filters, steps);
}

function stretchesOf(lookup: Lookup, { nic, subnet }: Placed, block: Block): readonly Spot[] {
  const { environment } = lookup;
  const cidrs = new Set<string>();
  const acl = isKnown(subnet.acl) ? environment.acls.get(subnet.acl) : undefined;
  for (const { cidr } of acl?.entries ?? []) if (isKnown(cidr)) cidrs.add(cidr);
  for (const id of nic.groups)
    for (const { peer } of isKnown(id) ? (environment.securityGroups.get(id)?.rules ?? []) : []) {
      if (!isKnown(peer)) continue;
      if (peer.kind === "cidr") cidrs.add(peer.cidr);
      if (peer.kind === "prefixList" && isKnown(peer.cidrs)) for (const cidr of peer.cidrs) cidrs.add(cidr);
    }
  const table = isKnown(subnet.routeTable) ? lookup.table(subnet.routeTable) : undefined;
  const routed = table?.routes.flatMap((read) => read.block ?? []) ?? [];
  const end = block.base + block.size;
  const cuts = cutsOf([block, ...routed, ...[...cidrs].flatMap((cidr) => parseBlock(cidr) ?? [])]);
  return [...cuts]
    .filter((low) => low >= block.base && low < end)
    .map((low, at, all) => ({ low, high: (all[at + 1] ?? end) - 1, kind: "address" }));
}
