import type { Scope } from "../../operations/call.js";
import { put } from "../../records/records.js";
import { isOpen, maintenanceWindow } from "../../services/rds/backups/windows.js";
import { withClusterPending } from "../../services/rds/clustermodifying.js";
import { membersOf } from "../../services/rds/clustermembers.js";
import { instanceEvents } from "../../services/rds/instanceevents.js";
import { withPending } from "../../services/rds/modifying.js";
import { DBClusters, DBInstances, type DBCluster } from "../../services/rds/records.js";
import { change } from "../databases/change.js";
import { isIdle } from "../databases/maintenance.js";
import { changeCluster } from "./change.js";

/**
 * What waits comes into force in the weekly window: of a Multi-AZ DB cluster in its own, of a member of Aurora in the member's. What
 * is done to either just then is done first.
 */
export function maintainCluster(scope: Scope, { identifier }: Pick<DBCluster, "identifier">): void {
  const cluster = scope.records.get(DBClusters, identifier);
  if (cluster === undefined || cluster.status !== "available") return;
  const isNow = (window: string): boolean => isOpen(maintenanceWindow(window), scope.now());
  const before = membersOf(scope, identifier);
  if (cluster.pending !== undefined && before.every(isIdle) && isNow(cluster.preferredMaintenanceWindow)) {
    const { cluster: next, members } = withClusterPending(cluster, before);
    changeCluster(
      scope,
      cluster,
      () => next,
      ...members.flatMap((db, n) => {
        const was = before[n];
        return [put(DBInstances, db.identifier, db), ...(was === undefined ? [] : instanceEvents(scope, was, db))];
      }),
    );
  }
  for (const db of membersOf(scope, identifier))
    if (db.pending !== undefined && isIdle(db) && isNow(db.settings.preferredMaintenanceWindow)) change(scope, db, withPending);
}
