import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { environment, type ImageUser } from "../../engine/program.js";
import { command, run } from "../../host/command.js";
import { inContainer, observeContainer } from "../../host/container.js";
import { bytesBelow, filesIn, moveFiles } from "../files.js";
import { inside, type ServerPlace } from "../place.js";
import type { Backup, ServerSpec } from "../spec.js";
import { adminRole, binaries, logFolder } from "./config.js";
import { withSession } from "./session.js";

/** Copy a running server's data, with the log that makes the copy whole, into `folder`. */
export async function backupInto(spec: ServerSpec, place: ServerPlace, folder: string, user: ImageUser): Promise<Backup> {
  // Under a name of its own: an incarnation that was killed may have left a program that still writes.
  for (const name of filesIn(place.outbox).filter((each) => each.startsWith("backup-")))
    rmSync(join(place.outbox, name), { recursive: true, force: true, maxRetries: 3 });
  const name = `backup-${randomBytes(8).toString("hex")}`;
  const making = join(place.outbox, name);
  const from = Date.now();
  await run(
    inContainer(
      place,
      [
        `${binaries}/pg_basebackup`,
        `--pgdata=${inside.outbox}/${name}/data`,
        ...["--host=/run", `--port=${spec.port}`, `--username=${adminRole}`],
        ...["--wal-method=stream", "--checkpoint=fast", "--no-sync"],
      ],
      { env: environment, user },
    ),
    { timeout: 3_600_000 },
  );
  const to = Date.now();
  const bytes = bytesBelow(making);
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  renameSync(making, folder);
  return { from, to, bytes };
}

/** Segments of the log, and the files that tell where a timeline came from. */
const isWholeLog = (name: string): boolean => /^[0-9A-F]{24}(\.partial)?$|^[0-9A-F]{8}\.history$/.test(name);

/**
 * The writer finishes its segment after a commit of our own, so that there is a commit later than the moment given: a restore stops
 * before the first commit that is later than what it is asked for, and fails where there is none. It writes, so that it waits for the
 * standbys as every other does: what is shipped is never more than they have.
 */
export async function shipLog(spec: ServerSpec, place: ServerPlace, folder: string): Promise<{ until: number } | undefined> {
  const outgoing = join(place.outbox, logFolder);
  const last = await withSession(place, spec.port, async (query) => {
    const [own] = await query<{ reader: boolean }>("SELECT pg_is_in_recovery() AS reader");
    if (own?.reader !== false) return undefined;
    const [moment] = await query<{ until: number }>(
      "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS until",
    );
    await query("SELECT pg_logical_emit_message(true, 'rdsadmin', '')");
    const [switched] = await query<{ segment: string }>("SELECT pg_walfile_name(pg_switch_wal()) AS segment");
    return { until: (moment?.until ?? 0) - 1, segment: switched?.segment ?? "" };
  });
  if (last !== undefined)
    for (let tries = 0; !existsSync(join(outgoing, last.segment)) && !existsSync(join(folder, last.segment)); tries += 1) {
      if (observeContainer(place).state !== "running")
        throw new Error(`PostgreSQL of ${spec.id} ended while it handed out its log`);
      if (tries > 6000)
        throw new Error(`PostgreSQL of ${spec.id} did not hand out its log (segment ${last.segment}) in a minute`);
      await pause(10);
    }
  moveLog(place, folder);
  return last === undefined ? undefined : { until: last.until };
}

function moveLog(place: ServerPlace, folder: string): void {
  moveFiles(join(place.outbox, logFolder), folder, isWholeLog);
}

/**
 * Of a server that does not run, with its disk mounted: what it had handed out, and what it had finished and not come to hand out. The
 * one that takes its place need not have the whole of that last segment: it begins with the next one when it has read that it ends.
 */
export async function rescueLog(place: ServerPlace, folder: string): Promise<void> {
  moveLog(place, folder);
  const segments = join(place.data, "pg_wal");
  const finished = filesIn(join(segments, "archive_status")).flatMap((name) => /^(.*)\.ready$/.exec(name)?.[1] ?? []);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of finished.filter((each) => isWholeLog(each) && !existsSync(join(folder, each)))) {
    const making = join(folder, `${name}.part`);
    // With its owner: a server reads it.
    await run(command("cp", "-a", "--sparse=always", join(segments, name), making));
    renameSync(making, join(folder, name));
  }
}

/** Segments that no backup needs any more; those of any timeline, as pg_archivecleanup does. */
export function pruneLog(folder: string, backups: readonly string[]): void {
  const starts = backups.flatMap((backup) => firstSegmentOf(backup) ?? []);
  const oldest = starts.map(withoutTimeline).sort()[0];
  for (const name of filesIn(folder))
    if (/^[0-9A-F]{24}/.test(name) && (oldest === undefined || withoutTimeline(name) < oldest)) rmSync(join(folder, name));
}

const withoutTimeline = (segment: string): string => segment.slice(8, 24);

function firstSegmentOf(backup: string): string | undefined {
  const label = readFileSync(join(backup, "data", "backup_label"), "utf8");
  return /^START WAL LOCATION: .*\(file ([0-9A-F]{24})\)/m.exec(label)?.[1];
}
