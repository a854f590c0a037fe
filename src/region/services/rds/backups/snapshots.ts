import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { put, remove, type Change } from "../../../records/records.js";
import type { Tags } from "../../ec2/records.js";
import { eventOf, ofSnapshot, snapshotEvent } from "../events.js";
import { theDBInstance } from "../instances.js";
import { DBClusters, DBInstances } from "../records.js";
import { hasData, theDBCluster } from "../clusterstate.js";
import { decideSnapshot, freeIdentifier } from "./deciding.js";
import { expectAvailable, instanceBackups, type BackupKind } from "./kinds.js";
import { newBackupFolder, snapshotArn, snapshotNamed } from "./names.js";
import { sourceOf, sourceOfCluster, type Snapshot } from "./records.js";

/** A snapshot as it is asked for, of the DB instance or the DB cluster of this identifier. */
export interface SnapshotWish {
  readonly identifier: string | undefined;
  readonly of: string;
  readonly tags: Tags;
}

/**
 * A manual snapshot of what is available, and is `backing-up` until the keeper has made it.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html,
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBClusterSnapshot.html
 */
export function createSnapshot(call: Scope, kind: BackupKind, wish: SnapshotWish): Snapshot {
  const { snapshot, owner } = kind === instanceBackups ? ofInstance(call, wish) : ofCluster(call, wish);
  call.commit(put(kind.snapshots, snapshot.identifier, snapshot), owner, snapshotEvent(call, kind, snapshot, "begun"));
  call.upkeep.nudge("backup", snapshot.source.resourceId);
  return snapshot;
}

function ofInstance(call: Scope, wish: SnapshotWish): { readonly snapshot: Snapshot; readonly owner: Change } {
  const db = theDBInstance(call, wish.of);
  if (db.clusterId !== undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The specified instance ${db.identifier} is a member of the DB cluster ${db.clusterId}. Use the CreateDBClusterSnapshot API.`,
    );
  const snapshot = decideSnapshot(call, sourceOf(db), { ...wish, member: "DBSnapshotIdentifier" }, db.tags);
  if (db.status !== "available")
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Cannot create a snapshot because the database instance ${db.identifier} is not currently in the available state.`,
    );
  return { snapshot, owner: put(DBInstances, db.identifier, { ...db, status: "backing-up" }) };
}

function ofCluster(call: Scope, wish: SnapshotWish): { readonly snapshot: Snapshot; readonly owner: Change } {
  const cluster = theDBCluster(call, wish.of);
  const snapshot = decideSnapshot(
    call,
    sourceOfCluster(cluster),
    { ...wish, member: "DBClusterSnapshotIdentifier" },
    cluster.tags,
  );
  if (cluster.status !== "available")
    throw new ServiceFault(
      "InvalidDBClusterStateFault",
      `Cannot create a snapshot because the DB cluster ${cluster.identifier} is not currently in the available state.`,
    );
  if (!hasData(call, cluster))
    throw new ServiceFault(
      "InvalidDBClusterStateFault",
      `There is nothing in the DB cluster ${cluster.identifier} yet: create a DB instance in it first.`,
    );
  return { snapshot, owner: put(DBClusters, cluster.identifier, { ...cluster, status: "backing-up" }) };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBSnapshot.html and its like for clusters, within the region. */
export function copySnapshot(
  call: Scope,
  kind: BackupKind,
  wish: { readonly from: string; readonly identifier: string | undefined; readonly tags: Tags; readonly copyTags: boolean },
): Snapshot {
  const original = theSnapshot(call, kind, wish.from);
  const identifier = freeIdentifier(call, kind, wish.identifier, `Target${kind.snapshotNoun}Identifier`);
  expectAvailable(kind, original, "copied");
  const { resourceId } = original.source;
  const copy: Snapshot = {
    identifier,
    type: "manual",
    status: "creating",
    source: original.source,
    folder: newBackupFolder(call, resourceId),
    copyOf: { folder: original.folder, arn: snapshotArn(call, kind, original.identifier) },
    requestedAt: call.now(),
    ...(original.made === undefined ? {} : { made: original.made }),
    tags: { ...(wish.copyTags ? original.tags : {}), ...wish.tags },
  };
  call.commit(put(kind.snapshots, identifier, copy));
  call.upkeep.nudge("backup", resourceId);
  return copy;
}

/** Its files go when the keeper comes to it, and nothing reads them any more. */
export function deleteSnapshot(call: Scope, kind: BackupKind, wanted: string): Snapshot {
  const snapshot = theSnapshot(call, kind, wanted);
  if (snapshot.type !== "manual") throw new ServiceFault(kind.codes.snapshotState, "Only manual snapshots may be deleted.");
  if (snapshot.status === "creating") expectAvailable(kind, snapshot, "deleted");
  // Of a DB cluster's AWS tells nothing.
  const told = kind.of === "instance" ? [eventOf(call, ofSnapshot(call, kind, snapshot.identifier), "RDS-EVENT-0041")] : [];
  call.commit(remove(kind.snapshots, snapshot.identifier), ...told);
  call.upkeep.nudge("backup", snapshot.source.resourceId);
  return snapshot;
}

/** By name or ARN. @throws the kind's fault of a snapshot that is not there */
export function theSnapshot(call: Pick<Scope, "records">, kind: BackupKind, wanted: string): Snapshot {
  const snapshot = call.records.get(kind.snapshots, snapshotNamed(wanted));
  if (snapshot === undefined) throw new ServiceFault(kind.codes.snapshotGone, `${kind.snapshotNoun} ${wanted} not found.`, 404);
  return snapshot;
}
