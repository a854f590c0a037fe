import type { Scope } from "../../../operations/call.js";
import { put, type Change } from "../../../records/records.js";
import { snapshotsOf } from "../../../services/rds/backups/automated.js";
import { clusterBackups, kindOf } from "../../../services/rds/backups/kinds.js";
import type { Snapshot } from "../../../services/rds/backups/records.js";
import { membersOf } from "../../../services/rds/clustermembers.js";
import { DBClusters, DBInstances } from "../../../services/rds/records.js";

/** What of one is to be made. */
export const creating = (scope: Pick<Scope, "records">, resourceId: string): readonly Snapshot[] =>
  snapshotsOf(scope.records, resourceId).filter(({ status }) => status === "creating");

/**
 * What becomes of a DB instance or a DB cluster with a manual snapshot of it: it is available again when nothing more is made of it; or
 * it goes, when this was to be its last.
 */
export function afterSnapshot(scope: Pick<Scope, "records">, { identifier, source }: Snapshot): readonly Change[] {
  const { records } = scope;
  const isBusy = creating(scope, source.resourceId).some(
    (each) => each.identifier !== identifier && each.type === "manual" && each.copyOf?.arn === undefined,
  );
  if (kindOf(source.resourceId) === clusterBackups) {
    const cluster = records.get(DBClusters, source.identifier);
    if (cluster?.resourceId !== source.resourceId) return [];
    if (cluster.finalSnapshot === identifier)
      return [
        put(DBClusters, cluster.identifier, { ...cluster, wish: "deleted" }),
        ...membersOf(scope, cluster.identifier).map((db) =>
          put(DBInstances, db.identifier, { ...db, wish: "deleted" as const, status: "deleting" as const }),
        ),
      ];
    const isDone = cluster.status === "backing-up" && !isBusy;
    return isDone ? [put(DBClusters, cluster.identifier, { ...cluster, status: "available" })] : [];
  }
  const db = records.get(DBInstances, source.identifier);
  if (db?.resourceId !== source.resourceId) return [];
  if (db.finalSnapshot === identifier) return [put(DBInstances, db.identifier, { ...db, wish: "deleted" })];
  const isDone = db.status === "backing-up" && !isBusy;
  return isDone ? [put(DBInstances, db.identifier, { ...db, status: "available" })] : [];
}

/** Have it looked at. */
export const nudgeOwner = (scope: Scope, { source }: Pick<Snapshot, "source">): void =>
  scope.upkeep.nudge(kindOf(source.resourceId) === clusterBackups ? "dbcluster" : "database", source.identifier);
