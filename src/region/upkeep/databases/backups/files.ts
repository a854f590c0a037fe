import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Scope } from "../../../operations/call.js";
import { backupKinds } from "../../../services/rds/backups/kinds.js";
import { resourceFolder, scopeFolder } from "../../../services/rds/backups/names.js";
import type { BackupHouse } from "./house.js";
import { restoring, volumes, type BackupOrigin } from "./reading.js";

/** Of which DB instances and DB clusters there are files. */
export function resourcesOnDisk(scope: Scope, { pathOf }: Pick<BackupHouse, "pathOf">): readonly string[] {
  const folder = pathOf(scopeFolder(scope));
  return existsSync(folder) ? readdirSync(folder) : [];
}

/**
 * Of the backups of one remove what no record has: what was deleted, and what an incarnation that was killed left half-made.
 * Gives whether something stays only because a restore still reads it.
 */
export async function sweep(scope: Scope, { pathOf }: Pick<BackupHouse, "pathOf">, resourceId: string): Promise<boolean> {
  const { records } = scope;
  const own = resourceFolder(scope, resourceId);
  if (!existsSync(pathOf(own))) return false;
  const kept = new Set([
    ...backupKinds
      .flatMap(({ snapshots }) => records.list(snapshots))
      .flatMap(({ folder, status, copyOf }) => [
        ...(status === "failed" ? [] : [folder]),
        ...(status === "creating" && copyOf !== undefined ? [copyOf.folder] : []),
      ]),
    ...backupKinds.flatMap(({ automated }) => records.list(automated)).map(({ log }) => log),
    ...volumes(records).flatMap(foldersOf),
  ]);
  const read = new Set(restoring(records).flatMap(foldersOf));
  const stray = readdirSync(pathOf(own))
    .map((name) => `${own}/${name}`)
    .filter((folder) => !kept.has(folder));
  for (const folder of stray.filter((each) => !read.has(each))) await rm(pathOf(folder), { recursive: true, force: true });
  for (const folder of [own, scopeFolder(scope)]) if (readdirSync(pathOf(folder)).length === 0) rmdirSync(pathOf(folder));
  return stray.some((folder) => read.has(folder));
}

const foldersOf = ({ backup, log }: BackupOrigin): readonly string[] => [backup, ...(log === undefined ? [] : [log])];
