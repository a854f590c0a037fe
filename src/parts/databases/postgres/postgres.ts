import { createHash } from "node:crypto";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { imageUserOf, startEngine, type ImageUser } from "../../engine/program.js";
import { consoleTail, firstProcess, observeContainer, watchContainer } from "../../host/container.js";
import { diskSpace, ensureDisk, growDisk, imageOf } from "../disk.js";
import { ServerEnded } from "../ended.js";
import { endServer, expectRunning, removeServer } from "../ending.js";
import { filesIn, ownedFolder, readIfThere, writeOwned } from "../files.js";
import { logFiles, pruneLogFiles, readLogFile } from "../logs.js";
import { inside, serverPlace, type EngineOptions, type ServerPlace } from "../place.js";
import type {
  Backup,
  DatabaseEngine,
  LogFile,
  MasterUser,
  Origin,
  ServerHealth,
  ServerMetrics,
  ServerSpec,
  ServerState,
} from "../spec.js";
import { usageOf } from "../usage.js";
import { backupInto, pruneLog, rescueLog, shipLog } from "./backup.js";
import { binaries, certificateFiles, logFolder, pgHbaConf, postgresqlConf } from "./config.js";
import { accepts, copiesAnother, engineProgram, makeData, writePassword } from "./data.js";
import { healthOf, receivedUpTo } from "./health.js";
import { literal } from "./quoting.js";
import { databaseStatement, isThere, masterStatements, oneAtATime, replicationStatements } from "./roles.js";
import { passwordVerifier } from "./verifier.js";
import { withSession } from "./session.js";

/** PostgreSQL servers, one container each. */
export class Postgres implements DatabaseEngine {
  constructor(private readonly options: EngineOptions) {}

  async make(spec: ServerSpec, origin: Origin): Promise<void> {
    const place = this.place(spec.id);
    await ensureDisk(place.folder, spec.storageGiB);
    if (existsSync(place.data)) return;
    for (const folder of [place.disk, place.log, place.outbox, join(place.outbox, logFolder)]) ownedFolder(folder, this.user());
    await makeData(this.options, spec, place, origin);
  }

  start(spec: ServerSpec): Promise<void> {
    return this.run(spec, true);
  }

  tell(spec: ServerSpec): Promise<void> {
    return this.run(spec, false);
  }

  private async run(spec: ServerSpec, mayStart: boolean): Promise<void> {
    const place = this.place(spec.id);
    if (!mayStart) expectRunning(place, spec.id);
    await ensureDisk(place.folder, spec.storageGiB);
    let isStopped = false;
    await growDisk(place.folder, spec.storageGiB, async () => {
      isStopped = true;
      await this.stop(spec.id);
    });
    if (!mayStart && !isStopped) expectRunning(place, spec.id);
    const runs = observeContainer(place).state === "running";
    this.writeFiles(spec, place);
    if (!runs) await this.startServer(spec, place);
    while (!accepts(place)) {
      if (observeContainer(place).state === "stopped")
        throw new ServerEnded(`PostgreSQL of ${spec.id} ended while starting: ${lastWords(place)}`);
      await pause(5);
    }
    const isReader = await withSession(place, spec.port, async (query) => {
      const [own] = await query<{ reader: boolean; loaded: number }>(
        "SELECT pg_is_in_recovery() AS reader, (extract(epoch FROM pg_conf_load_time()) * 1000)::float8 AS loaded",
      );
      // Asked of the server: who wrote the files may have died before it told.
      if ((own?.loaded ?? 0) < settingsWrittenAt(place)) await query("SELECT pg_reload_conf()");
      return own?.reader === true;
    });
    if (spec.replication.role !== "writer") return;
    if (isReader) await withSession(place, spec.port, (query) => query("SELECT pg_promote(true, 30)"), 35_000);
    await this.tellReplicationPassword(spec, place);
  }

  async pending(spec: ServerSpec): Promise<boolean> {
    const place = this.place(spec.id);
    this.writeFiles(spec, place);
    return withSession(place, spec.port, async (query) => {
      await query("SELECT pg_reload_conf()");
      const [answer] = await query<{ waits: boolean }>(
        "SELECT EXISTS (SELECT FROM pg_file_settings WHERE NOT applied AND error IS NOT NULL) AS waits",
      );
      return answer?.waits === true;
    });
  }

  setMaster(spec: ServerSpec, user: MasterUser): Promise<void> {
    const { username, databaseName = "postgres" } = user;
    return withSession(this.place(spec.id), spec.port, async (query) => {
      await query(oneAtATime);
      const isNew = (await query(isThere(username))).length === 0;
      // Before the user: a death in between has both done again, and a user who is there may have dropped it.
      if (isNew && (await query(`SELECT FROM pg_database WHERE datname = ${literal(databaseName)}`)).length === 0)
        await query(databaseStatement(databaseName));
      const owned = isNew ? [...new Set(["postgres", databaseName])] : [];
      for (const statement of masterStatements(username, passwordVerifier(user.password), owned)) await query(statement);
    }).catch((error: unknown) => {
      // Not the statement itself, which holds the password.
      throw new Error(
        `PostgreSQL of ${spec.id} did not take its master user: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  }

  async mostAdvanced(specs: readonly ServerSpec[]): Promise<readonly string[]> {
    const positions = await Promise.all(
      specs.map(async (spec) => ({ id: spec.id, at: await withSession(this.place(spec.id), spec.port, receivedUpTo) })),
    );
    const most = positions.reduce((top, { at }) => (at > top ? at : top), 0n);
    return positions.filter(({ at }) => at === most).map(({ id }) => id);
  }

  stop(id: string, seconds = 20): Promise<void> {
    return endServer(this.place(id), "SIGINT", seconds);
  }

  remove(id: string): Promise<void> {
    return removeServer(this.place(id));
  }

  observe(id: string): ServerState {
    const place = this.place(id);
    // On a host that was started anew its disk is to be mounted first, which `make` does.
    if (!existsSync(place.data)) return "absent";
    if (observeContainer(place).state === "stopped") return "stopped";
    // Of one that was killed the others are there for a moment longer than the first.
    return accepts(place) && firstProcess(place) !== undefined ? "ready" : "starting";
  }

  storage(id: string): { readonly free: number; readonly total: number } {
    return diskSpace(this.place(id).folder);
  }

  watch(id: string, onEnd: () => void): () => void {
    return watchContainer(this.place(id), onEnd);
  }

  health(spec: ServerSpec): Promise<ServerHealth> {
    return withSession(this.place(spec.id), spec.port, healthOf);
  }

  backup(spec: ServerSpec, folder: string): Promise<Backup> {
    return backupInto(spec, this.place(spec.id), folder, this.user());
  }

  async ship(spec: ServerSpec, folder: string): Promise<{ readonly until: number } | undefined> {
    const place = this.place(spec.id);
    return observeContainer(place).state === "running" ? shipLog(spec, place, folder) : undefined;
  }

  /** What an heir has instead is on a timeline of its own. */
  async rescue(spec: ServerSpec, folder: string): Promise<void> {
    const place = this.place(spec.id);
    if (existsSync(imageOf(place.folder))) await ensureDisk(place.folder, spec.storageGiB);
    await rescueLog(place, folder);
  }

  prune(folder: string, backups: readonly string[]): Promise<void> {
    return Promise.resolve(pruneLog(folder, backups));
  }

  async metrics(spec: ServerSpec): Promise<ServerMetrics> {
    const place = this.place(spec.id);
    const connections = await withSession(place, spec.port, async (query) => {
      const [answer] = await query<{ connections: number }>(
        "SELECT count(*)::int AS connections FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
      );
      return answer?.connections ?? 0;
    });
    return { connections, ...usageOf(place, spec.memoryMiB) };
  }

  logs(id: string): readonly LogFile[] {
    return logFiles(this.place(id).log);
  }

  readLog(id: string, name: string, from: number, bytes: number): Buffer | undefined {
    return readLogFile(this.place(id).log, name, from, bytes);
  }

  pruneLogs(id: string, before: number): void {
    pruneLogFiles(this.place(id).log, before);
  }

  /** Its settings, as the spec now says; what is as it was is not written again. */
  private writeFiles(spec: ServerSpec, place: ServerPlace): void {
    const isReader = spec.replication.role === "reader";
    if (isReader && !copiesAnother(place))
      throw new Error(`${spec.id} has taken writes of its own: it cannot copy another server before it is made anew`);
    if (isReader) writePassword(this.options, spec, place);
    const files = {
      [join(place.data, "postgresql.conf")]: postgresqlConf(spec),
      [join(place.data, "pg_hba.conf")]: pgHbaConf(spec),
      [onHost(certificateFiles.key, place)]: spec.certificate.key,
      [onHost(certificateFiles.certificate, place)]: spec.certificate.certificate,
    };
    const changed = Object.entries(files).filter(([file, text]) => readIfThere(file) !== text);
    for (const [file, text] of changed) writeOwned(file, text, this.user());
  }

  private async startServer(spec: ServerSpec, place: ServerPlace): Promise<void> {
    // What a killed server left behind would read as ready.
    rmSync(join(place.data, "postmaster.pid"), { force: true });
    const argv = [`${binaries}/postgres`, "-D", inside.data] as const;
    await startEngine(place, engineProgram(this.options, spec, place, argv));
  }

  private async tellReplicationPassword(spec: ServerSpec, place: ServerPlace): Promise<void> {
    const told = join(place.folder, "told");
    const digest = createHash("sha256").update(spec.replicationPassword).digest("hex");
    if (readIfThere(told) === digest) return;
    await withSession(place, spec.port, async (query) => {
      for (const statement of replicationStatements(passwordVerifier(spec.replicationPassword))) await query(statement);
    });
    writeFileSync(told, digest, { mode: 0o600 });
  }

  private user(): ImageUser {
    return imageUserOf(this.options.root, "postgres");
  }

  private place(id: string): ServerPlace {
    return serverPlace(this.options, id);
  }
}

/** In milliseconds since the epoch. */
const settingsWrittenAt = (place: ServerPlace): number =>
  Math.max(
    ...[join(place.data, "postgresql.conf"), join(place.data, "pg_hba.conf"), onHost(certificateFiles.certificate, place)].map(
      (file) => statSync(file).mtimeMs,
    ),
  );

/** A file that the server knows by its place inside the container. */
const onHost = (file: string, place: ServerPlace): string => join(place.disk, file.slice(inside.disk.length + 1));

/** Why it ended: the end of what it logged. */
function lastWords(place: ServerPlace): string {
  const folder = join(place.log, "error");
  const last = filesIn(folder).at(-1);
  const logged = last === undefined ? "" : (readIfThere(join(folder, last)) ?? "");
  return `${consoleTail(place, 500)}${logged.slice(-1500)}`.trim();
}
