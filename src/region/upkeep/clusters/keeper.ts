import type { DatabaseEngine, ServerSpec } from "../../../parts/databases/spec.js";
import { isCut } from "../../faults/zones.js";
import type { Scope } from "../../operations/call.js";
import { remove } from "../../records/records.js";
import { removeInterfacesOf } from "../../services/ec2/interfaces.js";
import { membersOf } from "../../services/rds/clustermembers.js";
import { theEngine } from "../../services/rds/engines.js";
import { rdsParameters } from "../../services/rds/rdsparameters.js";
import { DBClusters, DBInstances, type DBCluster, type DBInstance } from "../../services/rds/records.js";
import { serversOf } from "../../services/rds/servers.js";
import { change } from "../databases/change.js";
import { retire } from "../databases/failover.js";
import type { DatabaseHouse } from "../databases/keeper.js";
import { settleParameters } from "../databases/parameters.js";
import type { ServerCircumstances } from "../databases/spec.js";
import type { Keeper } from "../keeper.js";
import { changeCluster } from "./change.js";
import { keepCopies } from "./copies.js";
import { failOverCluster, successors } from "./failover.js";
import { memberReaderSpec, memberWriterSpec } from "./spec.js";

/** How often a cluster is looked at beside being told of a server's end. Milliseconds. */
const lookEvery = 1000;

/**
 * Keeps the servers of all members of a DB cluster, in one queue: who of them takes the writes is decided in one place. Its readers copy
 * the writer, whose commits wait for one of those that have everything.
 */
export class ClusterKeeper implements Keeper {
  readonly kind = "dbcluster";
  private readonly watches = new Map<string, () => void>();

  constructor(private readonly house: DatabaseHouse) {}

  owners(scope: Scope): readonly string[] {
    return scope.records.list(DBClusters).map(({ identifier }) => identifier);
  }

  async attend(scope: Scope, id: string): Promise<number | void> {
    const cluster = scope.records.get(DBClusters, id);
    if (cluster === undefined) return;
    const engine = this.house.engines[theEngine(cluster.engine).program];
    for (const db of membersOf(scope, id)) await retire(scope, db, engine);
    await this.letGo(scope, cluster, engine);
    const members = membersOf(scope, id);
    if (cluster.wish === "deleted" && members.length === 0) {
      scope.commit(remove(DBClusters, id));
      scope.upkeep.nudge("names", cluster.vpcId);
      return;
    }
    if (cluster.wish === "stopped") return this.stopped(scope, cluster, members, engine);
    // Without members there is nothing to keep until one is made.
    if (members.length === 0) return;
    return this.running(scope, cluster, engine);
  }

  close(): void {
    for (const stop of this.watches.values()) stop();
  }

  private async running(scope: Scope, before: DBCluster, engine: DatabaseEngine): Promise<number> {
    const around: ServerCircumstances = {
      label: this.house.label,
      certificate: await this.house.certificate(scope),
    };
    const { program } = theEngine(before.engine);
    const parameters = rdsParameters(program, await scope.upkeep.engineParameters(program));
    const members = membersOf(scope, before.identifier).map((db) =>
      db.wish === "running" ? settleParameters(scope, db, engine, parameters) : db,
    );
    const cluster =
      changeCluster(scope, before, (now) => ({ ...now, writer: writerOf(now, members)?.identifier ?? "" })) ?? before;
    const writer = writerOf(cluster, members);
    if (writer === undefined) return lookEvery;
    const readers = members.filter(({ identifier, wish }) => identifier !== writer.identifier && wish === "running");
    const heirs = successors(scope, cluster, writer, readers, engine);
    if (heirs.length > 0) {
      await failOverCluster(scope, cluster, writer, heirs, engine, around);
      scope.upkeep.nudge("names", cluster.vpcId);
      return 0;
    }
    await this.writing(scope, cluster, writer, engine, memberWriterSpec(cluster, writer, around));
    this.settled(scope, writer);
    const running: boolean[] = [];
    // Nothing reaches one that is cut off.
    const reachable = readers.filter(({ server }) => !isCut(scope.records, server.zone));
    for (const reader of reachable)
      running.push(await this.reading(scope, reader, engine, memberReaderSpec(scope, reader, writer, around)));
    const now = scope.records.get(DBClusters, cluster.identifier);
    if (now === undefined) return 0;
    const isWhole = await keepCopies(scope, now, writer, readers, engine, around);
    this.watch(scope, cluster.identifier, [writer, ...readers], engine);
    if (isWhole) this.available(scope, cluster);
    return isWhole || reachable.length < readers.length || running.includes(false) ? lookEvery : 50;
  }

  private async writing(
    scope: Scope,
    cluster: DBCluster,
    writer: DBInstance,
    engine: DatabaseEngine,
    spec: ServerSpec,
  ): Promise<void> {
    if (writer.rebootWished !== undefined) await engine.stop(spec.id);
    if (engine.observe(spec.id) !== "ready") await scope.upkeep.network(cluster.vpcId);
    await engine.make(spec, { kind: "new" });
    await engine.start(spec);
    if (cluster.masterPassword === undefined) return;
    const { masterUsername: username, masterPassword: password, databaseName } = cluster;
    await engine.setMaster(spec, { username, password, ...(databaseName === undefined ? {} : { databaseName }) });
    changeCluster(scope, cluster, ({ masterPassword, ...now }) =>
      masterPassword === undefined || masterPassword === password ? now : { ...now, masterPassword },
    );
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
    } catch (error) {
      const statusReason = error instanceof Error ? error.message : String(error);
      change(scope, reader, (now) => ({ ...now, statusReason }));
      return false;
    }
    this.settled(scope, reader);
    return true;
  }

  private settled(scope: Scope, member: DBInstance): void {
    const now = change(scope, member, ({ rebootWished, statusReason: _past, ...rest }) => {
      if (rest.wish !== "running") return { ...rest, ...(rebootWished === undefined ? {} : { rebootWished }) };
      const isNew = rebootWished !== member.rebootWished && rebootWished !== undefined;
      return { ...rest, born: true, status: isNew ? rest.status : "available", ...(isNew ? { rebootWished } : {}) };
    });
    if (now !== undefined && (!member.born || member.status !== now.status)) scope.upkeep.nudge("names", member.vpcId);
  }

  private available(scope: Scope, cluster: DBCluster): void {
    changeCluster(scope, cluster, (now) =>
      now.wish === "running" && now.failoverWished === undefined ? { ...now, born: true, status: "available" } : now,
    );
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

  /** Members that are to go. A writer goes last, or when a reader has taken its place. */
  private async letGo(scope: Scope, cluster: DBCluster, engine: DatabaseEngine): Promise<void> {
    const members = membersOf(scope, cluster.identifier);
    const leaving = members.filter(({ wish }) => wish === "deleted");
    for (const db of leaving) {
      if (db.identifier === cluster.writer && leaving.length < members.length && db.born) continue;
      for (const { id } of serversOf(db)) {
        this.watches.get(id)?.();
        this.watches.delete(id);
      }
      const forgotten = changeCluster(scope, cluster, ({ writer, copies, ...now }) => ({
        ...now,
        ...(writer === undefined || writer === db.identifier ? {} : { writer }),
        copies: Object.fromEntries(Object.entries(copies).filter(([server]) => server !== db.server.id)),
      }));
      if (forgotten === undefined) return;
      for (const { id } of serversOf(db)) await engine.remove(id);
      scope.commit(remove(DBInstances, db.identifier), ...removeInterfacesOf(scope, { kind: "database", id: db.identifier }));
      await scope.upkeep.network(db.vpcId);
      scope.upkeep.nudge("names", db.vpcId);
    }
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
