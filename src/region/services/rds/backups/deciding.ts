import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import type { Tags } from "../../ec2/records.js";
import { kindOf, type BackupKind } from "./kinds.js";
import { checkSnapshotIdentifier, newBackupFolder } from "./names.js";
import type { BackupSource, Snapshot } from "./records.js";

/**
 * Decide a manual snapshot; changes nothing. `member` is what names it.
 * @param ownersTags go with it where its owner says so
 * @throws InvalidParameterValue, or the kind's fault of a snapshot that is there already
 */
export function decideSnapshot(
  call: Scope,
  source: BackupSource,
  wanted: { readonly identifier: string | undefined; readonly member: string; readonly tags: Tags },
  ownersTags: Tags,
): Snapshot {
  const identifier = freeIdentifier(call, kindOf(source.resourceId), wanted.identifier, wanted.member);
  return {
    identifier,
    type: "manual",
    status: "creating",
    source,
    folder: newBackupFolder(call, source.resourceId),
    requestedAt: call.now(),
    tags: { ...(source.settings.copyTagsToSnapshot ? ownersTags : {}), ...wanted.tags },
  };
}

/** @throws InvalidParameterValue, or the kind's fault of a snapshot that is there already */
export function freeIdentifier(call: Scope, kind: BackupKind, wanted: string | undefined, member: string): string {
  const identifier = checkSnapshotIdentifier(wanted, member);
  if (call.records.get(kind.snapshots, identifier) !== undefined)
    throw new ServiceFault(
      kind.codes.snapshotThere,
      `Cannot create the snapshot because a snapshot with the identifier ${identifier} already exists.`,
    );
  return identifier;
}
