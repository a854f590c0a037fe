import type { Scope } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { put, remove, type Change, type Records } from "../../../records/records.js";
import { DBInstances, type DBInstance } from "../records.js";
import { DBInstanceAutomatedBackups, DBSnapshots, type DBInstanceAutomatedBackup, type DBSnapshot } from "./records.js";
import { restoreWindow, type RestoreWindow } from "./retention.js";

/** A snapshot whose backup has been made. */
export type MadeSnapshot = DBSnapshot & { readonly made: NonNullable<DBSnapshot["made"]> };

export const isMade = (snapshot: DBSnapshot): snapshot is MadeSnapshot =>
  snapshot.status === "available" && snapshot.made !== undefined;

/** Of one DB instance, made or not. */
export const automatedSnapshots = (records: Records, resourceId: string): readonly DBSnapshot[] =>
  records.list(DBSnapshots).filter(({ type, source }) => type === "automated" && source.resourceId === resourceId);

/** Between which moments a DB instance, or one that is gone, can be restored. */
export function restorable(scope: Pick<Scope, "records" | "now">, kept: DBInstanceAutomatedBackup): RestoreWindow | undefined {
  const { source, latest, status } = kept;
  const backups = automatedSnapshots(scope.records, source.resourceId).filter(isMade);
  const days = scope.records.get(DBInstances, source.identifier)?.settings.backupRetentionPeriod;
  return restoreWindow(
    backups.map(({ made }) => made),
    latest,
    status === "retained" ? source.settings.backupRetentionPeriod : (days ?? source.settings.backupRetentionPeriod),
    scope.now(),
  );
}

/** LatestRestorableTime of a DB instance, in milliseconds since the epoch. */
export function latestRestorable(scope: Pick<Scope, "records" | "now">, db: DBInstance): number | undefined {
  const kept = scope.records.get(DBInstanceAutomatedBackups, db.resourceId);
  return kept === undefined ? undefined : restorable(scope, kept)?.latest;
}

/** All that is kept automatically of one DB instance goes: automated snapshots and, with their record, the log. */
export const withoutAutomated = (records: Records, resourceId: string): readonly Change[] => [
  ...automatedSnapshots(records, resourceId).map(({ identifier }) => remove(DBSnapshots, identifier)),
  ...(records.get(DBInstanceAutomatedBackups, resourceId) === undefined ? [] : [remove(DBInstanceAutomatedBackups, resourceId)]),
];

/** What becomes of a DB instance's backups in the commit with which it goes. */
export function backupsAfterDeletion(records: Records, db: DBInstance): readonly Change[] {
  const kept = records.get(DBInstanceAutomatedBackups, db.resourceId);
  const unmade = records
    .list(DBSnapshots)
    .filter(({ source, status, copyOf }) => source.resourceId === db.resourceId && status === "creating" && copyOf === undefined);
  const failed = unmade.map((snapshot) =>
    snapshot.type === "manual"
      ? put(DBSnapshots, snapshot.identifier, { ...snapshot, status: "failed" as const })
      : remove(DBSnapshots, snapshot.identifier),
  );
  if (db.retainsBackups === true && kept?.status === "active")
    return [...failed, put(DBInstanceAutomatedBackups, db.resourceId, { ...kept, status: "retained" as const })];
  return [...failed.filter(({ do: what }) => what === "put"), ...withoutAutomated(records, db.resourceId)];
}

/** What is kept of a DB instance that is gone. @throws InvalidDBInstanceAutomatedBackupState, DBInstanceAutomatedBackupNotFound */
export function deleteAutomatedBackup(
  call: Scope,
  wanted: { readonly resourceId?: string; readonly arn?: string },
): DBInstanceAutomatedBackup {
  const kept = theAutomatedBackup(call, wanted);
  if (kept.status !== "retained")
    throw new ServiceFault(
      "InvalidDBInstanceAutomatedBackupState",
      `The automated backup of ${kept.source.identifier} cannot be deleted because it is in the ${kept.status} state: its DB instance is there. Set its BackupRetentionPeriod to 0 instead.`,
    );
  call.commit(...withoutAutomated(call.records, kept.source.resourceId));
  call.upkeep.nudge("backup", kept.source.resourceId);
  return kept;
}

/** @throws DBInstanceAutomatedBackupNotFound */
export function theAutomatedBackup(
  call: Pick<Scope, "records">,
  wanted: { readonly resourceId?: string | undefined; readonly arn?: string | undefined },
): DBInstanceAutomatedBackup {
  const id = wanted.arn?.split(":").at(-1);
  const kept = call.records
    .list(DBInstanceAutomatedBackups)
    .find((each) => (id === undefined ? each.source.resourceId === wanted.resourceId : each.id === id));
  if (kept === undefined)
    throw new ServiceFault(
      "DBInstanceAutomatedBackupNotFound",
      `The automated backup ${wanted.arn ?? `of the DB instance with the resource id ${wanted.resourceId}`} was not found.`,
      404,
    );
  return kept;
}
