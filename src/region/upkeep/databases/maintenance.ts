import type { Scope } from "../../operations/call.js";
import { isOpen, maintenanceWindow } from "../../services/rds/backups/windows.js";
import { withPending } from "../../services/rds/modifying.js";
import type { DBInstance } from "../../services/rds/records.js";
import { change } from "./change.js";

/**
 * What ModifyDBInstance asked for without ApplyImmediately comes into force in the weekly window. Gives the instance as it is then.
 * One that is backed up, changed or deleted just then waits until it has been: what comes into force ends its status.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html
 */
export function maintain(scope: Scope, db: DBInstance): DBInstance {
  const window = maintenanceWindow(db.settings.preferredMaintenanceWindow);
  if (db.pending === undefined || !isIdle(db) || !isOpen(window, scope.now())) return db;
  return change(scope, db, (now) => (isIdle(now) ? withPending(now) : now)) ?? db;
}

/** Nothing else is being done to it. More storage is what a full one waits for. */
export const isIdle = ({ status, wish }: DBInstance): boolean =>
  wish === "running" && (status === "available" || status === "storage-full");
