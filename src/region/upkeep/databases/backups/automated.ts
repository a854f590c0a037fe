import type { Scope } from "../../../operations/call.js";
import { put } from "../../../records/records.js";
import { automatedSnapshots } from "../../../services/rds/backups/automated.js";
import { automatedName, newAutomatedBackupId, newBackupFolder, newLogFolder } from "../../../services/rds/backups/names.js";
import { DBInstanceAutomatedBackups, DBSnapshots, sourceOf, type DBSnapshot } from "../../../services/rds/backups/records.js";
import { isDue } from "../../../services/rds/backups/retention.js";
import { eventOf, ofInstance, ofSnapshot } from "../../../services/rds/events.js";
import type { DBInstance } from "../../../services/rds/records.js";

/**
 * Decide an automated backup where one is due, to be made with the others. The DB instance stays `available` meanwhile: nothing of it
 * halts for a backup here, and whoever waits for a new one to be available waits for nothing else. (On AWS it is `backing-up`.)
 */
export function beginAutomated(scope: Scope, db: DBInstance): void {
  const { records } = scope;
  const taken = automatedSnapshots(records, db.resourceId);
  const begun = taken.map(({ requestedAt }) => ({ from: requestedAt, to: requestedAt }));
  if (!isDue(db.settings.preferredBackupWindow, begun, scope.now())) return;
  const kept = records.get(DBInstanceAutomatedBackups, db.resourceId) ?? {
    id: newAutomatedBackupId(),
    status: "creating",
    source: sourceOf(db),
    log: newLogFolder(scope, db.resourceId),
  };
  const identifier = automatedName(db.identifier, scope.now(), (name) => records.get(DBSnapshots, name) !== undefined);
  const snapshot: DBSnapshot = {
    identifier,
    type: "automated",
    status: "creating",
    source: sourceOf(db),
    folder: newBackupFolder(scope, db.resourceId),
    requestedAt: scope.now(),
    tags: db.settings.copyTagsToSnapshot ? db.tags : {},
  };
  scope.commit(
    put(DBInstanceAutomatedBackups, db.resourceId, kept),
    put(DBSnapshots, identifier, snapshot),
    eventOf(scope, ofInstance(scope, db), "RDS-EVENT-0001"),
    eventOf(scope, ofSnapshot(scope, snapshot), "RDS-EVENT-0090"),
  );
}
