/** One database server in the namespace of its network interface: a process tree, a disk of its size, a log. */
export interface ServerSpec {
  /** Its own, e.g. `db-ABC` or `db-ABC-2`: names its folder, container and cgroup, and it to the server it copies. Never used again. */
  readonly id: string;
  readonly namespace: string;
  readonly port: number;
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** Size of its disk, which can grow but not shrink. */
  readonly storageGiB: number;
  /** The engine's own settings, as text in the engine's units, on top of what an instance class gives. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Connections without TLS are refused. */
  readonly requiresTls: boolean;
  /** PEM. */
  readonly certificate: { readonly key: string; readonly certificate: string };
  readonly replication: Replication;
  /** Of the engine's replication user, the same on every server of one database. */
  readonly replicationPassword: string;
  /** Keep the log for restoring to a point in time, to be fetched by `ship`. */
  readonly keepsLog: boolean;
}

export type Replication = Writer | Reader;

export interface Writer {
  readonly role: "writer";
  /** No commit is acknowledged before one of these (ids of servers that copy it) has it on disk too; none: at once. */
  readonly acknowledges: readonly string[];
}

/** It copies the server at this address, and answers reads. */
export interface Reader {
  readonly role: "reader";
  readonly from: Source;
}

/** A running writer of the same engine, by its id and as it is reached over the server's own network. */
export interface Source {
  readonly id: string;
  readonly address: string;
  readonly port: number;
}

/** What a server's disk is made from, once. */
export type Origin = { readonly kind: "new" } | ServerOrigin | BackupOrigin;

/** A copy of a running writer. */
export interface ServerOrigin extends Source {
  readonly kind: "server";
  /**
   * The writer began new and still has all of its log, or is only about to begin: the copy may begin as it did and read the log, for
   * which nobody need wait.
   */
  readonly fromItsBeginning?: true;
}

/** A backup, as `backup` made it; with the log up to a moment in milliseconds since the epoch, or to the log's end. */
export interface BackupOrigin {
  readonly kind: "backup";
  readonly folder: string;
  readonly log?: { readonly folder: string; readonly until?: number };
}

/** The master user and the first database, as RDS makes them. */
export interface MasterUser {
  readonly username: string;
  readonly password: string;
  readonly databaseName?: string;
}

/** What the kernel and the server's own files say. */
export type ServerState = "absent" | "stopped" | "starting" | "ready";

/** What a running server says of itself. */
export interface ServerHealth {
  readonly role: "writer" | "reader";
  /** Writer: the servers that copy it now, by id. */
  readonly copies: readonly Copy[];
  /** Reader: connected to the server it copies, and how many seconds it is behind (0 when it has applied all it was sent). */
  readonly receives: boolean;
  readonly behind: number;
}

export interface Copy {
  readonly id: string;
  /** It has all that was committed, and a commit waits for it from now on (or for another that does so). */
  readonly acknowledges: boolean;
  /** Bytes of the log that it does not have on disk yet. */
  readonly missing: number;
}

/** A copy of a server's data holds all that was committed before `from` and nothing later than `to`, in milliseconds since the epoch. */
export interface Backup {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

export interface ServerMetrics {
  readonly connections: number;
  /** Bytes of the disk. */
  readonly storageFree: number;
  readonly storageTotal: number;
  /** Bytes of the class's memory that are not in use. */
  readonly memoryFree: number;
  /** Processor time used since it started, in seconds. */
  readonly cpuSeconds: number;
  /** Since it started. */
  readonly readOperations: number;
  readonly writeOperations: number;
  readonly readBytes: number;
  readonly writeBytes: number;
}

export interface LogFile {
  /** e.g. `error/postgresql.log.2026-11-21-10`. */
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

/**
 * The servers of one engine. Every verb may be repeated, and after a death at any instant; the servers outlive us and are found again by
 * their names.
 */
export interface DatabaseEngine {
  /** Make the server's disk and its data. Made already succeeds. */
  make(spec: ServerSpec, origin: Origin): Promise<void>;
  /**
   * Start it with its settings; resolves when it answers. One that runs is told what settings it can take while it runs (see
   * `pending`). A disk that was to grow has grown. A reader that is to be a writer becomes one; the other way round is refused: make it
   * anew.
   */
  start(spec: ServerSpec): Promise<void>;
  /**
   * As `start`, of one that runs. One that has ended stays so: another may be about to take its place.
   * @throws ServerEnded
   */
  tell(spec: ServerSpec): Promise<void>;
  /** Of a running server: does what it runs with differ from the spec in something that wants a restart? */
  pending(spec: ServerSpec): Promise<boolean>;
  /** Make the master user and the first database, or give the user another password. */
  setMaster(spec: ServerSpec, user: MasterUser): Promise<void>;
  /** Of readers that run, the ids of those that have received most: one, or several that have the same. */
  mostAdvanced(specs: readonly ServerSpec[]): Promise<readonly string[]>;
  /** As RDS does, ending sessions; after `seconds` it is killed. Stopped already succeeds. */
  stop(id: string, seconds?: number): Promise<void>;
  /** End it at once and delete its data. Gone already succeeds. */
  remove(id: string): Promise<void>;
  observe(id: string): ServerState;
  /** Of its disk, in bytes. */
  storage(id: string): { readonly free: number; readonly total: number };
  /** Call once when it has ended, at once when it does not run. Gives the way to stop watching. */
  watch(id: string, onEnd: () => void): () => void;
  /** @throws NoAnswer when it says nothing for five seconds */
  health(spec: ServerSpec): Promise<ServerHealth>;
  /** Copy its data into `folder`, which is whole once it is there. */
  backup(spec: ServerSpec, folder: string): Promise<Backup>;
  /**
   * Move what there is of its log into `folder`, up to now. Gives the moment up to which the data can be restored from it, in milliseconds
   * since the epoch; nothing where the server is no writer (it keeps the log of the one it copies, for it may become one) or does not
   * run (see `rescue`).
   */
  ship(spec: ServerSpec, folder: string): Promise<{ readonly until: number } | undefined>;
  /**
   * Of a server that does not run and is not to run again, copy into `folder` what it has not shipped of its log. Where another has its
   * place, which is `heir`: nothing that this one does not have, for that was never acknowledged and contradicts what came instead.
   */
  rescue(spec: ServerSpec, folder: string, heir?: string): Promise<void>;
  /** Delete what of the log in `folder` is older than the oldest of these backups needs. */
  prune(folder: string, backups: readonly string[]): Promise<void>;
  metrics(spec: ServerSpec): Promise<ServerMetrics>;
  logs(id: string): readonly LogFile[];
  /** At most `bytes` of a log file from this byte on; undefined when there is none of the name. */
  readLog(id: string, name: string, from: number, bytes: number): Buffer | undefined;
  /** Delete log files that were last written before this moment, in milliseconds since the epoch; the newest stays. */
  pruneLogs(id: string, before: number): void;
}
