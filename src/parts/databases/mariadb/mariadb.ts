import { createHash } from "node:crypto";
import { existsSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startEngine } from "../../engine/program.js";
import { consoleTail, firstProcess, observeContainer, watchContainer } from "../../host/container.js";
import { diskSpace, ensureDisk, growDisk, imageOf } from "../disk.js";
import { ServerEnded } from "../ended.js";
import { endServer, expectRunning, removeServer } from "../ending.js";
import { readIfThere } from "../files.js";
import { logFiles, readLogFile } from "../logs.js";
import { serverPlace, type EngineOptions, type ServerPlace } from "../place.js";
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
import { backupInto } from "./backup.js";
import { copiesNow, tellToAcknowledge } from "./acknowledge.js";
import { errorLog, files, serverNumber, settingsOf, type Settings } from "./config.js";
import { copiesAnother, makeData } from "./data.js";
import { healthOf, reportOf, type CopyReport } from "./health.js";
import { pruneLog, rescueLog, shipLog } from "./log.js";
import { mark } from "./marks.js";
import { engineProgram, engineUser } from "./program.js";
import { applyReceivedBefore } from "./relay.js";
import { receivedUpTo, statusOf, takeRole } from "./replication.js";
import { withSession, type Query } from "./session.js";
import { isPending, tellSettings, writeForStart } from "./settings.js";
import { isStuck, vouch } from "./stuck.js";
import { databaseStatement, isThere, masterStatements, replicationStatements } from "./users.js";

/** MariaDB servers, one container each. They stand for RDS's engines mariadb and mysql, and for Aurora MySQL. */
export class MariaDb implements DatabaseEngine {
  constructor(private readonly options: EngineOptions) {}

  async make(spec: ServerSpec, origin: Origin): Promise<void> {
    const place = this.place(spec.id);
    await ensureDisk(place.folder, spec.storageGiB);
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
    const settings = this.settings(spec);
    await ensureDisk(place.folder, spec.storageGiB);
    let isStopped = false;
    await growDisk(place.folder, spec.storageGiB, async () => {
      isStopped = true;
      await this.stop(spec.id);
    });
    if (!mayStart && !isStopped) expectRunning(place, spec.id);
    const runs = observeContainer(place).state === "running";
    if (!runs) {
      writeForStart(spec, settings, place, engineUser(this.options));
      await this.startServer(spec, place);
    }
    await untilAnswers(spec, place);
    await withSession(
      place,
      async (query) => {
        if (runs) await tellSettings(spec, settings, place, engineUser(this.options), query);
        await tellReplicationPassword(spec, place, query);
        if (copiesAnother(place)) await applyReceivedBefore(place, engineUser(this.options), query);
        await takeRole(spec, query);
        await this.tellCopies(spec, query);
        if (await isStuck(query)) await this.release(spec, place);
      },
      60_000,
    );
    writeFileSync(place.ready, String(firstProcess(place)), { mode: 0o600 });
  }

  pending(spec: ServerSpec): Promise<boolean> {
    const place = this.place(spec.id);
    return withSession(place, (query) => isPending(this.settings(spec), place, query));
  }

  setMaster(spec: ServerSpec, user: MasterUser): Promise<void> {
    return withSession(
      this.place(spec.id),
      async (query) => {
        // Before the user: a death in between has both done again, and a user who is there may have dropped it.
        if (user.databaseName !== undefined && (await query(isThere(user.username))).length === 0)
          await query(databaseStatement(user.databaseName));
        for (const statement of masterStatements(user)) await query(statement);
      },
      30_000,
    );
  }

  async mostAdvanced(specs: readonly ServerSpec[]): Promise<readonly string[]> {
    const reached = await Promise.all(
      specs.map(async ({ id }) => [id, await withSession(this.place(id), receivedUpTo).catch(() => -1)] as const),
    );
    const most = Math.max(...reached.map(([, sequence]) => sequence));
    return reached.filter(([, sequence]) => sequence === most && sequence >= 0).map(([id]) => id);
  }

  stop(id: string, seconds = 20): Promise<void> {
    return endServer(this.place(id), "SIGTERM", seconds);
  }

  remove(id: string): Promise<void> {
    return removeServer(this.place(id));
  }

  observe(id: string): ServerState {
    const place = this.place(id);
    // On a host that was started anew its disk is to be mounted first, which `make` does.
    if (!existsSync(place.data)) return "absent";
    if (observeContainer(place).state === "stopped") return "stopped";
    const pid = firstProcess(place);
    return pid !== undefined && readIfThere(place.ready) === String(pid) ? "ready" : "starting";
  }

  storage(id: string): { readonly free: number; readonly total: number } {
    return diskSpace(this.place(id).folder);
  }

  watch(id: string, onEnd: () => void): () => void {
    return watchContainer(this.place(id), onEnd);
  }

  health(spec: ServerSpec): Promise<ServerHealth> {
    const place = this.place(spec.id);
    return withSession(place, (query) => healthOf(spec, place, query, (id) => this.askCopy(id)));
  }

  async backup(spec: ServerSpec, folder: string): Promise<Backup> {
    const place = this.place(spec.id);
    // It holds up commits until those that wait for a copy have ended: they are to get there before it.
    if (acknowledgesOf(spec).length > 0) await withSession(place, (query) => mark(query, "backup"), 30_000);
    return backupInto(place, folder, engineUser(this.options));
  }

  async ship(spec: ServerSpec, folder: string): Promise<{ readonly until: number } | undefined> {
    const place = this.place(spec.id);
    return observeContainer(place).state === "running" ? shipLog(spec.id, place, folder) : undefined;
  }

  async rescue(spec: ServerSpec, folder: string, heir?: string): Promise<void> {
    const [place, next] = [this.place(spec.id), heir === undefined ? undefined : this.place(heir)];
    for (const { folder: own } of next === undefined ? [place] : [place, next])
      if (existsSync(imageOf(own))) await ensureDisk(own, spec.storageGiB);
    if (existsSync(place.data)) await rescueLog(spec.id, place, folder, next);
  }

  prune(folder: string, backups: readonly string[]): Promise<void> {
    return Promise.resolve(pruneLog(folder, backups));
  }

  async metrics(spec: ServerSpec): Promise<ServerMetrics> {
    const place = this.place(spec.id);
    // This session is one of them.
    const connections = await withSession(place, async (query) => Number(await statusOf(query, "Threads_connected")) - 1);
    return { connections, ...usageOf(place, spec.memoryMiB) };
  }

  logs(id: string): readonly LogFile[] {
    return logFiles(this.place(id).log);
  }

  readLog(id: string, name: string, from: number, bytes: number): Buffer | undefined {
    return readLogFile(this.place(id).log, name, from, bytes);
  }

  pruneLogs(id: string, before: number): void {
    const { log } = this.place(id);
    // The server keeps each of them open and writes at its end: one that was taken away would swallow what comes.
    for (const { name, bytes, writtenAt } of logFiles(log)) if (writtenAt < before && bytes > 0) truncateSync(join(log, name));
  }

  private async startServer(spec: ServerSpec, place: ServerPlace): Promise<void> {
    // Until its role is settled, one that copied another takes no writes.
    const isReader = spec.replication.role === "reader" || copiesAnother(place);
    const argv = [
      // MariaDB asks for more open files than some hosts allow, and would go on with the few it has rather than with what it may have.
      ...(["/bin/sh", "-c", 'ulimit -Sn "$(ulimit -Hn)"; exec mariadbd "$@"', "mariadbd"] as const),
      ...[`--defaults-file=${files.settings}`, `--read-only=${isReader ? "ON" : "OFF"}`],
    ] as const;
    await startEngine(place, engineProgram(this.options, spec, place, argv));
  }

  private settings(spec: ServerSpec): Settings {
    return settingsOf(spec, existsSync(this.place(spec.id).acknowledges));
  }

  /** A copy that does not answer is one of which nothing is known. */
  private askCopy(id: string): Promise<CopyReport | undefined> {
    return withSession(this.place(id), reportOf, 1000).catch(() => undefined);
  }

  /** End the waiting for what the copies have by now. */
  private async release(spec: ServerSpec, place: ServerPlace): Promise<void> {
    for (const id of acknowledgesOf(spec)) {
      const report = await this.askCopy(id);
      if (report === undefined) continue;
      const { isSynchronous, status } = report;
      // How far one is that still follows another writer is told in files of that one.
      const isOurs = status.Slave_IO_Running === "Yes" && Number(status.Master_Server_Id) === serverNumber(spec.id);
      if (isSynchronous && isOurs && status.Master_Log_File !== "") await vouch(place, status);
    }
  }

  /** Those that commits are to wait for, and those that they are not to. A copy that does not run learns of it when it starts. */
  private async tellCopies({ id, replication }: ServerSpec, query: Query): Promise<void> {
    if (replication.role !== "writer") return;
    rmSync(this.place(id).acknowledges, { force: true });
    const wanted = new Set(replication.acknowledges);
    for (const copy of new Set([...wanted, ...(await copiesNow(query))])) {
      const place = this.place(copy);
      if (!existsSync(place.data)) continue;
      if (wanted.has(copy)) writeFileSync(place.acknowledges, id, { mode: 0o600 });
      else rmSync(place.acknowledges, { force: true });
      if (observeContainer(place).state === "running")
        await withSession(place, (asked) => tellToAcknowledge(wanted.has(copy), asked)).catch(() => undefined);
    }
  }

  private place(id: string): MariaDbPlace {
    const place = serverPlace(this.options, id);
    return { ...place, ready: join(place.folder, "ready"), acknowledges: join(place.folder, "acknowledges") };
  }
}

interface MariaDbPlace extends ServerPlace {
  /** Holds the id of the process that has been told all there is. */
  readonly ready: string;
  /** There while it copies a server whose commits wait for it. */
  readonly acknowledges: string;
}

const acknowledgesOf = ({ replication }: ServerSpec): readonly string[] =>
  replication.role === "writer" ? replication.acknowledges : [];

async function untilAnswers(spec: ServerSpec, place: ServerPlace): Promise<void> {
  for (;;) {
    try {
      return await withSession(place, async (query) => void (await query("SELECT 1")));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ER_ACCESS_DENIED_ERROR") throw error;
      if (observeContainer(place).state === "stopped")
        throw new ServerEnded(`MariaDB of ${spec.id} ended while starting: ${lastWords(place)}`, { cause: error });
      await pause(5);
    }
  }
}

/** Only where it is another: on a full disk nothing more can be written. */
async function tellReplicationPassword(spec: ServerSpec, place: ServerPlace, query: Query): Promise<void> {
  const told = join(place.folder, "told");
  const digest = createHash("sha256").update(spec.replicationPassword).digest("hex");
  if (readIfThere(told) === digest) return;
  for (const statement of replicationStatements(spec.replicationPassword)) await query(statement);
  writeFileSync(told, digest, { mode: 0o600 });
}

/** Why it ended: the end of what it logged. */
const lastWords = (place: ServerPlace): string =>
  `${consoleTail(place, 500)}${(readIfThere(join(place.log, errorLog)) ?? "").slice(-1500)}`.trim();
