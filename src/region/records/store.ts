import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ServiceFault } from "../operations/fault.js";
import type { JournalLine, StoredKey, StoredPut } from "./format.js";
import { Journal } from "./journal.js";
import type { Change, Commit, RecordType, Records } from "./records.js";

/** IAM, STS and our own pools are global: kept here whatever region asks. */
const globalRegion = "us-east-1";

/** One account in one region. */
export interface ScopeKey {
  readonly accountId: string;
  readonly regionName: string;
}

export interface StoreOptions {
  /** The journal is written anew when it is so many times larger than the records it began with. Default 4. */
  readonly growth?: number;
  /** Smaller journals are left as they are. Bytes; default 1 MiB. */
  readonly smallest?: number;
  /** Told when that failed; the journal goes on as it was, and it is tried again when it has grown further. */
  readonly onCompactionFailed?: (error: unknown) => void;
}

/** The records of one type in one account and region, in order of their first commit. */
interface Table extends Omit<StoredKey, "id"> {
  readonly rows: Map<string, object>;
}

/** All records of a region's process, in memory and in the journal. */
export class Store {
  private readonly tables = new Map<string, Table>();
  private readonly listeners = new Set<() => void>();
  private readonly seen = new Map<string, ScopeKey>();
  private journal!: Journal;
  private seq = 0;
  private compacting: Promise<void> | undefined;
  /** Compact when the journal has more bytes than this. */
  private limit = 0;

  private constructor(private readonly options: StoreOptions) {}

  /** Opens `<folder>/journal.jsonl`, creating it and its key when absent. @throws UserFault when the journal can't be trusted or read */
  static open(folder: string, options: StoreOptions = {}): Store {
    mkdirSync(folder, { recursive: true });
    const store = new Store(options);
    const { journal, isOldFormat } = Journal.open(join(folder, "journal.jsonl"), (line) => store.replay(line));
    store.journal = journal;
    store.setLimit();
    if (isOldFormat) void store.compact();
    else store.compactWhenLarge();
    return store;
  }

  /** The records of one account and region. */
  records(key: ScopeKey): Records {
    return {
      get: <T extends object>(type: RecordType<T>, id: string) =>
        this.tables.get(tableKey(key, type))?.rows.get(id) as T | undefined,
      list: <T extends object>(type: RecordType<T>) => [...(this.tables.get(tableKey(key, type))?.rows.values() ?? [])] as T[],
    };
  }

  /** Every account and region that has records. */
  scopes(): readonly ScopeKey[] {
    return [...this.seen.values()];
  }

  /** One atomic commit; throws `ServiceFault` when the disk is full, leaving everything as it was. */
  commit(key: ScopeKey, requestId: string, changes: Commit): void {
    if (changes.length === 0) return;
    const stored = (change: Change): StoredKey => ({
      account: key.accountId,
      region: change.type.global ? globalRegion : key.regionName,
      type: change.type.name,
      id: change.id,
    });
    const line: JournalLine = {
      seq: this.seq + 1,
      requestId,
      puts: changes.flatMap((change) => (change.do === "put" ? [{ ...stored(change), value: change.value }] : [])),
      deletes: changes.flatMap((change) => (change.do === "delete" ? [stored(change)] : [])),
    };
    try {
      this.journal.append(line);
    } catch (cause) {
      throw notWritten(this.journal.file, cause);
    }
    this.replay(line);
    this.compactWhenLarge();
    for (const listener of [...this.listeners]) listener();
  }

  /** Resolves when every commit so far is on the disk. */
  durable(): Promise<void> {
    return this.journal.durable();
  }

  /** Write the journal anew with nothing but the live records. Commits go on meanwhile; one at a time. Never rejects. */
  compact(): Promise<void> {
    this.compacting ??= this.journal
      .rewrite(this.seq, this.live())
      .then(
        () => this.setLimit(),
        (error: unknown) => {
          // Not at every commit from here on: the disk may be full.
          this.limit = this.journal.sizes.now * 2;
          this.options.onCompactionFailed?.(error);
        },
      )
      .finally(() => (this.compacting = undefined));
    return this.compacting;
  }

  /** Be told after every commit; returns the way to stop that. */
  onCommit(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.journal.close();
  }

  private compactWhenLarge(): void {
    if (this.compacting === undefined && this.journal.sizes.now > this.limit) void this.compact();
  }

  private setLimit(): void {
    const { growth = 4, smallest = 1 << 20 } = this.options;
    this.limit = Math.max(smallest, growth * this.journal.sizes.atFirst);
  }

  /** Every record of this moment: values are never changed in place. */
  private live(): readonly StoredPut[] {
    const puts: StoredPut[] = [];
    for (const { rows, ...key } of this.tables.values()) for (const [id, value] of rows) puts.push({ ...key, id, value });
    return puts;
  }

  private replay(line: JournalLine): void {
    // Deletes first, so that a commit may replace a record and put it at the end of the list.
    for (const gone of line.deletes) this.tables.get(storedTable(gone))?.rows.delete(gone.id);
    for (const { account, region, type, id, value } of line.puts) {
      const name = storedTable({ account, region, type });
      let table = this.tables.get(name);
      if (table === undefined) this.tables.set(name, (table = { account, region, type, rows: new Map() }));
      table.rows.set(id, value);
      const scope = `${account}/${region}`;
      if (!this.seen.has(scope)) this.seen.set(scope, { accountId: account, regionName: region });
    }
    this.seq = line.seq;
  }
}

function notWritten(file: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return cause;
  const fault = new ServiceFault(
    "InsufficientStorage",
    code === "ENOSPC" || code === "EDQUOT"
      ? `The disk that holds ${file} is full, so nothing was changed. Free some space and try again.`
      : `The records could not be written to ${file} (${code}), so nothing was changed.`,
    // Not a 5xx, which clients would repeat for a minute.
    400,
  );
  fault.cause = cause;
  return fault;
}

const tableKey = (key: ScopeKey, type: RecordType<object>): string =>
  `${key.accountId}/${type.global ? globalRegion : key.regionName}/${type.name}`;

const storedTable = (key: Omit<StoredKey, "id">): string => `${key.account}/${key.region}/${key.type}`;
