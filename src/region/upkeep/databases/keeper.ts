import { ServerEnded } from "../../../parts/databases/ended.js";
import type { DatabaseEngine, Origin, ServerSpec } from "../../../parts/databases/spec.js";
import type { RegionLabel } from "../../../parts/host/label.js";
import type { Scope } from "../../operations/call.js";
import { remove } from "../../records/records.js";
import { removeInterfacesOf } from "../../services/ec2/interfaces.js";
import { theEngine, type Engine } from "../../services/rds/engines.js";
import { backupsAfterDeletion } from "../../services/rds/backups/automated.js";
import { eventOf, ofInstance } from "../../services/rds/events.js";
import { masterSecretRemoval } from "../../services/rds/mastersecret.js";
import { rdsParameters } from "../../services/rds/rdsparameters.js";
import { DBInstances, type DBInstance } from "../../services/rds/records.js";
import { freedReplicas } from "../../services/rds/replicas.js";
import { replicasOf } from "../../services/rds/replication.js";
import { serversOf } from "../../services/rds/servers.js";
import type { Keeper } from "../keeper.js";
import { backedInstance } from "./backups/backed.js";
import { backupHouse, type BackupHouse } from "./backups/house.js";
import { handOver, shipLast } from "./backups/shipping.js";
import { change } from "./change.js";
import { canFailOver, failOver, retire, whyFailOver } from "./failover.js";
import { isHung } from "./hung.js";
import { maintain } from "./maintenance.js";
import { parametersTold, readyStandby, settleParameters } from "./parameters.js";
import { Retention } from "./retention.js";
import { keepStandby, makeBeside } from "./standby.js";
import { FailedStarts, isFull, storageFull } from "./starts.js";
import { readerSpec, writerSpec, type ServerCircumstances } from "./spec.js";

/** How often an available server is looked at beside being told of its end; one that died is started again, as on AWS. Milliseconds. */
const lookEvery = { single: 2000, multiAz: 1000 } as const;

export interface DatabaseHouse {
  readonly label: RegionLabel;
  readonly engines: Readonly<Record<Engine["program"], DatabaseEngine>>;
  readonly certificate: (scope: Scope) => Promise<ServerSpec["certificate"]>;
  /** Where backups are, by the paths that records have. */
  readonly backups: (path: string) => string;
  /** So often the log goes to the backups, in milliseconds. */
  readonly shipEvery: number;
  readonly log: (entry: object) => void;
}

/** Keeps the servers of DB instances: their writer, and in Multi-AZ a standby that can take over. */
export class DatabaseKeeper implements Keeper {
  readonly kind = "database";
  private readonly failures = new FailedStarts();
  private readonly watches = new Map<string, () => void>();

  private readonly retention: Retention;
  private readonly backups: BackupHouse;

  constructor(private readonly house: DatabaseHouse) {
    this.backups = backupHouse(house);
    this.retention = new Retention((error) => house.log({ upkeep: "retention", message: String(error) }));
  }

  owners(scope: Scope): readonly string[] {
    return scope.records.list(DBInstances).map((db) => db.identifier);
  }

  async attend(scope: Scope, id: string): Promise<number | void> {
    const db = scope.records.get(DBInstances, id);
    if (db === undefined) return;
    if (db.clusterId !== undefined) return scope.upkeep.nudge("dbcluster", db.clusterId);
    const engine = this.engineOf(db);
    // It may have failed while it was made: nothing of it goes on.
    if (db.status === "failed" && db.wish === "running") return engine.stop(db.server.id);
    if (db.wish === "deleted") return this.deleted(scope, db, engine);
    // First of all, so that no server that was taken its place from runs beside the one that has it.
    await retire(scope, db, engine, (server) => handOver(scope, this.backups, db.resourceId, db, server, engine));
    if (db.wish === "stopped") return this.stopped(scope, db, engine);
    maintain(scope, db);
    return this.running(scope, scope.records.get(DBInstances, id) ?? db, engine);
  }

  close(): void {
    for (const stop of this.watches.values()) stop();
  }

  private async running(scope: Scope, recorded: DBInstance, engine: DatabaseEngine): Promise<number> {
    const around = await this.around(scope);
    const { program } = theEngine(recorded.engine);
    const parameters = rdsParameters(program, await scope.upkeep.engineParameters(program));
    const db = settleParameters(scope, recorded, engine, parameters);
    await readyStandby(scope, db, engine, around);
    const why = whyFailOver(scope, db, engine, canFailOver(scope, db, engine) && (await isHung(writerSpec(db, around), engine)));
    if (why !== undefined) {
      await failOver(scope, db, why, engine, around);
      return 0;
    }
    const seen = engine.observe(db.server.id);
    const hadEnded = db.status === "available" && !["ready", "starting"].includes(seen);
    try {
      await this.writing(scope, db, engine, around);
    } catch (error) {
      // It ended while it was looked at: the next look sees who takes its place. That it did is no failure of a start.
      const hasEnded = error instanceof ServerEnded && canFailOver(scope, db, engine);
      if (hasEnded || (seen === "ready" && engine.observe(db.server.id) !== "ready")) return 50;
      const failed = this.failures.failed(scope, db, engine, error);
      if (failed.status !== undefined)
        change(scope, db, (now) => (now.wish === "running" && now.status !== "failed" ? { ...now, ...failed } : now));
      throw error;
    }
    this.failures.forget(db);
    // What a failover ends with is told when `failover` goes.
    const restarted = hadEnded && db.failover === undefined ? [eventOf(scope, ofInstance(scope, db), "RDS-EVENT-0006")] : [];
    const settled = (now: DBInstance): DBInstance => {
      // A reboot that was asked for while we waited is still to come.
      const { rebootWished: _done, masterPassword: _told, failover: _over, ...rest } = parametersTold(scope, now);
      return {
        ...rest,
        keepsLog: db.settings.backupRetentionPeriod > 0,
        ...(now.rebootWished === db.rebootWished || now.rebootWished === undefined ? {} : { rebootWished: now.rebootWished }),
        ...(now.masterPassword === db.masterPassword || now.masterPassword === undefined
          ? {}
          : { masterPassword: now.masterPassword }),
      };
    };
    change(scope, db, settled, ...restarted);
    this.watch(scope, db, engine);
    this.retention.attend(scope, db, engine);
    const now = scope.records.get(DBInstances, db.identifier);
    if (now?.resourceId !== db.resourceId || now.wish !== "running" || now.status === "failed") return 0;
    const isWhole = await keepStandby(scope, now, engine, around).catch((error: unknown) => {
      // A writer that ended meanwhile is looked at anew, and that it did is no failure of ours.
      if (engine.observe(now.server.id) === "ready") throw error;
      return undefined;
    });
    if (isWhole === undefined) return 200;
    this.watch(scope, now, engine);
    await this.available(scope, db, engine, isWhole);
    return isWhole ? lookEvery[db.multiAz ? "multiAz" : "single"] : 0;
  }

  /** Have the writer (or what copies another instance) run as the record says. */
  private async writing(scope: Scope, db: DBInstance, engine: DatabaseEngine, around: ServerCircumstances): Promise<void> {
    const { server } = db;
    if (db.rebootWished === "restart" || db.rebootWished === "failover") await engine.stop(server.id);
    // It lives in the namespace of its interface, which a start of the region may have to make again.
    if (engine.observe(server.id) !== "ready") await scope.upkeep.network(db.vpcId);
    const spec = this.ownSpec(scope, db, around);
    if (db.rebootWished === undefined && canFailOver(scope, db, engine)) await engine.tell(spec);
    else {
      const beside = makeBeside(scope, db, engine, around);
      try {
        await engine.make(spec, this.origin(spec, db));
        await engine.start(spec);
      } finally {
        await beside;
      }
    }
    if (db.masterPassword === undefined) return;
    const { masterUsername: username, masterPassword: password, databaseName } = db;
    await engine.setMaster(spec, { username, password, ...(databaseName === undefined ? {} : { databaseName }) });
  }

  private ownSpec(scope: Scope, db: DBInstance, around: ServerCircumstances): ServerSpec {
    if (db.origin.kind !== "replica") return writerSpec(db, around);
    const source = scope.records.get(DBInstances, db.origin.of);
    if (source === undefined) throw new Error(`${db.identifier} copies ${db.origin.of}, which is gone`);
    return readerSpec(scope, db, db.server, source, around);
  }

  private origin(spec: ServerSpec, { origin }: DBInstance): Origin {
    if (spec.replication.role === "reader") return { kind: "server", ...spec.replication.from };
    if (origin.kind !== "backup") return { kind: "new" };
    const { log, until } = origin;
    return {
      kind: "backup",
      folder: this.house.backups(origin.backup),
      ...(log === undefined ? {} : { log: { folder: this.house.backups(log), ...(until === undefined ? {} : { until }) } }),
    };
  }

  private async available(scope: Scope, db: DBInstance, engine: DatabaseEngine, isWhole: boolean): Promise<void> {
    // Who waits for it calls it by its name.
    if (!db.born) await scope.upkeep.names(db.vpcId);
    const isDiskFull = isFull(db, engine);
    change(scope, db, (now) => {
      if (now.wish !== "running" || now.rebootWished !== undefined) return now;
      // A Multi-AZ instance is not there before its standby is.
      if (!isWhole && !now.born) return now;
      if (["backing-up", "deleting", "failed"].includes(now.status)) return now;
      const { statusReason: _past, applying = [], ...others } = now;
      const still = applying.filter((each) => each === "multiAz" && now.standby?.state !== "synchronous");
      const rest = still.length === 0 ? others : { ...others, applying: still };
      return isDiskFull
        ? { ...rest, born: true, status: "storage-full", statusReason: storageFull(scope, now) }
        : { ...rest, born: true, status: "available" };
    });
    const now = scope.records.get(DBInstances, db.identifier);
    if (now !== undefined && (now.status !== db.status || now.keepsLog !== db.keepsLog))
      scope.upkeep.nudge("backup", db.resourceId);
  }

  private async stopped(scope: Scope, db: DBInstance, engine: DatabaseEngine): Promise<void> {
    // The standby last, so that nothing waits for it.
    await engine.stop(db.server.id);
    if (db.standby !== undefined) await engine.stop(db.standby.id);
    change(scope, db, (now) => (now.wish === "stopped" ? { ...now, status: "stopped" } : now));
  }

  /** The record goes last, so that a death on the way leaves an owner that is attended to again. */
  private async deleted(scope: Scope, db: DBInstance, engine: DatabaseEngine): Promise<void> {
    if (db.retainsBackups === true) await shipLast(scope, this.backups, await backedInstance(scope, this.backups, db));
    // The one that has its place last: it tells what of the others' logs is common to all.
    for (const server of serversOf(db).toReversed()) {
      const { id } = server;
      this.watches.get(id)?.();
      this.watches.delete(id);
      if (db.retainsBackups === true) await handOver(scope, this.backups, db.resourceId, db, server, engine);
      await engine.remove(id);
    }
    this.failures.forget(db);
    this.retention.forget(db);
    const replicas = replicasOf(scope, db.identifier);
    scope.commit(
      remove(DBInstances, db.identifier),
      ...freedReplicas(scope, db.identifier),
      ...removeInterfacesOf(scope, { kind: "database", id: db.identifier }),
      ...backupsAfterDeletion(scope.records, db),
      ...masterSecretRemoval(scope, db),
      eventOf(scope, ofInstance(scope, db), "RDS-EVENT-0003"),
    );
    scope.upkeep.nudge("backup", db.resourceId);
    await scope.upkeep.network(db.vpcId);
    scope.upkeep.nudge("names", db.vpcId);
    for (const { identifier } of replicas) scope.upkeep.nudge("database", identifier);
  }

  /** Be told at once when a server ends. */
  private watch(scope: Scope, db: DBInstance, engine: DatabaseEngine): void {
    for (const { id } of serversOf(db)) {
      if (this.watches.has(id) || engine.observe(id) === "stopped" || engine.observe(id) === "absent") continue;
      this.watches.set(
        id,
        engine.watch(id, () => {
          this.watches.delete(id);
          scope.upkeep.nudge("database", db.identifier);
        }),
      );
    }
  }

  private async around(scope: Scope): Promise<ServerCircumstances> {
    return { label: this.house.label, certificate: await this.house.certificate(scope) };
  }

  private engineOf(db: DBInstance): DatabaseEngine {
    return this.house.engines[theEngine(db.engine).program];
  }
}

/** As before the plug is pulled: the writers first, so that no commit waits for a standby that is gone. */
export async function stopDatabases(scope: Scope, engines: DatabaseHouse["engines"]): Promise<void> {
  await Promise.all(
    scope.records.list(DBInstances).map(async (db) => {
      for (const { id } of serversOf(db)) await engines[theEngine(db.engine).program].stop(id, 5);
    }),
  );
}
