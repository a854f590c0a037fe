import { ServerEnded } from "../../../parts/databases/ended.js";
import type { DatabaseEngine, ServerSpec } from "../../../parts/databases/spec.js";
import { isCut } from "../../faults/zones.js";
import type { Scope } from "../../operations/call.js";
import { remove } from "../../records/records.js";
import { backupsAfterDeletion } from "../../services/rds/backups/automated.js";
import { membersOf } from "../../services/rds/clustermembers.js";
import { theEngine } from "../../services/rds/engines.js";
import { eventOf, ofCluster } from "../../services/rds/events.js";
import { rdsParameters } from "../../services/rds/rdsparameters.js";
import { DBClusters, type DBCluster, type DBInstance } from "../../services/rds/records.js";
import { serversOf } from "../../services/rds/servers.js";
import { backupHouse, type BackupHouse } from "../databases/backups/house.js";
import { handOver } from "../databases/backups/shipping.js";
import { change } from "../databases/change.js";
import { retire } from "../databases/failover.js";
import { isHung } from "../databases/hung.js";
import type { DatabaseHouse } from "../databases/keeper.js";
import { masterSecretRemoval } from "../../services/rds/mastersecret.js";
import { parametersTold, settleParameters } from "../databases/parameters.js";
import { Retention } from "../databases/retention.js";
import type { ServerCircumstances } from "../databases/spec.js";
import { FailedStarts, isFull, storageFull } from "../databases/starts.js";
import type { Keeper } from "../keeper.js";
import { changeCluster } from "./change.js";
import { keepCopies } from "./copies.js";
import { failOverCluster, heirsOf, successors } from "./failover.js";
import { letGo } from "./leaving.js";
import { maintainCluster } from "./maintenance.js";
import { memberReaderSpec, memberWriterSpec } from "./spec.js";
import { originOf, volumeOwner } from "./volume.js";

/** How often a cluster is looked at beside being told of a server's end. Milliseconds. */
const lookEvery = 1000;

/**
 * Keeps the servers of all members of a DB cluster, in one queue: who of them takes the writes is decided in one place. Its readers copy
 * the writer, whose commits wait for one of those that have everything.
 */
export class ClusterKeeper implements Keeper {
  readonly kind = "dbcluster";
  private readonly failures = new FailedStarts();
  private readonly watches = new Map<string, () => void>();
  private readonly retention: Retention;
  private readonly backups: BackupHouse;

  constructor(private readonly house: DatabaseHouse) {
    this.retention = new Retention((error) => house.log({ upkeep: "retention", message: String(error) }));
    this.backups = backupHouse(house);
  }

  owners(scope: Scope): readonly string[] {
    return scope.records.list(DBClusters).map(({ identifier }) => identifier);
  }

  async attend(scope: Scope, id: string): Promise<number | void> {
    const cluster = scope.records.get(DBClusters, id);
    if (cluster === undefined) return;
    const engine = this.house.engines[theEngine(cluster.engine).program];
    const { resourceId } = cluster;
    for (const db of membersOf(scope, id))
      await retire(scope, db, engine, (server) => handOver(scope, this.backups, resourceId, db, server, engine));
    await letGo(scope, cluster, engine, {
      backups: this.backups,
      around: () => this.around(scope),
      forget: (db) => this.forget(db),
    });
    const members = membersOf(scope, id);
    const now = scope.records.get(DBClusters, id);
    if (now === undefined) return;
    if (now.wish === "deleted" && members.length === 0) {
      scope.commit(
        remove(DBClusters, id),
        ...backupsAfterDeletion(scope.records, now),
        ...masterSecretRemoval(scope, now),
        eventOf(scope, ofCluster(scope, now), "RDS-EVENT-0171"),
      );
      for (const each of new Set([resourceId, ...volumeOwner(now)])) scope.upkeep.nudge("backup", each);
      scope.upkeep.nudge("names", cluster.vpcId);
      return;
    }
    if (now.wish === "stopped") return this.stopped(scope, now, members, engine);
    // Without members there is nothing to keep until one is made; a snapshot may be made of what the last one left.
    if (members.length === 0) return scope.upkeep.nudge("backup", resourceId);
    return this.running(scope, now, engine);
  }

  close(): void {
    for (const stop of this.watches.values()) stop();
  }

  private async running(scope: Scope, before: DBCluster, engine: DatabaseEngine): Promise<number> {
    const around = await this.around(scope);
    const { program } = theEngine(before.engine);
    const parameters = rdsParameters(program, await scope.upkeep.engineParameters(program));
    maintainCluster(scope, before);
    const members = membersOf(scope, before.identifier).map((db) =>
      db.wish === "running" ? settleParameters(scope, db, engine, parameters) : db,
    );
    const cluster =
      changeCluster(scope, before, (now) => ({ ...now, writer: writerOf(now, members)?.identifier ?? "" })) ?? before;
    const writer = writerOf(cluster, members);
    if (writer === undefined) return lookEvery;
    if (writer.status === "failed" && writer.wish === "running") {
      // It failed while it was made, as a DB instance does: nothing of it goes on, and nobody can copy it.
      await engine.stop(writer.server.id);
      return lookEvery;
    }
    const readers = members.filter(({ identifier, wish }) => identifier !== writer.identifier && wish === "running");
    const couldFailOver = heirsOf(scope, cluster, readers, engine).length > 0;
    const hangs = couldFailOver && (await isHung(memberWriterSpec(cluster, writer, around), engine));
    const heirs = successors(scope, cluster, writer, readers, engine, hangs);
    if (heirs.length > 0) {
      await failOverCluster(scope, cluster, writer, heirs, engine, around);
      // One that stays is given another server, and hands over when this one is retired.
      if (writer.wish === "deleted") await handOver(scope, this.backups, cluster.resourceId, writer, writer.server, engine);
      await scope.upkeep.names(cluster.vpcId);
      return 0;
    }
    const hasHeirs = writer.rebootWished === undefined && heirsOf(scope, cluster, readers, engine).length > 0;
    try {
      await this.writing(scope, cluster, writer, engine, memberWriterSpec(cluster, writer, around), hasHeirs);
    } catch (error) {
      // It ended while it was looked at: the next look sees who takes its place.
      if (hasHeirs && error instanceof ServerEnded) return 50;
      const failed = this.failures.failed(scope, writer, engine, error);
      if (failed.status !== undefined) this.becomes(scope, writer, failed);
      throw error;
    }
    this.written(scope, cluster);
    await this.settled(scope, writer, engine);
    const running: boolean[] = [];
    // Nothing reaches one that is cut off.
    const reachable = readers.filter(({ server }) => !isCut(scope.records, server.zone));
    for (const reader of reachable)
      running.push(await this.reading(scope, reader, engine, memberReaderSpec(scope, cluster, reader, writer, around)));
    const now = scope.records.get(DBClusters, cluster.identifier);
    if (now === undefined) return 0;
    const isWhole = await keepCopies(scope, now, writer, readers, engine, around);
    this.watch(scope, cluster.identifier, [writer, ...readers], engine);
    for (const db of [writer, ...readers]) this.retention.attend(scope, db, engine);
    if (isWhole) this.available(scope, cluster);
    return isWhole || reachable.length < readers.length || running.includes(false) ? lookEvery : 50;
  }

  private async writing(
    scope: Scope,
    cluster: DBCluster,
    writer: DBInstance,
    engine: DatabaseEngine,
    spec: ServerSpec,
    hasHeirs: boolean,
  ): Promise<void> {
    if (writer.rebootWished !== undefined) await engine.stop(spec.id);
    if (engine.observe(spec.id) !== "ready") await scope.upkeep.network(cluster.vpcId);
    if (hasHeirs) await engine.tell(spec);
    else {
      await engine.make(spec, originOf(cluster, this.house.backups));
      await engine.start(spec);
    }
    if (cluster.masterPassword === undefined) return;
    const { masterUsername: username, masterPassword: password, databaseName } = cluster;
    await engine.setMaster(spec, { username, password, ...(databaseName === undefined ? {} : { databaseName }) });
    changeCluster(scope, cluster, ({ masterPassword, ...now }) =>
      masterPassword === undefined || masterPassword === password ? now : { ...now, masterPassword },
    );
  }

  /** Its data are with the writer, which takes writes and keeps its log. */
  private written(scope: Scope, cluster: DBCluster): void {
    const isTold = cluster.keepsLog === true && cluster.volume === undefined && cluster.failover === undefined;
    if (isTold) return;
    changeCluster(scope, cluster, ({ volume: _had, failover: _over, ...now }) => ({ ...now, keepsLog: true }));
    for (const each of new Set([cluster.resourceId, ...volumeOwner(cluster)])) scope.upkeep.nudge("backup", each);
  }

  /** Gives whether it runs: what keeps one reader from running must not keep the others. */
  private async reading(
    scope: Scope,
    reader: DBInstance,
    engine: DatabaseEngine,
    spec: ReturnType<typeof memberReaderSpec>,
  ): Promise<boolean> {
    try {
      if (reader.rebootWished !== undefined) await engine.stop(spec.id);
      if (engine.observe(spec.id) !== "ready") await scope.upkeep.network(reader.vpcId);
      await engine.make(spec, { kind: "server", ...spec.replication.from });
      await engine.start(spec);
      await this.raise(reader, engine, spec);
    } catch (error) {
      const { status, statusReason } = this.failures.failed(scope, reader, engine, error);
      // It is tried again, for what keeps it from copying may be its writer's.
      this.becomes(scope, reader, status === undefined || status === "failed" ? { statusReason } : { status, statusReason });
      return false;
    }
    await this.settled(scope, reader, engine);
    return true;
  }

  /** One that runs with less of something than its writer since that was restarted would apply no more of what it copies. */
  private async raise(reader: DBInstance, engine: DatabaseEngine, spec: ServerSpec): Promise<void> {
    const own = reader.server.parameters ?? {};
    const isRaised = Object.entries(spec.parameters).some(([name, value]) => own[name] !== value);
    if (!isRaised || !(await engine.pending(spec))) return;
    await engine.stop(spec.id);
    await engine.start(spec);
  }

  private becomes(scope: Scope, member: DBInstance, what: Pick<Partial<DBInstance>, "status" | "statusReason">): void {
    const now = change(scope, member, (before) => (before.wish === "running" ? { ...before, ...what } : before));
    if (now !== undefined && member.status !== now.status) scope.upkeep.nudge("names", member.vpcId);
  }

  private async settled(scope: Scope, member: DBInstance, engine: DatabaseEngine): Promise<void> {
    this.failures.forget(member);
    const isDiskFull = isFull(member, engine);
    // Who waits for it calls it by its name.
    if (!member.born) await scope.upkeep.names(member.vpcId);
    const now = change(scope, member, (before) => {
      const { rebootWished, statusReason: _past, ...rest } = parametersTold(scope, before);
      if (rest.wish !== "running") return { ...rest, ...(rebootWished === undefined ? {} : { rebootWished }) };
      const isNew = rebootWished !== member.rebootWished && rebootWished !== undefined;
      if (isNew) return { ...rest, born: true, rebootWished };
      // Another class, which it has now.
      const { applying: _done, ...done } = rest;
      return isDiskFull
        ? { ...done, born: true, status: "storage-full", statusReason: storageFull(scope, done) }
        : { ...done, born: true, status: "available" };
    });
    if (now !== undefined && member.status !== now.status) scope.upkeep.nudge("names", member.vpcId);
  }

  private available(scope: Scope, cluster: DBCluster): void {
    const isRebooting = membersOf(scope, cluster.identifier).some(({ rebootWished }) => rebootWished !== undefined);
    const isBusy = ({ status }: DBCluster): boolean => status === "backing-up" || status === "deleting" || isRebooting;
    const changed = changeCluster(scope, cluster, (now) =>
      now.wish === "running" && now.failoverWished === undefined && !isBusy(now)
        ? { ...now, born: true, status: "available" }
        : now,
    );
    if (changed?.born === true && !cluster.born) scope.upkeep.nudge("backup", cluster.resourceId);
  }

  private async stopped(scope: Scope, cluster: DBCluster, members: readonly DBInstance[], engine: DatabaseEngine): Promise<void> {
    // The writer first, so that what it has last reaches those that copy it.
    const writer = writerOf(cluster, members);
    for (const db of [...members].sort((one) => (one === writer ? -1 : 0))) {
      await engine.stop(db.server.id);
      change(scope, db, (now) => ({ ...now, status: "stopped" }));
    }
    changeCluster(scope, cluster, (now) => (now.wish === "stopped" ? { ...now, status: "stopped" } : now));
  }

  private forget(db: DBInstance): void {
    this.failures.forget(db);
    this.retention.forget(db);
    for (const { id } of serversOf(db)) {
      this.watches.get(id)?.();
      this.watches.delete(id);
    }
  }

  private async around(scope: Scope): Promise<ServerCircumstances> {
    return { label: this.house.label, certificate: await this.house.certificate(scope) };
  }

  private watch(scope: Scope, clusterId: string, members: readonly DBInstance[], engine: DatabaseEngine): void {
    for (const { server } of members) {
      if (this.watches.has(server.id) || !["starting", "ready"].includes(engine.observe(server.id))) continue;
      this.watches.set(
        server.id,
        engine.watch(server.id, () => {
          this.watches.delete(server.id);
          scope.upkeep.nudge("dbcluster", clusterId);
        }),
      );
    }
  }
}

/** The member that takes the writes: the one written down, or the first there is. */
const writerOf = (cluster: DBCluster, members: readonly DBInstance[]): DBInstance | undefined =>
  members.find(({ identifier }) => identifier === cluster.writer) ?? members.find(({ wish }) => wish === "running");
