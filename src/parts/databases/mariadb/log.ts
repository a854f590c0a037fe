import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, truncateSync } from "node:fs";
import { basename, join } from "node:path";
import { filesIn } from "../files.js";
import type { ServerPlace } from "../place.js";
import { backupGtid } from "./backup.js";
import { logsOn, sequenceAtStartOf } from "./binlog.js";
import { logSeconds } from "./config.js";
import { sequenceOf } from "./gtid.js";
import { mark } from "./marks.js";
import { pieceName, piecesAmong } from "./pieces.js";
import { slaveStatus } from "./replication.js";
import { withSession } from "./session.js";
import { wholeTransactions } from "./transactions.js";

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
      await mark(query, "shipping");
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

/** The file's first `bytes`, or all of it. */
function copyWhole(from: string, to: string, bytes?: number): void {
  if (existsSync(to)) return;
  const making = `${to}.making`;
  copyFileSync(from, making);
  if (bytes !== undefined) truncateSync(making, bytes);
  renameSync(making, to);
}

/**
 * Of a server that ended, what it did not ship. The log of an heir begins where it was made as a copy, and goes on from there: all before
 * is common to both, and what this one has beyond may be what its commits were still waiting for.
 */
export async function rescueLog(id: string, place: ServerPlace, folder: string, heir?: ServerPlace): Promise<void> {
  const limit = heir === undefined ? Infinity : beginningOf(heir);
  const logs = logsOn(place);
  const starts = logs.map((log, index) => (index === logs.length - 1 ? lastStart(log) : sequenceAtStartOf(log)));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [index, log] of logs.entries()) {
    const [first, next] = starts.slice(index, index + 2);
    if (first === undefined || first >= limit) return;
    const isWhole = next !== undefined && next <= limit;
    const { last, bytes } = isWhole ? { last: next, bytes: undefined } : await wholeTransactions(log, limit);
    if (last > first) copyWhole(log, join(folder, pieceName(first, last, id)), bytes);
  }
}

function beginningOf(heir: ServerPlace): number {
  const [oldest] = logsOn(heir);
  if (oldest === undefined) throw new Error(`${basename(heir.folder)} has no log: what is common with it is not known`);
  return sequenceAtStartOf(oldest);
}

/** The server may have ended before it had written down how far it was: then there is nothing in the file. */
function lastStart(log: string): number | undefined {
  try {
    return sequenceAtStartOf(log);
  } catch {
    return undefined;
  }
}

/** Pieces that no backup needs any more. */
export function pruneLog(folder: string, backups: readonly string[]): void {
  const oldest = Math.min(...backups.map((backup) => sequenceOf(backupGtid(backup))));
  for (const { name, last } of piecesAmong(filesIn(folder))) if (last <= oldest) rmSync(join(folder, name), { force: true });
}
