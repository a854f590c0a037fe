import type { Balancer, TargetGroup } from "../../environment/balancing.js";
import type { AutoScalingGroup, Instance } from "../../environment/compute.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, Unknown, type Maybe } from "../../environment/maybe.js";
import type { NodeId } from "../../environment/node.js";
import { servesInternet } from "./admits.js";
import { dependenciesOf } from "./dependencies.js";
import { noticed } from "./health.js";
import { named, type Entry, type ServicePath, type Tier } from "./path.js";
import { isNever } from "./span.js";
import { stopsAt } from "./stops.js";

/**
 * The ways that requests of the internet take: from a load balancer that faces it to the servers behind it and what those need; without
 * any, from servers that have public addresses and admit the world.
 */
export function servicePaths(environment: Environment): readonly ServicePath[] {
  const facing = [...environment.balancers.values()].filter(({ scheme }) => !isKnown(scheme) || scheme === "internet-facing");
  if (facing.length > 0) return facing.map((balancer) => pathOfBalancer(environment, balancer));
  return [...environment.instances.values()]
    .filter((instance) => interfacesOf(environment, instance).some((face) => servesInternet(environment, face)))
    .map((instance) => {
      const tier = tierOf(environment, [instance], undefined);
      const entry: Entry = { ...named(instance), kind: "none", zones: [instance.zone] };
      return { name: instance.name, entries: [entry], tiers: [tier], gaps: [], ...dependenciesOf(environment, [tier]) };
    });
}

const interfacesOf = (environment: Environment, { interfaces }: Instance | AutoScalingGroup) =>
  interfaces.flatMap((id) => environment.interfaces.get(id) ?? []);

const zoneOf = (environment: Environment, subnet: Maybe<NodeId>): Maybe<string> =>
  isKnown(subnet) ? (environment.subnets.get(subnet)?.zone ?? new Unknown(`the subnet ${subnet} is not in the graph`)) : subnet;

const entryOf = (environment: Environment, balancer: Balancer): Entry => ({
  ...named(balancer),
  kind: balancer.kind,
  zones: balancer.subnets.map((subnet) => zoneOf(environment, subnet)),
});

function pathOfBalancer(environment: Environment, balancer: Balancer): ServicePath {
  const { entries, tiers, gaps } = behind(environment, balancer, new Set());
  const unclear = isKnown(balancer.scheme)
    ? []
    : [new Unknown(`whether ${balancer.name} faces the internet is not known: ${balancer.scheme.why}`)];
  const merged = mergeTiers(tiers);
  const stops = stopsAt(environment, partsOf(environment, entries));
  return {
    ...{ name: balancer.name, entries, tiers: merged, gaps: [...unclear, ...gaps], ...dependenciesOf(environment, merged) },
    ...(stops.length === 0 ? {} : { stops }),
  };
}

/** The listeners of load balancers, and the target groups to which these forward. */
function partsOf(environment: Environment, entries: readonly Entry[]): ReadonlySet<NodeId> {
  const balancers = new Set<Maybe<NodeId>>(entries.map(({ id }) => id));
  const listeners = [...environment.listeners.values()].filter(({ balancer }) => balancers.has(balancer));
  const actions = listeners.flatMap(({ rules }) => rules.flatMap((rule) => rule.actions));
  const groups = actions.flatMap((action) => (action.kind === "forward" ? action.targetGroups.filter(isKnown) : []));
  return new Set([...listeners.map(({ id }) => id), ...groups]);
}

type Behind = Pick<ServicePath, "entries" | "tiers" | "gaps">;

/** A load balancer, and what it forwards to; a network load balancer may have an application load balancer as its target. */
function behind(environment: Environment, balancer: Balancer, seen: Set<NodeId>): Behind {
  if (seen.has(balancer.id)) return { entries: [], tiers: [], gaps: [] };
  seen.add(balancer.id);
  const listeners = [...environment.listeners.values()].filter((listener) => listener.balancer === balancer.id);
  const actions = listeners.flatMap(({ rules }) => rules.flatMap((rule) => rule.actions));
  const forwarded = [...new Set(actions.flatMap((action) => (action.kind === "forward" ? action.targetGroups : [])))];
  const groups = forwarded.filter(isKnown).flatMap((id) => environment.targetGroups.get(id) ?? []);
  const parts = groups.map((group) => behindGroup(environment, balancer, group, seen));
  const gaps = forwarded.filter((group) => group instanceof Unknown);
  const empty =
    parts.every(({ tiers }) => tiers.length === 0) && gaps.length === 0 && parts.every((part) => part.gaps.length === 0)
      ? [new Unknown(`no servers were found behind ${balancer.name}`)]
      : [];
  return {
    entries: [entryOf(environment, balancer), ...parts.flatMap(({ entries }) => entries)],
    tiers: parts.flatMap(({ tiers }) => tiers),
    gaps: [...gaps, ...parts.flatMap((part) => part.gaps), ...empty],
  };
}

function behindGroup(environment: Environment, balancer: Balancer, group: TargetGroup, seen: Set<NodeId>): Behind {
  const gaps: Unknown[] = [];
  const further: Behind[] = [];
  const instances = new Map<NodeId, Instance>();
  const scaling = new Map<NodeId, AutoScalingGroup>();
  for (const { target } of group.targets) {
    if (!isKnown(target)) gaps.push(target);
    else {
      const id = "node" in target ? target.node : ownerOfAddress(environment, target.address);
      const next = id === undefined ? undefined : environment.balancers.get(id);
      const instance = id === undefined ? undefined : environment.instances.get(id);
      const scaled = id === undefined ? undefined : environment.autoScalingGroups.get(id);
      if (next !== undefined) further.push(behind(environment, next, seen));
      else if (instance !== undefined) instances.set(instance.id, instance);
      else if (scaled !== undefined) scaling.set(scaled.id, scaled);
      else
        gaps.push(
          new Unknown(`a target of ${group.name} is not in the graph (${"node" in target ? target.node : target.address})`),
        );
    }
  }
  for (const scaled of environment.autoScalingGroups.values()) {
    if (scaled.targetGroups.includes(group.id)) scaling.set(scaled.id, scaled);
  }
  // A balancer between asks the target group's own way; the health check is that of the group that has the servers.
  const tiers = [
    ...(instances.size === 0 ? [] : [tierOf(environment, [...instances.values()], group)]),
    ...[...scaling.values()].map((each) => tierOfGroup(environment, each, group)),
  ];
  if (tiers.length === 0 && further.length === 0 && gaps.length === 0) {
    gaps.push(new Unknown(`${balancer.name} forwards to ${group.name}, which has no targets in the source`));
  }
  return {
    entries: further.flatMap(({ entries }) => entries),
    tiers: [...tiers, ...further.flatMap((part) => part.tiers)],
    gaps: [...gaps, ...further.flatMap((part) => part.gaps)],
  };
}

const ownerOfAddress = (environment: Environment, address: string): NodeId | undefined =>
  [...environment.interfaces.values()].find((face) => face.address === address)?.owner.id;

function tierOf(environment: Environment, instances: readonly Instance[], group: TargetGroup | undefined): Tier {
  const [first] = instances;
  if (first === undefined) throw new Error("a tier has a server");
  return {
    ...named(first),
    name: instances.map(({ name }) => name).join(", "),
    servers: instances.map(named),
    count: instances.length,
    zones: instances.map(({ zone }) => zone),
    ...(group === undefined ? {} : { healthCheck: group.healthCheck }),
  };
}

const tierOfGroup = (environment: Environment, scaled: AutoScalingGroup, group: TargetGroup): Tier => ({
  ...named(scaled),
  servers: [named(scaled)],
  // What is promised is what always runs: the least size, not the desired one.
  count: scaled.minSize,
  zones: scaled.subnets.map((subnet) => zoneOf(environment, subnet)),
  scaling: { checks: scaled.healthCheckType, gracePeriod: scaled.healthCheckGracePeriod },
  healthCheck: group.healthCheck,
});

/** The same servers in several target groups are one tier, which is back when the slowest of their health checks says so. */
function mergeTiers(tiers: readonly Tier[]): readonly Tier[] {
  const merged = new Map<string, Tier>();
  for (const tier of tiers) {
    const key = tier.servers
      .map(({ id }) => id)
      .sort()
      .join(" ");
    const before = merged.get(key);
    if (before === undefined || slowness(tier) > slowness(before)) merged.set(key, tier);
  }
  return [...merged.values()];
}

function slowness({ healthCheck }: Tier): number {
  const time = healthCheck === undefined ? undefined : noticed(healthCheck).time;
  return time === undefined || isNever(time) || time instanceof Unknown ? Number.POSITIVE_INFINITY : time.high;
}
