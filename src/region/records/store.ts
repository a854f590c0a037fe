import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ServiceFault } from "../operations/fault.js";
import { Journal, recordsVersion, type JournalLine, type StoredKey } from "./journal.js";
import type { Change, Commit, RecordType, Records } from "./records.js";

/** IAM, STS and our own pools are global: kept here whatever region asks. */
const globalRegion = "us-east-1";

/** One account in one region. */
export interface ScopeKey {
  readonly accountId: string;
  readonly regionName: string;
}

/** All records of a region's process, in memory and in the journal. */
export class Store {
  private readonly tables = new Map<string, Map<string, object>>();
  private readonly listeners = new Set<() => void>();
  private readonly seen = new Map<string, ScopeKey>();
  private journal!: Journal;
  private seq = 0;

  /** Opens `<folder>/journal.jsonl`, creating it when absent. */
  static open(folder: string): Store {
    mkdirSync(folder, { recursive: true });
    const store = new Store();
    store.journal = Journal.open(join(folder, "journal.jsonl"), (line) => store.replay(line));
    return store;
  }

  /** The records of one account and region. */
  records(key: ScopeKey): Records {
    return {
      get: <T extends object>(type: RecordType<T>, id: string) => this.tables.get(tableKey(key, type))?.get(id) as T | undefined,
      list: <T extends object>(type: RecordType<T>) => [...(this.tables.get(tableKey(key, type))?.values() ?? [])] as T[],
    };
  }

  /** Every account and region that has records. */
  scopes(): readonly ScopeKey[] {
    return [...this.seen.values()];
  }

  /** One atomic commit; throws `ServiceFault` (507) when the disk is full, leaving everything as it was. */
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
      version: recordsVersion,
      requestId,
      puts: changes.flatMap((change) => (change.do === "put" ? [{ ...stored(change), value: change.value }] : [])),
      deletes: changes.flatMap((change) => (change.do === "delete" ? [stored(change)] : [])),
    };
    try {
      this.journal.append(line);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
      const fault = new ServiceFault(
        "InsufficientStorage",
        code === "ENOSPC"
          ? `The disk that holds ${this.journal.file} is full, so nothing was changed. Free some space and try again.`
          : `The records could not be written to ${this.journal.file} (${code}), so nothing was changed.`,
        507,
      );
      fault.cause = cause;
      throw fault;
    }
    this.replay(line);
    for (const listener of [...this.listeners]) listener();
  }

  /** Resolves when every commit so far is on the disk. */
  durable(): Promise<void> {
    return this.journal.durable();
  }

  /** Be told after every commit; returns the way to stop that. */
  onCommit(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.journal.close();
  }

  private replay(line: JournalLine): void {
    // Deletes first, so that a commit may replace a record and put it at the end of the list.
    for (const gone of line.deletes) this.tables.get(storedTable(gone))?.delete(gone.id);
    for (const kept of line.puts) {
      const name = storedTable(kept);
      let table = this.tables.get(name);
      if (table === undefined) this.tables.set(name, (table = new Map()));
      table.set(kept.id, kept.value);
      const scope = `${kept.account}/${kept.region}`;
      if (!this.seen.has(scope)) this.seen.set(scope, { accountId: kept.account, regionName: kept.region });
    }
    this.seq = line.seq;
  }
}

const tableKey = (key: ScopeKey, type: RecordType<object>): string =>
  `${key.accountId}/${type.global ? globalRegion : key.regionName}/${type.name}`;

const storedTable = (key: StoredKey): string => `${key.account}/${key.region}/${key.type}`;
