import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Scope } from "../../../operations/call.js";
import { DBInstanceAutomatedBackups, DBSnapshots } from "../../../services/rds/backups/records.js";
import { resourceFolder, scopeFolder } from "../../../services/rds/backups/names.js";
import type { BackupHouse } from "./keeper.js";
import { restoring } from "./reading.js";

/** Of which DB instances there are files. */
export function resourcesOnDisk(scope: Scope, { pathOf }: Pick<BackupHouse, "pathOf">): readonly string[] {
  const folder = pathOf(scopeFolder(scope));
  return existsSync(folder) ? readdirSync(folder) : [];
}

/**
 * Of one DB instance's backups remove what no record has: what was deleted, and what an incarnation that was killed left half-made.
 * Gives whether something stays only because a restore still reads it.
 */
export async function sweep(scope: Scope, { pathOf }: Pick<BackupHouse, "pathOf">, resourceId: string): Promise<boolean> {
  const { records } = scope;
  const own = resourceFolder(scope, resourceId);
  if (!existsSync(pathOf(own))) return false;
  const kept = new Set([
    ...records
      .list(DBSnapshots)
      .flatMap(({ folder, status, copyOf }) => [
        ...(status === "failed" ? [] : [folder]),
        ...(status === "creating" && copyOf !== undefined ? [copyOf.folder] : []),
      ]),
    ...records.list(DBInstanceAutomatedBackups).map(({ log }) => log),
  ]);
  const read = new Set(restoring(records).flatMap(({ backup, log }) => [backup, ...(log === undefined ? [] : [log])]));
  const stray = readdirSync(pathOf(own))
    .map((name) => `${own}/${name}`)
    .filter((folder) => !kept.has(folder));
  for (const folder of stray.filter((each) => !read.has(each))) await rm(pathOf(folder), { recursive: true, force: true });
  for (const folder of [own, scopeFolder(scope)]) if (readdirSync(pathOf(folder)).length === 0) rmdirSync(pathOf(folder));
  return stray.some((folder) => read.has(folder));
}
