import { appendFileSync, chownSync, renameSync, statSync } from "node:fs";

export interface LogOptions {
  /** Bytes after which the file is put aside. Default 16 MiB. */
  readonly largest?: number;
  /** How many of those are kept, as `FILE.1` (the newest) … Default 3. */
  readonly kept?: number;
  /** To whom new files belong; default: this process's user. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * The region's log: one JSON line an entry, each with `time`. Requests are `LogEntry` of server/log.ts; the other lines tell what the
 * keepers and the control socket could not do. Never throws: the region goes on when its log cannot be written (a full disk).
 */
export function fileLog(file: string, { largest = 16 << 20, kept = 3, owner }: LogOptions = {}): (entry: object) => void {
  let size = sizeOf(file);
  return (entry) => {
    try {
      const line = `${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`;
      if (size > 0 && size + line.length > largest) {
        putAside(file, kept);
        size = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      if (size === 0 && owner !== undefined) chownSync(file, owner.uid, owner.gid);
      size += Buffer.byteLength(line);
    } catch {
      // nowhere to say it
    }
  };
}

function putAside(file: string, kept: number): void {
  for (let number = kept - 1; number >= 1; number -= 1)
    if (sizeOf(`${file}.${number}`) > 0) renameSync(`${file}.${number}`, `${file}.${number + 1}`);
  renameSync(file, `${file}.1`);
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
