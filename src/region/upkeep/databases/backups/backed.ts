import type { DatabaseEngine, ServerSpec } from "../../../../parts/databases/spec.js";
import { isCut } from "../../../faults/zones.js";
import type { Scope } from "../../../operations/call.js";
import type { Tags } from "../../../services/ec2/records.js";
import { clusterBackups, instanceBackups, kindOf, type BackupKind } from "../../../services/rds/backups/kinds.js";
import { sourceOf, sourceOfCluster, type BackupSource } from "../../../services/rds/backups/records.js";
import { membersOf } from "../../../services/rds/clustermembers.js";
import { DBClusters, DBInstances, type DBCluster, type DBInstance } from "../../../services/rds/records.js";
import type { BackupHouse } from "./house.js";

/** What has a writer, and so can be backed up: a DB instance or a DB cluster, as it is now. */
export interface Backed {
  readonly kind: BackupKind;
  readonly source: BackupSource;
  readonly tags: Tags;
  readonly engine: DatabaseEngine;
  /** The server that takes the writes; undefined: there is none, or it is not there to be asked. */
  readonly writer: ServerSpec | undefined;
  /** If it is not there, it is to come: it is not stopped, and not without a member. */
  readonly isToRun: boolean;
  /** Servers that copy it, run, and keep its log again. */
  readonly copies: readonly string[];
  /** A copy is being made of it. */
  readonly isCopied: boolean;
  /** Of a backup that is made now the log after it is whole. */
  readonly keepsLog: boolean;
}

/**
 * By its resource id; undefined where it is gone, `"leaving"` where it goes and nothing more is made of it. What is backed up of a member
 * is its cluster.
 */
export async function backedOf(scope: Scope, house: BackupHouse, resourceId: string): Promise<Backed | "leaving" | undefined> {
  if (kindOf(resourceId) === clusterBackups) {
    const cluster = scope.records.list(DBClusters).find((each) => each.resourceId === resourceId);
    if (cluster?.wish === "deleted") return "leaving";
    if (cluster === undefined) return undefined;
    const backed = await backedCluster(scope, house, cluster);
    return backed.isToRun && cluster.failover === undefined ? backed : { ...backed, writer: undefined };
  }
  const db = scope.records.list(DBInstances).find((each) => each.resourceId === resourceId);
  if (db === undefined) return undefined;
  if (db.wish === "deleted" || db.clusterId !== undefined) return "leaving";
  const backed = await backedInstance(scope, house, db);
  return backed.isToRun ? backed : { ...backed, writer: undefined };
}

/** Whatever is wished of it. */
export async function backedInstance(scope: Scope, house: BackupHouse, db: DBInstance): Promise<Backed> {
  const engine = house.engineOf(db.engine);
  const { standby } = db;
  return {
    kind: instanceBackups,
    source: sourceOf(db),
    tags: db.tags,
    engine,
    writer: engine.observe(db.server.id) === "ready" ? await house.specOf(scope, db) : undefined,
    isToRun: db.wish === "running",
    copies: standby !== undefined && engine.observe(standby.id) === "ready" ? [standby.id] : [],
    isCopied: standby?.state === "building" && !isCut(scope.records, standby.zone),
    keepsLog: db.born && db.keepsLog === true && db.origin.kind !== "replica",
  };
}

/** The same of a DB cluster. */
export async function backedCluster(scope: Scope, house: BackupHouse, cluster: DBCluster): Promise<Backed> {
  const engine = house.engineOf(cluster.engine);
  const writer = writerOf(scope, cluster);
  const readers = membersOf(scope, cluster.identifier).filter((each) => each !== writer && each.wish === "running");
  const isReady = writer?.born === true && engine.observe(writer.server.id) === "ready";
  return {
    kind: clusterBackups,
    source: sourceOfCluster(cluster),
    tags: cluster.tags,
    engine,
    writer: isReady ? await house.specOf(scope, writer) : undefined,
    isToRun: cluster.wish === "running" && writer?.wish === "running",
    copies: readers.map(({ server }) => server.id).filter((id) => engine.observe(id) === "ready"),
    isCopied: readers.some(({ server }) => engine.observe(server.id) === "absent" && !isCut(scope.records, server.zone)),
    keepsLog: cluster.keepsLog === true,
  };
}

const writerOf = (scope: Scope, cluster: DBCluster): DBInstance | undefined =>
  membersOf(scope, cluster.identifier).find(({ identifier }) => identifier === cluster.writer);
