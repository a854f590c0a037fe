import type { Environment } from "../../environment/environment.js";
import { isKnown, known, Unknown, type Maybe } from "../../environment/maybe.js";
import { machineLines, natLines } from "../cost/compute.js";
import { difference, hoursOfMonth, monthly, standing, type Pricer } from "../cost/lines.js";
import { auroraInstanceLine, auroraStorageLines, databaseLines, specOf } from "../cost/managed.js";
import { named, spread, zonesAmong, type Datastore, type Named, type ServicePath, type Tier } from "./path.js";

/** Something that could be changed, what it does to a path, and what it costs. */
export interface Change {
  readonly text: string;
  readonly on: Named;
  /** Changes of the same kind of thing exclude each other. */
  readonly group: string;
  /** US dollars a month more; what depends on use is not in it. */
  readonly monthly: Maybe<number>;
  readonly apply: (path: ServicePath) => ServicePath;
}

/** What could be changed, whether it helps or not: `cheapest` finds out. */
export function candidates(environment: Environment, paths: readonly ServicePath[], pricer: Pricer): readonly Change[] {
  const all = paths.flatMap((path) => [
    ...path.entries.flatMap((entry) => secondZoneForEntry(environment, entry, pricer)),
    ...path.tiers.flatMap((tier) => secondZoneForTier(environment, tier, pricer)),
    ...path.databases.flatMap((database) => databaseChanges(environment, database, pricer)),
    ...path.buckets.flatMap(versions),
    ...natChanges(environment, path, pricer),
  ]);
  return [...new Map(all.map((change) => [`${change.group} ${change.text}`, change])).values()];
}

/** A zone that these are not in: one the environment has a subnet in, else one that a new subnet makes. */
function furtherZone(environment: Environment, zones: readonly Maybe<string>[]): { readonly zone: string; readonly how: string } {
  const taken = new Set(zones.filter(isKnown));
  const zone = [...environment.subnets.values()].map((subnet) => subnet.zone).find((each) => isKnown(each) && !taken.has(each));
  return zone !== undefined && isKnown(zone)
    ? { zone, how: `zone ${zone}` }
    : { zone: "a second zone", how: "a new subnet in a second zone" };
}

function secondZoneForEntry(environment: Environment, entry: ServicePath["entries"][number], pricer: Pricer): readonly Change[] {
  if (entry.kind === "none" || zonesAmong(entry.zones).least > 1) return [];
  const { zone, how } = furtherZone(environment, entry.zones);
  const faces = environment.balancers.get(entry.id)?.scheme;
  const address = standing(pricer, entry, "public IPv4 address", "address:in-use", hoursOfMonth);
  return [
    {
      text: `give ${entry.name} a subnet in ${how}`,
      on: named(entry),
      group: `zones ${entry.id}`,
      monthly: faces === "internal" ? 0 : monthly([address]),
      apply: (path) => ({
        ...path,
        entries: path.entries.map((each) => (each.id === entry.id ? { ...each, zones: [...each.zones, zone] } : each)),
      }),
    },
  ];
}

const withTier = (path: ServicePath, id: string, changed: (tier: Tier) => Tier): ServicePath => ({
  ...path,
  tiers: path.tiers.map((tier) => (tier.id === id ? changed(tier) : tier)),
});

function secondZoneForTier(environment: Environment, tier: Tier, pricer: Pricer): readonly Change[] {
  const { least } = spread(tier);
  if (least > 1 || !isKnown(tier.count) || tier.healthCheck === undefined) return [];
  const { count } = tier;
  const manyZones = zonesAmong(tier.zones).least > 1;
  const { zone, how } = furtherZone(environment, tier.zones);
  const more = Math.max(0, 2 - count);
  const owner = environment.autoScalingGroups.get(tier.id) ?? environment.instances.get(tier.id);
  if (owner === undefined) return [];
  const cost = more === 0 ? 0 : monthly(machineLines(pricer, owner, owner.settings, more));
  const group = `zones ${tier.id}`;
  if (tier.scaling !== undefined) {
    const size = more === 0 ? [] : ["raise its least size to 2"];
    const subnet = manyZones ? [] : [`give it a subnet in ${how}`];
    const text = `${tier.name}: ${[...subnet, ...size].join(" and ")}`;
    const zones = manyZones ? tier.zones : [...tier.zones, zone];
    return [
      {
        text,
        on: named(tier),
        group,
        monthly: cost,
        apply: (path) => withTier(path, tier.id, (each) => ({ ...each, count: Math.max(2, count), zones })),
      },
    ];
  }
  const last = tier.servers.at(-1)?.name ?? tier.name;
  const text = more === 0 ? `move ${last} to ${how}` : `add a second instance beside ${last} in ${how}`;
  const zones = more === 0 ? [...tier.zones.slice(0, -1), zone] : [...tier.zones, zone];
  return [
    {
      text,
      on: named(tier),
      group,
      monthly: cost,
      apply: (path) => withTier(path, tier.id, (each) => ({ ...each, count: Math.max(2, count), zones })),
    },
  ];
}

const withDatabase = (path: ServicePath, id: string, changed: Partial<Datastore>): ServicePath => ({
  ...path,
  databases: path.databases.map((database) => (database.id === id ? { ...database, ...changed } : database)),
});

/** Aurora has no burstable class below this one for both of its engines. */
const leastAuroraClass = "db.t4g.medium";

function databaseChanges(environment: Environment, store: Datastore, pricer: Pricer): readonly Change[] {
  const database = environment.databases.get(store.id);
  const on = named(store);
  const change = (text: string, group: string, cost: Maybe<number>, changed: Partial<Datastore>): Change => ({
    text,
    on,
    group: `${group} ${store.id}`,
    monthly: cost,
    apply: (path) => withDatabase(path, store.id, changed),
  });
  const changes: Change[] = [];
  if (store.backupRetention instanceof Unknown || store.backupRetention === 0) {
    changes.push(change(`keep automated backups of ${store.name} for 7 days`, "backups", 0, { backupRetention: 7 }));
  }
  if (store.deletionProtection !== true) {
    changes.push(change(`turn deletion protection on for ${store.name}`, "protection", 0, { deletionProtection: true }));
  }
  if (database === undefined || store.kind !== "instance") return changes;
  const before = databaseLines(pricer, database, specOf(database));
  if (store.redundant !== true) {
    const after = databaseLines(pricer, database, { ...specOf(database), deployment: "multi" });
    changes.push(change(`turn Multi-AZ on for ${store.name}`, "servers", difference(before, after), { redundant: true }));
  }
  const engine = known(store.engine, "");
  if (engine === "postgres" || engine === "mysql") {
    const aurora = engine === "postgres" ? "aurora-postgresql" : "aurora-mysql";
    const instanceClass =
      isKnown(database.instanceClass) && /\.(micro|small)$/.test(database.instanceClass)
        ? leastAuroraClass
        : database.instanceClass;
    const after = [
      ...["1", "2"].map((number) =>
        auroraInstanceLine(pricer, { ...database, id: `${database.id} ${number}` }, aurora, instanceClass),
      ),
      ...auroraStorageLines(pricer, database),
    ];
    const text = `move ${store.name} to Aurora (two instances in two zones, ${known(instanceClass, "of its class")}; storage is paid by use)`;
    changes.push(change(text, "servers", difference(before, after), { kind: "aurora", redundant: true, engine: aurora }));
  }
  return changes;
}

const versions = (bucket: ServicePath["buckets"][number]): readonly Change[] =>
  bucket.versioning === true
    ? []
    : [
        {
          text: `turn versioning on for ${bucket.name} (earlier versions are paid by use)`,
          on: named(bucket),
          group: `versions ${bucket.id}`,
          monthly: 0,
          apply: (path) => ({
            ...path,
            buckets: path.buckets.map((each) => (each.id === bucket.id ? { ...each, versioning: true } : each)),
          }),
        },
      ];

function natChanges(environment: Environment, { nat, tiers }: ServicePath, pricer: Pricer): readonly Change[] {
  const [gateway] = nat?.gateways ?? [];
  if (nat === undefined || gateway === undefined) return [];
  const group = "way to S3";
  const endpoint: Change = {
    text: "reach S3 by a gateway endpoint instead of the NAT gateway",
    on: gateway,
    group,
    monthly: 0,
    apply: (path) => ({ ...path, nat: undefined }),
  };
  const needed = new Set(tiers.flatMap(({ zones }) => zones.filter(isKnown)));
  const missing = [...needed].filter((zone) => !nat.zones.includes(zone));
  const node = environment.natGateways.get(gateway.id);
  if (missing.length === 0 || node === undefined) return [endpoint];
  const each = [...natLines(pricer, node), standing(pricer, node, "its address", "address:in-use", hoursOfMonth)];
  const gateways: Change = {
    text: `add a NAT gateway in ${missing.join(" and in ")}`,
    on: gateway,
    group,
    monthly: monthly(missing.flatMap(() => each)),
    apply: (path) => (path.nat === undefined ? path : { ...path, nat: { ...path.nat, zones: [...path.nat.zones, ...missing] } }),
  };
  return [endpoint, gateways];
}
