import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { imageUserOf, type EngineProgram } from "../../engine/program.js";
import { filesIn, ownedFolder, writeOwned } from "../files.js";
import { runOnce } from "../once.js";
import { inside, type EngineOptions, type ServerPlace } from "../place.js";
import type { BackupOrigin, Origin, ServerSpec } from "../spec.js";
import { copyData, serverProgram } from "../program.js";
import { binaries, connectionTo, passwordFile, replicationRole, restoreFolder } from "./config.js";
import { hasRoomOfTemplate, postgresTemplate } from "./template.js";

/** The program of a server on its place, but for what it runs. */
export const engineProgram = (
  options: EngineOptions,
  spec: ServerSpec,
  place: ServerPlace,
  argv: EngineProgram["argv"],
): EngineProgram => ({
  ...serverProgram(options, spec, place, "postgres", argv),
  sharedMemoryMiB: Math.max(64, Math.floor(spec.memoryMiB / 4)),
});

/** Make the data of a server on its mounted disk; what an earlier attempt left half-made is made anew. */
export async function makeData(options: EngineOptions, spec: ServerSpec, place: ServerPlace, origin: Origin): Promise<void> {
  if (existsSync(place.data)) return;
  const making = `${place.data}.making`;
  rmSync(making, { recursive: true, force: true });
  if (origin.kind === "new") await copyData(await postgresTemplate(options), making);
  else if (origin.kind === "backup") await fromBackup(options, spec, place, origin, making);
  else if (origin.fromItsBeginning === true && hasRoomOfTemplate(spec)) await besideServer(options, spec, place, making);
  else await fromServer(options, spec, place, origin);
  renameSync(making, place.data);
}

const makingInside = `${inside.data}.making`;

/** A copy of a running writer, that follows it from there on. */
async function fromServer(
  options: EngineOptions,
  spec: ServerSpec,
  place: ServerPlace,
  from: { readonly address: string; readonly port: number },
): Promise<void> {
  writePassword(options, spec, place);
  const argv: EngineProgram["argv"] = [
    `${binaries}/pg_basebackup`,
    `--pgdata=${makingInside}`,
    `--dbname=${connectionTo(from, "pg_basebackup")}`,
    "--wal-method=stream",
    "--checkpoint=fast",
    "--no-sync",
  ];
  await runOnce(place, `Copying the database at ${from.address} to ${spec.id}`, engineProgram(options, spec, place, argv));
  writeOwned(join(`${place.data}.making`, readerFile), "", imageUserOf(options.root, "postgres"));
}

/**
 * Writer and copy are of one template, which was shut down in order: so they are one system, and all that the writer has done since is in
 * its log.
 */
async function besideServer(options: EngineOptions, spec: ServerSpec, place: ServerPlace, making: string): Promise<void> {
  writePassword(options, spec, place);
  await copyData(await postgresTemplate(options), making);
  writeOwned(join(making, readerFile), "", imageUserOf(options.root, "postgres"));
}

/** The replication role's password, as libpq reads it. */
export function writePassword(options: EngineOptions, spec: ServerSpec, place: ServerPlace): void {
  const file = join(place.disk, passwordFile.slice(inside.disk.length + 1));
  const escaped = spec.replicationPassword.replace(/[\\:]/g, "\\$&");
  writeOwned(file, `*:*:*:${replicationRole}:${escaped}\n`, imageUserOf(options.root, "postgres"));
}

/**
 * A backup's data as they were when it was made; or with the log replayed, which a server does that nobody can reach, and which ends
 * by being an ordinary one.
 */
async function fromBackup(
  options: EngineOptions,
  spec: ServerSpec,
  place: ServerPlace,
  { folder, log }: BackupOrigin,
  making: string,
): Promise<void> {
  await copyData(join(folder, "data"), making);
  // It may have been made of one that copies another.
  rmSync(join(making, readerFile), { force: true });
  if (log === undefined) return;
  const user = imageUserOf(options.root, "postgres");
  const restore = join(place.outbox, restoreFolder);
  rmSync(restore, { recursive: true, force: true });
  ownedFolder(restore, user);
  for (const name of filesIn(log.folder)) linkSync(join(log.folder, name), join(restore, name));
  mkdirSync(making, { recursive: true });
  writeOwned(join(making, "recovery.signal"), "", user);
  const settings = {
    restore_command: `cp ${inside.outbox}/${restoreFolder}/%f %p`,
    ...(log.until === undefined
      ? {}
      : { recovery_target_time: new Date(log.until).toISOString().replace("T", " ").replace("Z", "+00") }),
    // It has then become a server of its own, and ends.
    recovery_target_action: "promote",
    recovery_target_timeline: "latest",
    // What of the old server's settings would need more memory or reach out.
    hot_standby: "off",
    archive_mode: "off",
    ssl: "off",
    primary_conninfo: "",
    synchronous_standby_names: "",
    unix_socket_directories: "/run",
    listen_addresses: "",
    log_directory: "/run",
    logging_collector: "off",
  };
  const { namespace: _alone, ...program } = engineProgram(options, spec, place, [
    "/bin/sh",
    "-c",
    untilRecovered,
    "sh",
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  await runOnce(place, `Restoring ${spec.id}`, program);
  rmSync(restore, { recursive: true, force: true });
}

/** pg_ctl waits until the server takes connections, which without hot standby is when its recovery is over. */
const untilRecovered = String.raw`
set -e
${binaries}/postgres -D ${makingInside} "$@" &
server=$!
while kill -0 $server 2>/dev/null; do
  if [ "$(sed -n 8p ${makingInside}/postmaster.pid 2>/dev/null | tr -d ' ')" = ready ]; then
    kill -INT $server
    wait $server
    exit 0
  fi
  sleep 0.02
done
wait $server
exit 1
`;

/** It is there for as long as a server copies another. */
const readerFile = "standby.signal";

/** Whether a server's data are those of a reader. */
export const copiesAnother = (place: ServerPlace): boolean => existsSync(join(place.data, readerFile));

/** The last line of postmaster.pid is the server's own word for its state; `pg_ctl -w` waits for the same. */
export function accepts(place: ServerPlace): boolean {
  try {
    return readFileSync(join(place.data, "postmaster.pid"), "utf8").split("\n")[7]?.trim() === "ready";
  } catch {
    return false;
  }
}
