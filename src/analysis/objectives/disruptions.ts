import { isKnown, Unknown } from "../../environment/maybe.js";
import type { Objectives } from "../../environment/objectives.js";
import type { Measured } from "../../environment/stated.js";
import { secondsOfMonth } from "./facts.js";
import { zonesAmong, type Datastore, type NatUse, type ServicePath } from "./path.js";
import {
  databaseWithoutZone,
  engineFailed,
  entryWithoutZone,
  restoredFromBackup,
  serverLost,
  tierWithoutZone,
  type Effect,
} from "./recovery.js";
import { durationText, isNever, percent, span, worst, type Duration } from "./span.js";

export const disruptionKinds = ["instance", "zone", "engine", "deletion", "region"] as const;
export type DisruptionKind = (typeof disruptionKinds)[number];

/** What one kind of trouble costs, with its arithmetic. */
export interface Disruption {
  readonly kind: DisruptionKind;
  readonly title: string;
  readonly rto: Duration;
  readonly rpo: Duration;
  /** Empty: there is nothing in the path that this can happen to. */
  readonly effects: readonly Effect[];
  readonly lines: readonly string[];
  readonly sources: readonly string[];
  /** Whether the stated objectives are about it. The loss of a region is told, but a promise about it has to be made for itself. */
  readonly counts: boolean;
}

const titles: { readonly [K in DisruptionKind]: string } = {
  instance: "an instance stops",
  zone: "an availability zone is lost",
  engine: "the database engine fails",
  deletion: "data is deleted or written wrongly",
  region: "the region is lost",
};

export const disruptionsOf = (path: ServicePath, objectives: Objectives, measured: Measured): readonly Disruption[] =>
  disruptionKinds.map((kind) => {
    const effects = effectsOf(kind, path, measured);
    const rto = worst(effects.map((effect) => effect.rto));
    const lines = effects.flatMap((effect) => effect.lines);
    return {
      kind,
      title: titles[kind],
      rto,
      rpo: worst(effects.map((effect) => effect.rpo)),
      effects,
      lines: [...new Set([...lines, ...shareOfMonth(rto, objectives, effects)])],
      sources: [...new Set(effects.flatMap((effect) => effect.sources))],
      counts: kind !== "region",
    };
  });

function effectsOf(kind: DisruptionKind, path: ServicePath, measured: Measured): readonly Effect[] {
  switch (kind) {
    case "instance":
      return path.tiers.map((tier) => serverLost(tier, measured));
    case "engine":
      return path.databases.map(engineFailed);
    case "deletion":
      return [...path.databases.map((database) => deleted(database, measured)), ...path.buckets.map(bucketEmptied)];
    case "zone":
      return withoutZones(path, measured);
    case "region":
      return path.entries.slice(0, 1).map((entry) => ({
        on: entry,
        rto: { never: "everything is in one region" },
        rpo: path.databases.length + path.buckets.length === 0 ? span(0) : { never: "no copy of the data is in another region" },
        lines: ["everything of this service is in one region: it is back when the region is, or when it is built anew elsewhere"],
        sources: [],
        single: "everything is in one region",
      }));
  }
}

/** Each zone in turn; what happens in all of them alike is told once. */
function withoutZones(path: ServicePath, measured: Measured): readonly Effect[] {
  const places = [
    ...path.entries.flatMap(({ zones }) => zones),
    ...path.tiers.flatMap(({ zones }) => zones),
    ...path.databases.map(({ zone }) => zone),
  ];
  const zones = new Set(places.filter(isKnown));
  const effects = [...(zones.size === 0 ? ["?"] : zones)].flatMap((zone) => [
    ...path.entries.flatMap((entry) => entryWithoutZone(entry, zone) ?? []),
    ...path.tiers.flatMap((tier) => tierWithoutZone(tier, zone, measured) ?? []),
    ...path.databases.flatMap((database) => databaseWithoutZone(database, zone, measured) ?? []),
  ]);
  const nat = path.nat === undefined ? [] : natWithoutZone(path.nat, path);
  return [...new Map([...effects, ...nat].map((effect) => [`${effect.on.id} ${effect.lines.join()}`, effect])).values()];
}

function natWithoutZone(nat: NatUse, path: ServicePath): readonly Effect[] {
  const [gateway] = nat.gateways;
  const elsewhere = path.tiers.some(({ zones }) => zonesAmong(zones).most > 1);
  if (gateway === undefined || !elsewhere || zonesAmong(nat.zones).least > 1) return [];
  const why = `with the zone of NAT gateway ${gateway.name} the servers of every zone lose their way to S3; whether requests wait for S3 is not known`;
  return [{ on: gateway, rto: new Unknown(why), rpo: span(0), lines: [why], sources: [], single: "the only NAT gateway" }];
}

/** A bad write needs a restore; so does a deletion, which may take the backups along. */
function deleted(database: Datastore, measured: Measured): Effect {
  const restored = restoredFromBackup(database, measured);
  const { deletionProtection, deletionPolicy, plannedBackups: planned } = database;
  if (isNever(restored.rpo) || deletionProtection === true) return restored;
  const source = "RDS API reference, DeleteDBInstance: DeleteAutomatedBackups is true unless it is said otherwise";
  if (deletionPolicy === "Delete") {
    const gone = "deletion protection is off, and deleting it deletes its automated backups without a last snapshot";
    const why = planned !== undefined && isKnown(planned) ? `${gone}; its backup plan's are up to ${planned / 3600} h old` : gone;
    const left = planned === undefined ? { never: why } : isKnown(planned) ? span(0, planned) : planned;
    return {
      ...restored,
      rpo: worst([restored.rpo, left]),
      lines: [...restored.lines, `${database.name}: ${why}`],
      sources: [...restored.sources, source],
    };
  }
  if (deletionProtection instanceof Unknown || (planned !== undefined && isKnown(planned))) return restored;
  const note = `${database.name}: deletion protection is off: a deletion without a last snapshot takes the automated backups along`;
  return { ...restored, lines: [...restored.lines, note], sources: [...restored.sources, source] };
}

function bucketEmptied(bucket: ServicePath["buckets"][number]): Effect {
  if (bucket.versioning === true) {
    const line = `${bucket.name}: earlier versions are kept, so nothing is lost`;
    return { on: bucket, rto: span(0), rpo: span(0), lines: [line], sources: [] };
  }
  const why = `${bucket.name} keeps no earlier versions: what is overwritten or deleted there is lost`;
  const rpo = bucket.versioning instanceof Unknown ? bucket.versioning : { never: why };
  return {
    on: bucket,
    rto: span(0),
    rpo,
    lines: [bucket.versioning instanceof Unknown ? `${bucket.name}: ${bucket.versioning.why}` : why],
    sources: [],
  };
}

/** How much of what the month allows one such event spends. */
function shareOfMonth(rto: Duration, { availability }: Objectives, effects: readonly Effect[]): readonly string[] {
  if (availability === undefined || availability >= 100 || effects.length === 0 || rto instanceof Unknown || isNever(rto))
    return [];
  if (rto.high === 0) return [];
  const allowed = (1 - availability / 100) * secondsOfMonth;
  const share = (value: number): string => `${Math.round((value / allowed) * 100)} %`;
  const shares = rto.low === rto.high ? share(rto.high) : `${share(rto.low)} to ${share(rto.high)}`;
  return [
    `one such event takes ${durationText({ low: rto.low, high: rto.high })}, ${shares} of the ${Math.round(allowed)} s that ${percent(availability / 100)} leaves in a month`,
  ];
}
