import type { Scope } from "../../operations/call.js";
import { put, type Commit } from "../../records/records.js";
import { clusterEvents } from "../../services/rds/clusterevents.js";
import { DBClusters, type DBCluster } from "../../services/rds/records.js";

/** As `change` of DB instances: the record as it is now, in one commit with its events and what else changes. */
export function changeCluster(
  scope: Scope,
  was: DBCluster,
  how: (now: DBCluster) => DBCluster,
  ...also: Commit
): DBCluster | undefined {
  const now = scope.records.get(DBClusters, was.identifier);
  if (now === undefined || now.resourceId !== was.resourceId) return undefined;
  const next = how(now);
  if (also.length > 0 || JSON.stringify(next) !== JSON.stringify(now))
    scope.commit(put(DBClusters, was.identifier, next), ...clusterEvents(scope, now, next), ...also);
  return next;
}
