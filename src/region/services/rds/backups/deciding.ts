import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import type { Tags } from "../../ec2/records.js";
import type { DBInstance } from "../records.js";
import { checkSnapshotIdentifier, newBackupFolder } from "./names.js";
import { DBSnapshots, sourceOf, type DBSnapshot } from "./records.js";

/** Decide a manual snapshot; changes nothing. `member` is what names it. @throws InvalidParameterValue, DBSnapshotAlreadyExists */
export function decideSnapshot(call: Scope, db: DBInstance, wanted: string | undefined, member: string, tags: Tags): DBSnapshot {
  const identifier = freeIdentifier(call, wanted, member);
  return {
    identifier,
    type: "manual",
    status: "creating",
    source: sourceOf(db),
    folder: newBackupFolder(call, db.resourceId),
    requestedAt: call.now(),
    tags: { ...(db.settings.copyTagsToSnapshot ? db.tags : {}), ...tags },
  };
}

/** @throws InvalidParameterValue, DBSnapshotAlreadyExists */
export function freeIdentifier(call: Scope, wanted: string | undefined, member: string): string {
  const identifier = checkSnapshotIdentifier(wanted, member);
  if (call.records.get(DBSnapshots, identifier) !== undefined)
    throw new ServiceFault(
      "DBSnapshotAlreadyExists",
      `Cannot create the snapshot because a snapshot with the identifier ${identifier} already exists.`,
    );
  return identifier;
}
