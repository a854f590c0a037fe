import { ServiceFault } from "../../../operations/fault.js";
import type { DBInstance, DBInstanceSettings } from "../records.js";
import { checkWindows } from "./windows.js";

/** What may be said of backups. */
export function checkRetention(days: number | undefined): void {
  if (days !== undefined && (!Number.isInteger(days) || days < 0 || days > 35))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Invalid backup retention period: ${days}. Retention period must be between 0 and 35.`,
    );
}

/** A DB cluster cannot be without automated backups. */
export function checkClusterRetention(days: number | undefined): void {
  if (days !== undefined && (!Number.isInteger(days) || days < 1 || days > 35))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Invalid backup retention period: ${days}. Retention period of a DB cluster must be between 1 and 35.`,
    );
}

/**
 * Hold what ModifyDBInstance says against what stays. `turns`: automated backups are turned on or off by it.
 * @throws InvalidParameterValue
 */
export function checkBackupSettings(
  { settings: before }: Pick<DBInstance, "settings">,
  said: Partial<DBInstanceSettings>,
): { readonly settings: Partial<DBInstanceSettings>; readonly turns: boolean } {
  const { backupRetentionPeriod = before.backupRetentionPeriod, preferredBackupWindow, preferredMaintenanceWindow } = said;
  checkRetention(backupRetentionPeriod);
  const maintenance = preferredMaintenanceWindow?.toLowerCase();
  if (preferredBackupWindow !== undefined || maintenance !== undefined)
    checkWindows(preferredBackupWindow ?? before.preferredBackupWindow, maintenance ?? before.preferredMaintenanceWindow);
  return {
    settings: maintenance === undefined ? {} : { preferredMaintenanceWindow: maintenance },
    turns: (backupRetentionPeriod === 0) !== (before.backupRetentionPeriod === 0),
  };
}

/** Whether its server keeps its log is to be found out again. */
export function withoutLog(db: DBInstance): DBInstance {
  const { keepsLog: _past, ...rest } = db;
  return rest;
}
