import type { ObjectFiles } from "../../parts/objects/objectfiles.js";
import type { DBServerLogs } from "../services/rds/logs.js";
import type { Commit, Records } from "../records/records.js";
import type { Upkeep } from "../upkeep/upkeep.js";

/** Who signed the request. */
export interface Caller {
  readonly accessKeyId: string;
  readonly accountId: string;
  /** e.g. `arn:aws:iam::000000000000:user/sandtable` or `arn:aws:sts::…:assumed-role/ROLE/SESSION`. */
  readonly arn: string;
  /** AWS's unique id, e.g. `AIDA…` or `AROA…:i-0123`. */
  readonly userId: string;
}

/** One account in one region: its records, and the way to change them. */
export interface Scope {
  readonly accountId: string;
  /** e.g. `eu-west-3`. */
  readonly regionName: string;
  /** The records of this account and region. Reads are synchronous. */
  readonly records: Records;
  /** Decide and commit in one synchronous step; appends to the journal. The server acknowledges after it is durable. */
  commit(...changes: Commit): void;
  /** Milliseconds since the epoch, from the one injected clock. */
  now(): number;
  /** The bytes of S3's objects; of all scopes of the process. */
  readonly objects: ObjectFiles;
  /** What database servers write for people; of all scopes of the process. */
  readonly serverLogs: DBServerLogs;
  /** Makes the machine match the records of this scope; see `upkeep/`. */
  readonly upkeep: Upkeep;
  /** Resolves when `done()` is true, looking again after every commit. Rejects when `signal` aborts. */
  until(done: () => boolean, signal?: AbortSignal): Promise<void>;
}

/** What every handler is given: who asks, where, when, and the records it may read and change. */
export interface Call extends Scope {
  readonly requestId: string;
  readonly caller: Caller;
  /**
   * Hold a Describe of one named thing while `inTransition()` is true: at most 20 s, released when the client leaves,
   * not at all for our own clients or with `--hold 0`.
   */
  holdWhile(inTransition: () => boolean): Promise<void>;
}
