import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { decideSnapshot } from "./backups/deciding.js";
import { clusterBackups } from "./backups/kinds.js";
import { DBClusterSnapshots, sourceOfCluster } from "./backups/records.js";
import { changeCluster, expectCluster, hasData, theDBCluster } from "./clusterstate.js";
import { membersOf } from "./clustermembers.js";
import { snapshotEvent } from "./events.js";
import { DBInstances, type DBCluster, type DBInstance } from "./records.js";

/** An Aurora cluster goes without its members only; a Multi-AZ DB cluster takes them along. */
export function deleteDBCluster(
  call: Scope,
  wanted: string,
  how: {
    readonly skipFinalSnapshot: boolean;
    readonly finalSnapshot?: string | undefined;
    readonly retainBackups?: boolean | undefined;
  },
): DBCluster {
  const cluster = theDBCluster(call, wanted);
  if (cluster.wish === "deleted" || cluster.status === "deleting")
    throw new ServiceFault("InvalidDBClusterStateFault", `DBCluster ${cluster.identifier} is already being deleted.`);
  if (cluster.deletionProtection)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "Cannot delete protected Cluster, please disable deletion protection and try again.",
    );
  const members = membersOf(call, cluster.identifier);
  if (cluster.kind === "aurora" && members.some((db) => db.wish !== "deleted"))
    throw new ServiceFault(
      "InvalidDBClusterStateFault",
      "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
    );
  if (how.skipFinalSnapshot === (how.finalSnapshot !== undefined))
    throw new ServiceFault(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified, and only then.",
    );
  const leaving = { status: "deleting", retainsBackups: how.retainBackups ?? false, pending: undefined } as const;
  const withoutPending = members.map(({ pending: _waiting, ...db }) => db);
  if (how.skipFinalSnapshot)
    return changeCluster(
      call,
      cluster,
      { ...leaving, wish: "deleted" },
      ...withoutPending.map((db) => put(DBInstances, db.identifier, { ...db, wish: "deleted", status: "deleting" })),
    );
  const snapshot = decideSnapshot(
    call,
    sourceOfCluster(cluster),
    { identifier: how.finalSnapshot, member: "FinalDBSnapshotIdentifier", tags: {} },
    cluster.tags,
  );
  if (!hasData(call, cluster))
    throw new ServiceFault(
      "InvalidDBClusterStateFault",
      `Cannot create a snapshot because there is nothing in the DB cluster ${cluster.identifier} yet: it is ${cluster.status} and no DB instance of it has been available. Delete it with SkipFinalSnapshot.`,
    );
  // A stopped one starts once more: the snapshot is taken from its writer. Then it goes.
  const last = changeCluster(
    call,
    cluster,
    { ...leaving, wish: "running", finalSnapshot: snapshot.identifier },
    put(DBClusterSnapshots, snapshot.identifier, snapshot),
    snapshotEvent(call, clusterBackups, snapshot, "begun"),
    ...withoutPending.map((db) => put(DBInstances, db.identifier, db)),
  );
  call.upkeep.nudge("backup", cluster.resourceId);
  return last;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_FailoverDBCluster.html */
export function failoverDBCluster(call: Scope, wanted: string, target: string | undefined): DBCluster {
  const cluster = theDBCluster(call, wanted);
  expectCluster(cluster, "available");
  const readers = membersOf(call, cluster.identifier).filter(({ identifier }) => identifier !== cluster.writer);
  if (target !== undefined) expectWhole(cluster, target, readers);
  if (readers.length === 0)
    throw new ServiceFault("InvalidDBClusterStateFault", `Cluster ${cluster.identifier} has no reader to fail over to.`);
  return changeCluster(call, cluster, {
    status: "failing-over",
    failoverWished: target === undefined ? {} : { target: target.toLowerCase() },
  });
}

/** Only a reader that has every commit may take over; another one would do so instead, which is not what was asked for. */
function expectWhole(cluster: DBCluster, target: string, readers: readonly DBInstance[]): void {
  const reader = readers.find(({ identifier }) => identifier === target.toLowerCase());
  if (reader === undefined)
    throw new ServiceFault("InvalidDBInstanceState", `${target} is not a reader of the DB cluster ${cluster.identifier}.`);
  if (cluster.copies[reader.server.id] !== "synchronous")
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Instance ${reader.identifier} cannot become the writer of the DB cluster ${cluster.identifier}: it does not have every commit that was acknowledged, or its Availability Zone cannot be reached. Wait until it has caught up, or name another reader.`,
    );
}

/** Of Aurora alone: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/multi-az-db-clusters-concepts.Limitations.html */
export function stopDBCluster(call: Scope, wanted: string): DBCluster {
  const cluster = theDBCluster(call, wanted);
  if (cluster.kind === "multi-az")
    throw new ServiceFault(
      "InvalidDBClusterStateFault",
      `DBCluster ${cluster.identifier} cannot be stopped: it is a Multi-AZ DB cluster, and only those of Aurora are stopped and started. Delete it with a final snapshot, and restore that later.`,
    );
  expectCluster(cluster, "available");
  return changeCluster(call, cluster, { wish: "stopped", status: "stopping" });
}

export function startDBCluster(call: Scope, wanted: string): DBCluster {
  const cluster = theDBCluster(call, wanted);
  expectCluster(cluster, "stopped");
  return changeCluster(call, cluster, { wish: "running", status: "starting" });
}

/**
 * All members of a Multi-AZ DB cluster are restarted; those of Aurora one by one, with RebootDBInstance.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBCluster.html
 */
export function rebootDBCluster(call: Scope, wanted: string): DBCluster {
  const cluster = theDBCluster(call, wanted);
  if (cluster.kind === "aurora")
    throw new ServiceFault(
      "InvalidParameterCombination",
      `RebootDBCluster is for Multi-AZ DB clusters only. Use RebootDBInstance for each DB instance of ${cluster.identifier}.`,
    );
  expectCluster(cluster, "available");
  const members = membersOf(call, cluster.identifier).map((db) =>
    put(DBInstances, db.identifier, { ...db, rebootWished: "restart" as const, status: "rebooting" as const }),
  );
  return changeCluster(call, cluster, { status: "rebooting" }, ...members);
}
