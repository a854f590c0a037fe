import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { UserFault } from "../../faults.js";
import { journalFormat, readJournal, writeHeader, writeLine, type JournalLine, type StoredPut } from "./format.js";
import { makeRootKey, readRootKey, rootKeyMissing, rootKeyWrong, type RootKey } from "./rootkey.js";
import { openLine, sealLine } from "./sealing.js";

/**
 * The journal: one line is one atomic commit. A commit is written at once (into the page cache, so a full disk is known before
 * anything is answered) and acknowledged after an fdatasync that it may share with others. `format.ts` has the text.
 *
 * What is secret is sealed with the root key on its way in, and opened on its way out (`sealing.ts`).
 *
 * It is written anew, with nothing but the live records, when it has grown: beside the old one, while commits go on into that, and
 * then takes its place by a rename. Until the rename the old file is the journal, after it the new one; both are whole.
 */
export class Journal {
  private place: { readonly fd: number };
  private size: number;
  private written: number;
  private syncing: Promise<void> | undefined;
  private waiting: Promise<void> | undefined;
  /** The folder does not durably have the file's name yet. */
  private isNewName = false;
  /** Lines appended since the rewriting began. */
  private since: string[] | undefined;
  private failure: UserFault | undefined;
  private isClosed = false;

  private constructor(
    readonly file: string,
    private readonly key: RootKey,
    place: { readonly fd: number },
    size: number,
    snapshotBytes: number,
  ) {
    this.place = place;
    this.size = size;
    this.written = snapshotBytes;
  }

  /** Open or create the journal and hand every whole line to `replay`. @throws UserFault when it can't be trusted */
  static open(file: string, replay: (line: JournalLine) => void): { journal: Journal; isOldFormat: boolean } {
    // What a kill in the middle of rewriting left; the journal itself is whole.
    rmSync(fresh(file), { force: true });
    const fd = openSync(file, "a+", 0o600);
    try {
      const bytes = readFileSync(file);
      const folder = dirname(file);
      const found = readRootKey(folder);
      const unfit = (): UserFault => (found === undefined ? rootKeyMissing(folder) : rootKeyWrong(folder));
      const { good, snapshotBytes, empty, format } = readJournal(
        file,
        bytes,
        (line) => replay(openLine(line, found, unfit)),
        (fingerprint) => {
          if (fingerprint !== found?.fingerprint) throw unfit();
        },
      );
      const key = found ?? makeRootKey(folder);
      if (good < bytes.length) ftruncateSync(fd, good);
      const journal = new Journal(file, key, { fd }, good, snapshotBytes);
      if (empty) journal.begin();
      return { journal, isOldFormat: format < journalFormat };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Append one commit. On failure (a full disk) the file is as it was and the error is thrown. */
  append(line: JournalLine): void {
    if (this.failure !== undefined) throw this.failure;
    const text = writeLine(sealLine(line, this.key));
    this.write(text);
    this.since?.push(text);
  }

  /** Bytes of the file now, and of the records it began with. */
  get sizes(): { readonly now: number; readonly atFirst: number } {
    return { now: this.size, atFirst: this.written };
  }

  /** Resolves when everything appended so far is on the disk. Calls made during a sync share the next one. */
  durable(): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (this.syncing === undefined) return (this.syncing = this.sync().finally(() => (this.syncing = undefined)));
    this.waiting ??= this.syncing
      .catch(() => undefined)
      .then(() => {
        this.waiting = undefined;
        return this.durable();
      });
    return this.waiting;
  }

  /**
   * Write the journal anew. `puts` are the live records as of commit `seq`, the last one appended. Appending goes on meanwhile.
   * On failure the old file stays the journal.
   */
  async rewrite(seq: number, puts: readonly StoredPut[]): Promise<void> {
    if (this.since !== undefined) throw new Error(`${this.file} is being written anew already`);
    const since: string[] = (this.since = []);
    const path = fresh(this.file);
    const handle = await open(path, "w", 0o600).catch((error: unknown) => {
      this.since = undefined;
      throw error;
    });
    let isJournal = false;
    try {
      let bytes = 0;
      const write = async (text: string): Promise<void> => {
        await handle.writeFile(text);
        bytes += Buffer.byteLength(text);
      };
      for (const text of snapshot(seq, puts, this.key)) await write(text);
      const snapshotBytes = bytes;
      // Most of what came meanwhile, and the disk's own time, before the step that nothing may come between.
      for (let round = 0; round < 3; round += 1) {
        if (since.length > 0) await write(since.splice(0).join(""));
        await handle.datasync();
      }
      if (this.isClosed) throw new Error(`${this.file} was closed while it was written anew`);
      const fd = openSync(path, "a");
      try {
        // Acknowledged already, perhaps: before the name changes it is as safe here as it is there.
        if (since.length > 0) {
          bytes += writeAll(fd, since.join(""));
          fdatasyncSync(fd);
        }
        renameSync(path, this.file);
      } catch (error) {
        closeSync(fd);
        throw error;
      }
      isJournal = true;
      this.take(fd, bytes, snapshotBytes);
    } finally {
      this.since = undefined;
      await handle.close();
      if (!isJournal) rmSync(path, { force: true });
    }
  }

  /** Gives up a rewriting under way, too. */
  close(): void {
    this.isClosed = true;
    closeSync(this.place.fd);
  }

  /** The new file is the journal from here on; who waits for the old one's sync waits for the new one's too. */
  private take(fd: number, size: number, snapshotBytes: number): void {
    const old = this.place;
    this.place = { fd };
    this.size = size;
    this.written = snapshotBytes;
    this.isNewName = true;
    const close = (): void => closeSync(old.fd);
    if (this.syncing === undefined) close();
    else this.syncing.then(close, close);
  }

  private begin(): void {
    const text = writeHeader({ seq: 0, records: 0, key: this.key.fingerprint });
    this.isNewName = true;
    this.write(text);
    this.written = this.size;
  }

  private write(text: string): void {
    try {
      this.size += writeAll(this.place.fd, text);
    } catch (error) {
      try {
        ftruncateSync(this.place.fd, this.size);
      } catch (cause) {
        this.failure = cannotWrite(this.file, cause);
      }
      throw error;
    }
  }

  private async sync(): Promise<void> {
    try {
      for (let place: { readonly fd: number } | undefined; place !== this.place;) {
        place = this.place;
        await called((done) => fdatasync(place!.fd, done));
        if (this.isNewName) await this.syncFolder();
      }
    } catch (cause) {
      // The kernel may have dropped what it could not write and says so only once: memory can't be trusted to be on the disk.
      this.failure = cannotWrite(this.file, cause);
      throw this.failure;
    }
  }

  private async syncFolder(): Promise<void> {
    this.isNewName = false;
    const fd = openSync(dirname(this.file), "r");
    await called((done) => fsync(fd, done)).finally(() => closeSync(fd));
  }
}

const fresh = (file: string): string => `${file}.new`;

/** The text of a journal that begins with these records, in pieces of some size, so that others get their turn in between. */
function* snapshot(seq: number, puts: readonly StoredPut[], key: RootKey): Iterable<string> {
  yield writeHeader({ seq, records: puts.length, key: key.fingerprint });
  const atOnce = 50;
  for (let first = 0; first < puts.length; first += atOnce)
    yield writeLine(sealLine({ seq, requestId: "compaction", puts: puts.slice(first, first + atOnce), deletes: [] }, key));
}

function writeAll(fd: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
  return bytes.length;
}

const called = (work: (done: (error: Error | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => work((error) => (error ? reject(error) : resolve())));

const cannotWrite = (file: string, cause: unknown): UserFault =>
  new UserFault("JournalNotDurable", {
    at: file,
    message: `${file} cannot be written to the disk (${cause instanceof Error ? cause.message : String(cause)}), so the region takes no further changes`,
    fix: "see to the disk, then start the region again (`sandtable region stop`, `sandtable region start`): it carries on from what the disk has",
    cause,
  });
