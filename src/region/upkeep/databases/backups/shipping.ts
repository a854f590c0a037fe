import type { DatabaseEngine } from "../../../../parts/databases/spec.js";
import type { Scope } from "../../../operations/call.js";
import { put, type Change } from "../../../records/records.js";
import { restorable } from "../../../services/rds/backups/automated.js";
import { DBInstanceAutomatedBackups, sourceOf } from "../../../services/rds/backups/records.js";
import type { DBInstance, DBServer } from "../../../services/rds/records.js";
import type { BackupHouse } from "./keeper.js";

/**
 * Move what there is of a DB instance's log to its backups, of its writer first, then of a standby, which keeps the same again: whichever
 * of them ends, nothing is missing between what the other has and what is here. Gives whether it can be restored to some second now.
 */
export async function ship(scope: Scope, house: BackupHouse, db: DBInstance, engine: DatabaseEngine): Promise<boolean> {
  const kept = scope.records.get(DBInstanceAutomatedBackups, db.resourceId);
  if (kept === undefined || kept.status === "creating") return true;
  scope.commit(...(await shipped(scope, house, db, engine)));
  const now = scope.records.get(DBInstanceAutomatedBackups, db.resourceId);
  return now === undefined || restorable(scope, now) !== undefined;
}

/** The same, as changes for a commit; nothing where no log is kept. */
export async function shipped(
  scope: Scope,
  house: BackupHouse,
  db: DBInstance,
  engine: DatabaseEngine,
): Promise<readonly Change[]> {
  const kept = scope.records.get(DBInstanceAutomatedBackups, db.resourceId);
  if (kept === undefined) return [];
  const folder = house.pathOf(kept.log);
  const spec = await house.specOf(scope, db);
  const reached = await engine.ship(spec, folder);
  if (db.standby !== undefined && engine.observe(db.standby.id) === "ready")
    await engine.ship({ ...spec, id: db.standby.id }, folder);
  const now = scope.records.get(DBInstanceAutomatedBackups, db.resourceId);
  if (reached === undefined || now?.id !== kept.id) return [];
  return [put(DBInstanceAutomatedBackups, db.resourceId, { ...now, source: sourceOf(db), latest: reached.until })];
}

/** A server that is to go, with its disk, hands over what it still has of the log. */
export async function handOver(
  scope: Scope,
  house: BackupHouse,
  db: DBInstance,
  server: DBServer,
  engine: DatabaseEngine,
): Promise<void> {
  const kept = scope.records.get(DBInstanceAutomatedBackups, db.resourceId);
  if (kept === undefined) return;
  await engine.stop(server.id, 0);
  try {
    const heir = server.id === db.server.id ? undefined : db.server.id;
    await engine.rescue({ ...(await house.specOf(scope, db)), id: server.id }, house.pathOf(kept.log), heir);
  } catch (error) {
    // The one that has its place goes on whatever this one still had; a restore to a time that it alone knew fails, and says so.
    const message = `${server.id} of ${db.identifier} went without handing over its log: ${String(error)}`;
    house.log({ upkeep: "backup", id: db.resourceId, message });
  }
}
