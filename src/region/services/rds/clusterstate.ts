import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, type Commit } from "../../records/records.js";
import { clusterEvents } from "./clusterevents.js";
import { membersOf } from "./clustermembers.js";
import { DBClusters, type DBCluster } from "./records.js";

/** @throws DBClusterNotFoundFault */
export function theDBCluster(call: Pick<Scope, "records">, wanted: string): DBCluster {
  const cluster = call.records.get(DBClusters, wanted.toLowerCase());
  if (cluster === undefined) throw new ServiceFault("DBClusterNotFoundFault", `DBCluster ${wanted} not found.`, 404);
  return cluster;
}

export function changeCluster(call: Scope, cluster: DBCluster, changes: Partial<DBCluster>, ...also: Commit): DBCluster {
  const changed = { ...cluster, ...changes };
  call.commit(put(DBClusters, cluster.identifier, changed), ...clusterEvents(call, cluster, changed), ...also);
  call.upkeep.nudge("dbcluster", cluster.identifier);
  return changed;
}

/** @throws InvalidDBClusterStateFault */
export function expectCluster(cluster: DBCluster, status: DBCluster["status"]): void {
  if (cluster.status !== status)
    throw new ServiceFault(
      "InvalidDBClusterStateFault",
      `DbCluster ${cluster.identifier} is in ${cluster.status} state but expected it to be one of ${status}.`,
    );
}

/**
 * Is there something that a snapshot could be made of? A member has it, or had it last. A cluster that is to be restored to a point in
 * time has its data only with the first member, which replays the log.
 */
export const hasData = (call: Pick<Scope, "records">, cluster: DBCluster): boolean =>
  membersOf(call, cluster.identifier).some(({ born }) => born) ||
  (cluster.volume !== undefined && cluster.volume.backup.log === undefined);
