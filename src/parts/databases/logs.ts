import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { LogFile } from "./spec.js";

/** The log files below a server's folder for them, the oldest first. */
export function logFiles(folder: string): readonly LogFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(file);
      return { name: relative(folder, file), bytes: size, writtenAt: Math.round(mtimeMs) };
    })
    .sort((one, other) => one.writtenAt - other.writtenAt || one.name.localeCompare(other.name));
}

/** At most `bytes` of a log file from `from` on; undefined when there is none of the name. */
export function readLogFile(folder: string, name: string, from: number, bytes: number): Buffer | undefined {
  // Only what is listed: a name is the client's, and could lead elsewhere.
  if (!logFiles(folder).some((file) => file.name === name)) return undefined;
  const file = openSync(join(folder, name), "r");
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(file, buffer, 0, bytes, from));
  } finally {
    closeSync(file);
  }
}

/** Delete the log files that were last written before this moment (milliseconds since the epoch). The newest stays: it may be open. */
export function pruneLogFiles(folder: string, before: number): void {
  for (const { name, writtenAt } of logFiles(folder).slice(0, -1))
    if (writtenAt < before) rmSync(join(folder, name), { force: true });
}
