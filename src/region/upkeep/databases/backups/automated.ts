import type { Scope } from "../../../operations/call.js";
import { put, type Change } from "../../../records/records.js";
import { automatedBackupOf, automatedSnapshots } from "../../../services/rds/backups/automated.js";
import { clusterBackups, kindOf } from "../../../services/rds/backups/kinds.js";
import { automatedName, newAutomatedBackupId, newBackupFolder, newLogFolder } from "../../../services/rds/backups/names.js";
import type { BackupSource, Snapshot } from "../../../services/rds/backups/records.js";
import { isDue } from "../../../services/rds/backups/retention.js";
import { eventOf, ofInstance, snapshotEvent } from "../../../services/rds/events.js";
import type { Backed } from "./backed.js";

/**
 * Decide an automated backup where one is due, to be made with the others. What it is made of stays `available` meanwhile: nothing of it
 * halts for a backup here, and whoever waits for a new one to be available waits for nothing else. (On AWS it is `backing-up`.)
 */
export function beginAutomated(scope: Scope, { kind, source, tags }: Backed): void {
  const { records } = scope;
  const { resourceId, settings } = source;
  const taken = automatedSnapshots(records, resourceId);
  const begun = taken.map(({ requestedAt }) => ({ from: requestedAt, to: requestedAt }));
  if (!isDue(settings.preferredBackupWindow, begun, scope.now())) return;
  const kept = automatedBackupOf(records, resourceId) ?? {
    id: newAutomatedBackupId(),
    status: "creating",
    source,
    log: newLogFolder(scope, resourceId),
  };
  const identifier = automatedName(source.identifier, scope.now(), (name) => records.get(kind.snapshots, name) !== undefined);
  const snapshot: Snapshot = {
    identifier,
    type: "automated",
    status: "creating",
    source,
    folder: newBackupFolder(scope, resourceId),
    requestedAt: scope.now(),
    tags: settings.copyTagsToSnapshot ? tags : {},
  };
  scope.commit(
    put(kind.automated, resourceId, kept),
    put(kind.snapshots, identifier, snapshot),
    snapshotEvent(scope, kind, snapshot, "begun"),
    ...backupEvents(scope, source, "RDS-EVENT-0001"),
  );
}

/** Of DB instances alone AWS tells of automated backups with the instance too. */
export const backupEvents = (scope: Scope, source: BackupSource, id: "RDS-EVENT-0001" | "RDS-EVENT-0002"): readonly Change[] =>
  kindOf(source.resourceId) === clusterBackups ? [] : [eventOf(scope, ofInstance(scope, source), id)];
