import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { environment, type ImageUser } from "../../engine/program.js";
import { CommandFailed, run } from "../../host/command.js";
import { inContainer } from "../../host/container.js";
import { bytesBelow, filesIn, ownedFolder } from "../files.js";
import { inside, type ServerPlace } from "../place.js";
import type { Backup } from "../spec.js";
import { files } from "./config.js";

const makingOf = "backup-";

/**
 * Copy a running server's data into `folder`/data, with what makes the copy whole applied to it, so that a server can be started on it.
 * Commits that wait for a copy hold it up.
 */
export async function backupInto(place: ServerPlace, folder: string, user: ImageUser): Promise<Backup> {
  // One of an incarnation that was killed may still be at its own.
  const making = `${makingOf}${process.pid}-${Date.now()}`;
  for (const old of filesIn(place.outbox).filter((name) => name.startsWith(makingOf)))
    await rm(join(place.outbox, old), { recursive: true, force: true, maxRetries: 5 });
  ownedFolder(join(place.outbox, making), user);
  const program = (...args: readonly string[]): Promise<string> =>
    run(
      inContainer(place, ["mariadb-backup", ...args, `--target-dir=${inside.outbox}/${making}/data`], { env: environment, user }),
      { timeout: 3_600_000 },
    ).catch((error: unknown) => {
      const said = error instanceof CommandFailed ? error.stderr.trim().slice(-1500) : String(error);
      throw new Error(`the backup of ${basename(place.folder)} failed: ${said}`, { cause: error });
    });
  const from = Date.now();
  await program(`--defaults-file=${files.settings}`, "--backup", "--user=mysql", `--socket=${files.socket}`);
  const to = Date.now();
  // Beside a server that may use all that its class has.
  await program("--prepare", "--use-memory=16M");
  const bytes = bytesBelow(join(place.outbox, making));
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  renameSync(join(place.outbox, making), folder);
  return { from, to, bytes };
}

/** The global transaction id that a backup goes up to; empty where nothing was ever committed. */
export function backupGtid(folder: string): string {
  // Two names for the same, of different versions.
  const names = ["mariadb_backup_binlog_info", "xtrabackup_binlog_info"].map((name) => join(folder, "data", name));
  const found = names.find((name) => existsSync(name));
  if (found === undefined) throw new Error(`${folder} is no whole backup of MariaDB: it does not say how far its log was`);
  return readFileSync(found, "utf8").trim().split("\t")[2] ?? "";
}
