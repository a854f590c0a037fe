import { isKnown, Unknown } from "../../environment/maybe.js";
import type { Measured } from "../../environment/stated.js";
import { assumptions, times } from "./facts.js";
import { noticed } from "./health.js";
import { zonesAmong, type Datastore, type Entry, type Named, type Tier } from "./path.js";
import { isNever, plus, span, type Duration } from "./span.js";

/** What a disruption does to one part of the path. */
export interface Effect {
  readonly on: Named;
  /** Until requests are answered again. */
  readonly rto: Duration;
  /** How much of the newest data is lost. */
  readonly rpo: Duration;
  /** The arithmetic. */
  readonly lines: readonly string[];
  readonly sources: readonly string[];
  /** Its loss is the loss of the service until somebody acts. */
  readonly single?: string;
}

const none = span(0);

/** One of a tier's servers stops. */
export function serverLost(tier: Tier, measured: Measured): Effect {
  const { count } = tier;
  if (count instanceof Unknown) {
    return {
      on: tier,
      rto: count,
      rpo: none,
      lines: [`how many servers ${tier.name} has is not known: ${count.why}`],
      sources: [],
    };
  }
  if (count >= 2) return rerouted(tier, `1 of ${count} requests fails until it is noticed`);
  return replaced(tier, measured, "it is the only server");
}

/** Servers remain; the balancer has to stop asking the lost ones. */
function rerouted(tier: Tier, meanwhile: string): Effect {
  if (tier.healthCheck === undefined) {
    const why = `no load balancer takes ${tier.name}'s lost server out of service`;
    return { on: tier, rto: { never: why }, rpo: none, lines: [why], sources: [], single: why };
  }
  const { time, line, source } = noticed(tier.healthCheck);
  return { on: tier, rto: time, rpo: none, lines: [`${tier.name}: ${line}; ${meanwhile}`], sources: [source] };
}

/** None remains. An Auto Scaling group starts another one; nothing else does. */
function replaced(tier: Tier, measured: Measured, why: string): Effect {
  const { scaling } = tier;
  const single = `${tier.name}: ${why}`;
  if (scaling === undefined) {
    const never = `${why}, and nothing starts another one`;
    return { on: tier, rto: { never }, rpo: none, lines: [`${tier.name}: ${never}`], sources: [], single };
  }
  if (isKnown(scaling.checks) && scaling.checks !== "ELB") {
    const never = `${why}, and the Auto Scaling group's health check type is ${scaling.checks}: an application that dies is never replaced`;
    return {
      on: tier,
      rto: { never },
      rpo: none,
      lines: [`${tier.name}: ${never}`],
      sources: ["Auto Scaling user guide, health checks"],
      single,
    };
  }
  const found = tier.healthCheck === undefined ? undefined : noticed(tier.healthCheck);
  const launch =
    measured.launch === undefined
      ? span(assumptions.launchLeast.value, assumptions.launchMost.value, assumptions.launchLeast.source)
      : span(measured.launch);
  const rto = plus(plus(scaling.checks instanceof Unknown ? scaling.checks : none, found?.time ?? none), launch);
  const line = `${single}; the Auto Scaling group starts another one${found === undefined ? "" : `, after ${found.line}`}`;
  return { on: tier, rto, rpo: none, lines: [line], sources: found === undefined ? [] : [found.source], single };
}

/** A zone is lost, and the tier's servers there with it. */
export function tierWithoutZone(tier: Tier, zone: string, measured: Measured): Effect | undefined {
  const here = tier.zones.filter((each) => each === zone).length;
  const unknown = tier.zones.find((each) => each instanceof Unknown);
  if (unknown !== undefined) {
    return {
      on: tier,
      rto: unknown,
      rpo: none,
      lines: [`${tier.name}: which zones it is in is not known: ${unknown.why}`],
      sources: [],
    };
  }
  if (here === 0) return undefined;
  const elsewhere = zonesAmong(tier.zones).least > 1;
  if (!elsewhere) {
    const why = `all of ${tier.name} is in zone ${zone}`;
    return { on: tier, rto: { never: why }, rpo: none, lines: [why], sources: [], single: why };
  }
  if (tier.count instanceof Unknown) return serverLost(tier, measured);
  return tier.count >= 2
    ? rerouted(tier, `the servers in zone ${zone} are asked in vain until then`)
    : replaced(tier, measured, "it is the only server");
}

export function entryWithoutZone(entry: Entry, zone: string): Effect | undefined {
  if (entry.kind === "none" || !entry.zones.includes(zone)) return undefined;
  const { least, most } = zonesAmong(entry.zones);
  if (least >= 2) return undefined;
  const why = `the load balancer ${entry.name} is in zone ${zone} only`;
  if (most < 2) return { on: entry, rto: { never: why }, rpo: none, lines: [why], sources: [], single: why };
  const unknown = entry.zones.find((each) => each instanceof Unknown) ?? new Unknown("its other zones are not known");
  return {
    on: entry,
    rto: unknown,
    rpo: none,
    lines: [`whether ${entry.name} is in another zone is not known: ${unknown.why}`],
    sources: [],
  };
}

/** A second server takes over; clients find it by the same name. */
function failedOver(database: Datastore): Effect {
  const figures =
    database.kind === "aurora"
      ? { low: times.auroraFailoverLeast, high: times.auroraFailoverMost }
      : database.kind === "cluster"
        ? { low: { value: 0 }, high: times.clusterFailover }
        : { low: times.multiAzFailoverLeast, high: times.multiAzFailoverMost };
  const cache = times.endpointCache.value;
  const high = figures.high.value + cache;
  return {
    on: database,
    rto: span(figures.low.value, high),
    rpo: none,
    lines: [
      `${database.name}: failover in ${figures.low.value} s to ${figures.high.value} s, and up to ${cache} s more where clients still remember the old address = ${figures.low.value} s to ${high} s`,
      `${database.name}: the second server has every committed write, so nothing is lost`,
    ],
    sources: [figures.high.source, times.endpointCache.source],
  };
}

/** The database's program or its server fails; its storage is there. */
export function engineFailed(database: Datastore): Effect {
  const { redundant } = database;
  if (redundant instanceof Unknown) {
    const line = `${database.name}: whether a second server takes over is not known: ${redundant.why}`;
    return { on: database, rto: redundant, rpo: none, lines: [line], sources: [] };
  }
  if (redundant) return failedOver(database);
  const { value, source } = times.singleAzRecovery;
  const single = `${database.name} has one server`;
  const lines = [
    `${database.name}: RDS starts another server on the same storage, in about ${value / 60} min as users measured it`,
    `${database.name}: committed writes are on the storage, so nothing is lost`,
  ];
  return { on: database, rto: span(value), rpo: none, lines, sources: [source], single };
}

export function databaseWithoutZone(database: Datastore, zone: string, measured: Measured): Effect | undefined {
  if (database.redundant === true) return failedOver(database);
  if (database.redundant instanceof Unknown) return engineFailed(database);
  if (isKnown(database.zone) && database.zone !== zone) return undefined;
  const where = isKnown(database.zone) ? `zone ${zone}` : "one zone, whichever it is";
  const restored = restoredFromBackup(database, measured);
  return { ...restored, single: `${database.name} is in ${where} only` };
}

/** How long a restore to a point in time takes: a new DB instance, whose storage is read while it is used already. */
function restoreTime({ storage }: Datastore, measured: Measured): { readonly time: Duration; readonly line: string } {
  if (measured.restore !== undefined)
    return { time: span(measured.restore), line: `a restore took ${measured.restore} s when it was drilled` };
  if (storage instanceof Unknown)
    return { time: storage, line: `the time of a restore depends on the size, which is not known: ${storage.why}` };
  const { restoreLeast, restoreMost, restoreRate } = assumptions;
  const loading = Math.round((storage * 1024) / restoreRate.value);
  const time = span(restoreLeast.value, restoreMost.value + loading, `${restoreMost.source}; ${restoreRate.source}`);
  const line = `a restore takes ${restoreLeast.value} s to ${restoreMost.value} s + ${storage} GiB / ${restoreRate.value} MiB/s (${loading} s) = ${time.low} s to ${time.high} s, from when somebody starts it; it has a new name and the default security group`;
  return { time, line };
}

/** How old the newest backup can be. */
export function backupAge(database: Datastore): { readonly age: Duration; readonly line: string; readonly source: string } {
  const { backupRetention: days, plannedBackups: planned } = database;
  const source = times.logUpload.source;
  if (days instanceof Unknown) return { age: days, line: `whether it is backed up is not known: ${days.why}`, source };
  if (days > 0) {
    if (database.kind === "cluster") {
      const { value, source: assumed } = assumptions.continuousUpload;
      return { age: span(0, value, assumed), line: "logs are uploaded continuously", source };
    }
    const { value } = times.logUpload;
    return {
      age: { ...span(0, value), recurs: true },
      line: `logs are uploaded every ${value / 60} min, so the last ${value} s may be lost`,
      source,
    };
  }
  if (planned === undefined)
    return {
      age: { never: "it has no backups" },
      line: "automated backups are off and no backup plan covers it: all data is lost",
      source,
    };
  if (planned instanceof Unknown)
    return { age: planned, line: `how often its backup plan runs is not known: ${planned.why}`, source };
  return {
    age: span(0, planned),
    line: `automated backups are off; its backup plan runs every ${planned / 3600} h, so as much may be lost`,
    source,
  };
}

/** The data is gone or wrong, and comes back from a backup. */
export function restoredFromBackup(database: Datastore, measured: Measured): Effect {
  const { age, line, source } = backupAge(database);
  const restore = restoreTime(database, measured);
  const rto = isNever(age) ? age : restore.time;
  return {
    on: database,
    rto,
    rpo: age,
    lines: [`${database.name}: ${line}`, ...(isNever(age) ? [] : [`${database.name}: ${restore.line}`])],
    sources: [source, ...(measured.restore === undefined ? [assumptions.restoreMost.source] : [])],
  };
}
