import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { put, remove } from "../../../records/records.js";
import type { Tags } from "../../ec2/records.js";
import { eventOf, ofSnapshot } from "../events.js";
import { theDBInstance } from "../instances.js";
import { DBInstances } from "../records.js";
import { decideSnapshot, freeIdentifier } from "./deciding.js";
import { newBackupFolder, snapshotArn, snapshotNamed } from "./names.js";
import { DBSnapshots, type DBSnapshot } from "./records.js";

/**
 * A manual snapshot of an available DB instance, which is `backing-up` until the keeper has made it.
 * https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSnapshot.html
 */
export function createDBSnapshot(
  call: Scope,
  wish: { readonly identifier: string | undefined; readonly instance: string; readonly tags: Tags },
): DBSnapshot {
  const db = theDBInstance(call, wish.instance);
  if (db.clusterId !== undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The specified instance ${db.identifier} is a member of the DB cluster ${db.clusterId}. Use the CreateDBClusterSnapshot API.`,
    );
  const snapshot = decideSnapshot(call, db, wish.identifier, "DBSnapshotIdentifier", wish.tags);
  if (db.status !== "available")
    throw new ServiceFault(
      "InvalidDBInstanceState",
      `Cannot create a snapshot because the database instance ${db.identifier} is not currently in the available state.`,
    );
  call.commit(
    put(DBSnapshots, snapshot.identifier, snapshot),
    put(DBInstances, db.identifier, { ...db, status: "backing-up" }),
    eventOf(call, ofSnapshot(call, snapshot), "RDS-EVENT-0040"),
  );
  call.upkeep.nudge("backup", db.resourceId);
  return snapshot;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBSnapshot.html, within the region. */
export function copyDBSnapshot(
  call: Scope,
  wish: { readonly from: string; readonly identifier: string | undefined; readonly tags: Tags; readonly copyTags: boolean },
): DBSnapshot {
  const original = theDBSnapshot(call, wish.from);
  const identifier = freeIdentifier(call, wish.identifier, "TargetDBSnapshotIdentifier");
  expectAvailable(original, "copied");
  const { resourceId } = original.source;
  const copy: DBSnapshot = {
    identifier,
    type: "manual",
    status: "creating",
    source: original.source,
    folder: newBackupFolder(call, resourceId),
    copyOf: { folder: original.folder, arn: snapshotArn(call, original.identifier) },
    requestedAt: call.now(),
    ...(original.made === undefined ? {} : { made: original.made }),
    tags: { ...(wish.copyTags ? original.tags : {}), ...wish.tags },
  };
  call.commit(put(DBSnapshots, identifier, copy));
  call.upkeep.nudge("backup", resourceId);
  return copy;
}

/** Its files go when the keeper comes to it, and nothing reads them any more. */
export function deleteDBSnapshot(call: Scope, wanted: string): DBSnapshot {
  const snapshot = theDBSnapshot(call, wanted);
  if (snapshot.type !== "manual") throw new ServiceFault("InvalidDBSnapshotState", "Only manual snapshots may be deleted.");
  if (snapshot.status === "creating") expectAvailable(snapshot, "deleted");
  call.commit(remove(DBSnapshots, snapshot.identifier), eventOf(call, ofSnapshot(call, snapshot), "RDS-EVENT-0041"));
  call.upkeep.nudge("backup", snapshot.source.resourceId);
  return snapshot;
}

/** By name or ARN. @throws DBSnapshotNotFound */
export function theDBSnapshot(call: Pick<Scope, "records">, wanted: string): DBSnapshot {
  const snapshot = call.records.get(DBSnapshots, snapshotNamed(wanted));
  if (snapshot === undefined) throw new ServiceFault("DBSnapshotNotFound", `DBSnapshot ${wanted} not found.`, 404);
  return snapshot;
}

/** @throws InvalidDBSnapshotState */
export function expectAvailable(snapshot: DBSnapshot, done: string): void {
  if (snapshot.status !== "available")
    throw new ServiceFault(
      "InvalidDBSnapshotState",
      `The snapshot ${snapshot.identifier} cannot be ${done} because it is in the ${snapshot.status} state. Wait until it is available.`,
    );
}
