import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { filesIn } from "../files.js";
import type { ServerPlace } from "../place.js";
import { backupGtid } from "./backup.js";
import { sequenceAtStartOf } from "./binlog.js";
import { logSeconds } from "./config.js";
import { sequenceOf } from "./gtid.js";
import { pieceName, piecesAmong } from "./pieces.js";
import { slaveStatus } from "./replication.js";
import { withSession } from "./session.js";
import { markStatement } from "./users.js";

/**
 * The writer begins a new file of its log, and what was before is copied. Of a writer that waits for a copy only what the copy has may
 * go: a transaction that nobody but it has would contradict those of the server that takes over. So there is a commit of our own in
 * the new file first: once it is acknowledged, so is all before it.
 */
export async function shipLog(id: string, place: ServerPlace, folder: string): Promise<{ until: number } | undefined> {
  return withSession(
    place,
    async (query) => {
      if ((await slaveStatus(query)) !== undefined) return undefined;
      const until = Date.now();
      await query("FLUSH LOCAL BINARY LOGS");
      await query(markStatement);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const logs = (await query<{ Log_name: string }>("SHOW BINARY LOGS")).map(({ Log_name }) =>
        join(place.disk, "binlog", Log_name),
      );
      const starts = logs.map(sequenceAtStartOf);
      for (const [index, log] of logs.slice(0, -1).entries()) {
        const [first = 0, last = 0] = starts.slice(index, index + 2);
        if (last > first) copyWhole(log, join(folder, pieceName(first, last, id)));
      }
      // All of it is shipped; what copies may still ask for stays for a while.
      await query(`PURGE BINARY LOGS BEFORE NOW() - INTERVAL ${logSeconds} SECOND`);
      return { until };
    },
    30_000,
  );
}

function copyWhole(from: string, to: string): void {
  if (existsSync(to)) return;
  const making = `${to}.making`;
  copyFileSync(from, making);
  renameSync(making, to);
}

/** Pieces that no backup needs any more. */
export function pruneLog(folder: string, backups: readonly string[]): void {
  const oldest = Math.min(...backups.map((backup) => sequenceOf(backupGtid(backup))));
  for (const { name, last } of piecesAmong(filesIn(folder))) if (last <= oldest) rmSync(join(folder, name), { force: true });
}
