import { toAddress, type Block } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { NetworkInterface } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";
import type { EndClass } from "./answer.js";
import { blocksOf, cutsOf, stretchOf } from "./internet.js";
import type { Lookup } from "./lookup.js";
import { spotOf, within, type Placed, type Spot } from "./places.js";

/** Numbers distinct things in the order in which they come. */
export class Numbering<T> {
  readonly items: T[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(key: string, make: () => T): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.items.length);
    this.items.push(make());
    return this.items.length - 1;
  }
}

/** What groups tell of an end: its own groups, and the blocks that its address is in. */
export interface GroupClass {
  readonly spot: Spot;
  readonly list: number;
  readonly stretch: number;
  readonly groups: readonly Maybe<NodeId>[];
}

/** A list of groups that interfaces have; without one, nothing is filtered. */
export interface GroupList {
  readonly groups: readonly Maybe<NodeId>[];
  readonly isFiltered: boolean;
}

/** Ends in one place that nothing tells apart. */
export interface PlaceClass {
  readonly spot: Spot;
  /** Same for what routes, ACLs and appliances do not tell apart when it comes to other interfaces … */
  readonly inner: number;
  /** … and to the internet. */
  readonly outer: number;
  readonly group: number;
}

export interface Classes {
  /** Those of an outer class stand together. */
  readonly places: readonly PlaceClass[];
  readonly inner: readonly Spot[];
  readonly outer: readonly Spot[];
  /** The inner class that an outer one is part of. */
  readonly innerOf: readonly number[];
  /** Of each inner class: those of one kind are told apart by nothing but their subnet, from where the way to other subnets is the same. */
  readonly kindOf: readonly number[];
  readonly groups: readonly GroupClass[];
  readonly lists: readonly GroupList[];
  /** One spot of each stretch of addresses that groups tell apart, as far as somebody is there. */
  readonly stretches: readonly Spot[];
  /** An end, and the places where it may be. */
  readonly ends: readonly (EndClass & { readonly places: readonly number[] })[];
}

/**
 * The ends of an environment in classes: members of one are in the same subnet and the same groups, and on the same side of every block
 * that a rule, an entry or a route names. What a route leads to is a class by itself, as are balancers.
 */
export function classesOf(environment: Environment, lookup: Lookup, internet: readonly Spot[]): Classes {
  const targets = routeTargets(environment, lookup);
  const cuts = cutsFor(environment, targets);
  const isAlone = (nic: NetworkInterface): boolean =>
    targets.has(nic.id) || nic.owner.kind === "natGateway" || nic.owner.kind === "balancer";
  const alikeOf = alikeSubnets(environment, lookup, isAlone);
  const sorted = {
    inner: new Numbering<{ readonly spot: Spot; readonly kind: number }>(),
    kinds: new Numbering<undefined>(),
    outer: new Numbering<{ readonly spot: Spot; readonly inner: number }>(),
    groups: new Numbering<GroupClass>(),
    lists: new Numbering<GroupList>(),
    stretches: new Numbering<Spot>(),
    places: new Numbering<PlaceClass>(),
  };

  const placeOf = (spot: Spot, nic: NetworkInterface | undefined, alone: string): number => {
    const { placed } = spot;
    const told = `${pairOf(cuts.network, spot)} ${alone} ${nic?.presence?.why}`;
    const inner = `${placed?.subnet.id} ${told}`;
    const isPublic = nic === undefined ? "" : String(isUnknown(nic.isPublic) ? nic.isPublic.why : nic.isPublic);
    const groups = nic?.filtered === true ? nic.groups : [];
    const listKey = nic?.filtered === true ? groups.map(maybeText).toSorted().join() : "none";
    const list = sorted.lists.numberOf(listKey, () => ({ groups, isFiltered: nic?.filtered === true }));
    const stretch = sorted.stretches.numberOf(pairOf(cuts.groups, spot), () => spot);
    const group = sorted.groups.numberOf(`${list} ${stretch}`, () => ({ spot, list, stretch, groups }));
    const innerAt = sorted.inner.numberOf(inner, () => ({
      spot,
      kind: sorted.kinds.numberOf(`${placed === undefined ? "" : alikeOf(placed)} ${told}`, () => undefined),
    }));
    const outerAt = sorted.outer.numberOf(`${inner} ${isPublic}`, () => ({ spot, inner: innerAt }));
    return sorted.places.numberOf(`${innerAt} ${outerAt} ${group}`, () => ({ spot, inner: innerAt, outer: outerAt, group }));
  };

  const found = new Map<
    string,
    { readonly first: readonly Placed[]; readonly members: NodeId[]; readonly places: readonly number[] }
  >();
  for (const nic of environment.interfaces.values()) {
    const placed = lookup.places.get(nic.id) ?? [];
    const alone = isAlone(nic) ? nic.id : "";
    const places = placed.map((each) => placeOf(spotOf(each), nic, alone));
    const key = placed.length === 0 ? `nowhere ${nic.id}` : places.join();
    const known = found.get(key);
    if (known === undefined) found.set(key, { first: placed, members: [nic.id], places });
    else known.members.push(nic.id);
  }
  const any = internet.filter(({ isAny }) => isAny);
  const rest = internet.filter(({ isAny }) => isAny !== true);
  const away = (spot: Spot): number => placeOf(spot, undefined, `internet ${spot.low}`);
  const ends = [
    ...(any[0] === undefined ? [] : [{ name: "internet", members: [], address: toAddress(any[0].low), places: any.map(away) }]),
    ...rest.map((spot) => ({
      name: `internet ${toAddress(spot.low)}`,
      members: [],
      address: toAddress(spot.low),
      places: [away(spot)],
    })),
    ...[...found.values()].map(({ first, members, places }) => ({
      name: nameOf(environment, first, members),
      members,
      places,
    })),
  ];
  // In the order of their outer classes.
  const order = [...sorted.places.items.keys()].toSorted(
    (a, b) => (sorted.places.items[a]?.outer ?? 0) - (sorted.places.items[b]?.outer ?? 0),
  );
  const newNumber = new Map(order.map((old, at) => [old, at]));
  return {
    ends: ends.map((end) => ({ ...end, places: end.places.map((old) => newNumber.get(old) ?? 0) })),
    places: order.flatMap((old) => sorted.places.items[old] ?? []),
    inner: sorted.inner.items.map(({ spot }) => spot),
    outer: sorted.outer.items.map(({ spot }) => spot),
    innerOf: sorted.outer.items.map(({ inner }) => inner),
    kindOf: sorted.inner.items.map(({ kind }) => kind),
    groups: sorted.groups.items,
    lists: sorted.lists.items,
    stretches: sorted.stretches.items,
  };
}

const pairOf = (cuts: Float64Array, { low, high }: Spot): string =>
  low === high ? String(stretchOf(cuts, low)) : `${stretchOf(cuts, low)}-${stretchOf(cuts, high)}`;

/**
 * What a packet that leaves a subnet, or comes to it from another, meets there: its route table and its ACL. A subnet that others pass
 * through is like no other, as no ACL is asked between what is in it and what passes. Of an address it counts which block of its VPC it is
 * in, as that is its local route.
 */
function alikeSubnets(
  environment: Environment,
  lookup: Lookup,
  isAlone: (nic: NetworkInterface) => boolean,
): (at: Placed) => string {
  const passed = new Set([...environment.interfaces.values()].filter(isAlone).flatMap(({ subnets }) => subnets));
  const keys = new Map<NodeId, string>();
  return ({ subnet, vpc, low, high }) => {
    const block = (lookup.blocks.get(vpc) ?? []).findIndex(
      (each) => each !== undefined && within({ low, high, kind: "interface" }, each) === "yes",
    );
    const key =
      keys.get(subnet.id) ??
      (passed.has(subnet.id) ? subnet.id : `${vpc} ${maybeText(subnet.routeTable)} ${maybeText(subnet.acl)}`);
    keys.set(subnet.id, key);
    return `${key} ${block}`;
  };
}

const maybeText = (value: Maybe<NodeId>): string => (isKnown(value) ? value : `? ${value.why}`);

/** Interfaces that routes lead to: appliances. */
function routeTargets(environment: Environment, lookup: Lookup): Set<NodeId> {
  const found = new Set<NodeId>();
  for (const { routes } of environment.routeTables.values())
    for (const { target } of routes) {
      if (!isKnown(target)) continue;
      if (target.kind === "interface") found.add(target.id);
      const first = target.kind === "instance" ? lookup.interfaceOfInstance(target.id) : undefined;
      if (first !== undefined) found.add(first.id);
    }
  return found;
}

/** Rules of an appliance are about the packets of others: for it they count as those of routes do. */
function cutsFor(
  environment: Environment,
  targets: ReadonlySet<NodeId>,
): { readonly network: Float64Array; readonly groups: Float64Array } {
  const { network, groups } = blocksOf(environment);
  const appliances = new Set([...targets].flatMap((id) => environment.interfaces.get(id)?.groups ?? []).filter(isKnown));
  const theirs: readonly Block[] = appliances.size === 0 ? [] : blocksOf(environment, appliances).groups;
  return { network: cutsOf([...network, ...theirs]), groups: cutsOf(groups) };
}

function nameOf(environment: Environment, [first]: readonly Placed[], members: readonly NodeId[]): string {
  const nic = environment.interfaces.get(members[0] ?? "");
  if (members.length === 1 || first === undefined || nic === undefined) return nic?.name ?? members.join(", ");
  const groups = nic.groups.map((id) => (isKnown(id) ? (environment.securityGroups.get(id)?.name ?? id) : "an unknown group"));
  return `${first.subnet.name} / ${groups.join(", ")}`;
}
