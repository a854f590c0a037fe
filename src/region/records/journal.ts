import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { UserFault } from "../../faults.js";

/**
 * The journal: one line is one atomic commit, `{seq, version, requestId, puts, deletes}`. A commit is written at once
 * (into the page cache, so a full disk is known before anything is answered) and acknowledged after an fdatasync that it
 * may share with others. A line cut short by a crash is the end of the journal and is dropped on opening.
 */
export interface JournalLine {
  readonly seq: number;
  readonly version: number;
  readonly requestId: string;
  readonly puts: readonly StoredPut[];
  readonly deletes: readonly StoredKey[];
}

export interface StoredKey {
  readonly account: string;
  readonly region: string;
  readonly type: string;
  readonly id: string;
}

export interface StoredPut extends StoredKey {
  readonly value: object;
}

/** The version of the records' shapes that this program writes. Older ones are migrated forward, newer ones refused. */
export const recordsVersion = 1;

export class Journal {
  private readonly fd: number;
  private size: number;
  private syncing: Promise<void> | undefined;
  private waiting: Promise<void> | undefined;

  private constructor(
    readonly file: string,
    fd: number,
    size: number,
  ) {
    this.fd = fd;
    this.size = size;
  }

  /** Open or create the journal and hand every whole line to `replay`. Throws `UserFault` when it can't be trusted. */
  static open(file: string, replay: (line: JournalLine) => void): Journal {
    const fd = openSync(file, "a+", 0o600);
    const bytes = readFileSync(file);
    let good = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, good)) {
      const text = bytes.toString("utf8", good, end);
      replay(readLine(file, text, good));
      good = end + 1;
    }
    if (good < fstatSync(fd).size) ftruncateSync(fd, good);
    return new Journal(file, fd, good);
  }

  /** Append one commit. On failure (a full disk) the file is as it was and the error is thrown. */
  append(line: JournalLine): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(this.fd, bytes, written);
    } catch (error) {
      ftruncateSync(this.fd, this.size);
      throw error;
    }
    this.size += bytes.length;
  }

  /** Resolves when everything appended so far is on the disk. Calls made during a sync share the next one. */
  durable(): Promise<void> {
    if (this.syncing === undefined) return (this.syncing = this.sync().finally(() => (this.syncing = undefined)));
    this.waiting ??= this.syncing
      .catch(() => undefined)
      .then(() => {
        this.waiting = undefined;
        return this.durable();
      });
    return this.waiting;
  }

  close(): void {
    closeSync(this.fd);
  }

  private sync(): Promise<void> {
    return new Promise((resolve, reject) => fdatasync(this.fd, (error) => (error ? reject(error) : resolve())));
  }
}

function readLine(file: string, text: string, offset: number): JournalLine {
  let line: JournalLine;
  try {
    line = JSON.parse(text) as JournalLine;
  } catch (cause) {
    throw new UserFault("JournalDamaged", {
      at: `${file}, byte ${offset}`,
      message: "The region's journal holds a line that is not JSON, so its records can't be trusted.",
      fix: "Restore the file from a copy, or discard the region with `sandtable region stop --purge`.",
      cause,
    });
  }
  if (line.version > recordsVersion)
    throw new UserFault("JournalTooNew", {
      at: file,
      message: `The records were written by a newer Sandtable (version ${line.version}; this one knows ${recordsVersion}).`,
      fix: "Use the newer Sandtable, or discard the region with `sandtable region stop --purge`.",
    });
  return line;
}
