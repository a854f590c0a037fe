import type { DatabaseEngine, ServerSpec } from "../../../../parts/databases/spec.js";
import type { Scope } from "../../../operations/call.js";
import { put, type Change } from "../../../records/records.js";
import { automatedBackupOf, restorable } from "../../../services/rds/backups/automated.js";
import type { DBInstance, DBServer } from "../../../services/rds/records.js";
import type { Backed } from "./backed.js";
import type { BackupHouse } from "./house.js";

/** One whose writer is there. */
export type RunningBacked = Backed & { readonly writer: ServerSpec };

/**
 * Move what there is of a log to its backups, of the writer first, then of those that copy it, which keep the same again: whichever
 * of them ends, nothing is missing between what the others have and what is here. Gives whether there is some second now to which it can
 * be restored.
 */
export async function ship(scope: Scope, house: BackupHouse, backed: RunningBacked): Promise<boolean> {
  const { resourceId } = backed.source;
  const kept = automatedBackupOf(scope.records, resourceId);
  if (kept === undefined || kept.status === "creating") return true;
  scope.commit(...(await shipped(scope, house, backed)));
  const now = automatedBackupOf(scope.records, resourceId);
  return now === undefined || restorable(scope, now) !== undefined;
}

/** Before its servers go: what was committed last is to be there for restoring too. One that cannot say how far that is hands over its files. */
export async function shipLast(scope: Scope, house: BackupHouse, backed: Backed): Promise<void> {
  const { writer } = backed;
  if (writer !== undefined) await ship(scope, house, { ...backed, writer }).catch(() => undefined);
}

/** The same, as changes for a commit; nothing where no log is kept. */
export async function shipped(scope: Scope, house: BackupHouse, backed: RunningBacked): Promise<readonly Change[]> {
  const { kind, source, engine, writer, copies } = backed;
  const kept = automatedBackupOf(scope.records, source.resourceId);
  if (kept === undefined) return [];
  const folder = house.pathOf(kept.log);
  const reached = await engine.ship(writer, folder);
  for (const id of copies) await engine.ship({ ...writer, id }, folder);
  const now = automatedBackupOf(scope.records, source.resourceId);
  if (reached === undefined || now?.id !== kept.id) return [];
  return [put(kind.automated, source.resourceId, { ...now, source, latest: reached.until })];
}

/** A server that is to go, with its disk, hands over what it still has of the log of what is backed up by this resource id. */
export async function handOver(
  scope: Scope,
  house: BackupHouse,
  resourceId: string,
  db: DBInstance,
  server: DBServer,
  engine: DatabaseEngine,
): Promise<void> {
  const kept = automatedBackupOf(scope.records, resourceId);
  if (kept === undefined) return;
  await engine.stop(server.id, 0);
  try {
    const heir = server.id === db.server.id ? undefined : db.server.id;
    await engine.rescue({ ...(await house.specOf(scope, db)), id: server.id }, house.pathOf(kept.log), heir);
  } catch (error) {
    // The one that has its place goes on whatever this one still had; a restore to a time that it alone knew fails, and says so.
    const message = `${server.id} of ${db.identifier} went without handing over its log: ${String(error)}`;
    house.log({ upkeep: "backup", id: resourceId, message });
  }
}
