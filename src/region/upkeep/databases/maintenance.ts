import type { Scope } from "../../operations/call.js";
import { isOpen, maintenanceWindow } from "../../services/rds/backups/windows.js";
import { withPending } from "../../services/rds/modifying.js";
import type { DBInstance } from "../../services/rds/records.js";
import { change } from "./change.js";

/**
 * What ModifyDBInstance asked for without ApplyImmediately comes into force in the weekly window. Gives the instance as it is then.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html
 */
export function maintain(scope: Scope, db: DBInstance): DBInstance {
  const window = maintenanceWindow(db.settings.preferredMaintenanceWindow);
  return db.pending !== undefined && isOpen(window, scope.now()) ? (change(scope, db, withPending) ?? db) : db;
}
