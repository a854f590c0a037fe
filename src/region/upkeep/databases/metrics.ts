import type { DatabaseEngine, ServerMetrics, ServerSpec } from "../../../parts/databases/spec.js";
import { isCut } from "../../faults/zones.js";
import type { Sample, Unit } from "../../metrics/metric.js";
import type { Scope } from "../../operations/call.js";
import { theEngine } from "../../services/rds/engines.js";
import { DBInstances, type DBInstance } from "../../services/rds/records.js";
import type { DatabaseHouse } from "./keeper.js";
import { writerSpec } from "./spec.js";

/** What a server said, and when. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly metrics: ServerMetrics;
  /** Of a read replica: seconds behind its source; -1 when it does not receive, as on AWS. */
  readonly lag?: number;
}

/** A metric's name with its unit and value. */
export type Measured = readonly [name: string, unit: Unit, value: number];

/**
 * What AWS/RDS makes of two readings of one server (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html). What is a
 * rate needs the one before, and of the same start of the server: its counters begin anew with it. Pure.
 * @param vcpus of the instance class: CPUUtilization is per cent of all of them
 */
export function measured(now: Reading, before: Reading | undefined, vcpus: number): readonly Measured[] {
  const { metrics } = now;
  const gauges: readonly Measured[] = [
    ["DatabaseConnections", "Count", metrics.connections],
    ["FreeStorageSpace", "Bytes", metrics.storageFree],
    ["FreeableMemory", "Bytes", metrics.memoryFree],
    ...(now.lag === undefined ? [] : [["ReplicaLag", "Seconds", now.lag] satisfies Measured]),
  ];
  if (before === undefined || now.at <= before.at) return gauges;
  const seconds = (now.at - before.at) / 1000;
  const rates: readonly Measured[] = (
    [
      ["ReadIOPS", "Count/Second", "readOperations"],
      ["WriteIOPS", "Count/Second", "writeOperations"],
      ["ReadThroughput", "Bytes/Second", "readBytes"],
      ["WriteThroughput", "Bytes/Second", "writeBytes"],
    ] as const
  ).map(([name, unit, counter]) => [name, unit, (metrics[counter] - before.metrics[counter]) / seconds]);
  const busy = (metrics.cpuSeconds - before.metrics.cpuSeconds) / seconds / vcpus;
  const all: readonly Measured[] = [["CPUUtilization", "Percent", Math.min(100, busy * 100)], ...rates];
  return [...gauges, ...all.filter(([, , value]) => value >= 0)];
}

/** Takes what AWS/RDS tells of the servers that DB instances' names lead to. */
export class DatabaseMetrics {
  /** By server. */
  private readonly before = new Map<string, Reading>();

  constructor(private readonly house: Pick<DatabaseHouse, "label" | "engines" | "certificate">) {}

  async take(scopes: readonly Scope[]): Promise<readonly Sample[]> {
    const running = scopes.flatMap((scope) =>
      scope.records
        .list(DBInstances)
        .filter((db) => db.born && db.wish === "running" && !isCut(scope.records, db.server.zone))
        .map((db) => ({ scope, db })),
    );
    const servers = new Set(running.map(({ db }) => db.server.id));
    for (const id of this.before.keys()) if (!servers.has(id)) this.before.delete(id);
    // A server that does not answer has no samples; that it does not is its keeper's to tell.
    return (await Promise.all(running.map(({ scope, db }) => this.of(scope, db).catch(() => [])))).flat();
  }

  private async of(scope: Scope, db: DBInstance): Promise<readonly Sample[]> {
    const engine = this.house.engines[theEngine(db.engine).program];
    if (engine.observe(db.server.id) !== "ready") return [];
    const spec = writerSpec(db, { label: this.house.label, certificate: await this.house.certificate(scope) });
    const metrics = await engine.metrics(spec);
    const at = scope.now();
    const reading: Reading = {
      ...{ at, metrics },
      ...(db.origin.kind === "replica" ? { lag: await lagOf(spec, engine) } : {}),
    };
    const before = this.before.get(db.server.id);
    this.before.set(db.server.id, reading);
    const metric = {
      accountId: scope.accountId,
      regionName: scope.regionName,
      namespace: "AWS/RDS",
      dimensions: { DBInstanceIdentifier: db.identifier },
    };
    return measured(reading, before, spec.vcpus).map(([name, unit, value]) => ({ metric: { ...metric, name }, unit, at, value }));
  }
}

async function lagOf(spec: ServerSpec, engine: DatabaseEngine): Promise<number> {
  const { receives, behind } = await engine.health(spec);
  return receives ? behind : -1;
}
