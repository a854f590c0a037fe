import { chownSync, copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { filesIn, ownedFolder } from "../files.js";
import { runOnce } from "../once.js";
import { inside, type EngineOptions, type ServerPlace } from "../place.js";
import type { BackupOrigin, Origin, ServerSpec } from "../spec.js";
import { backupGtid, backupInto } from "./backup.js";
import { binlogBase, files, redoLogBytes, serverNumber } from "./config.js";
import { copyFolder, engineProgram, engineUser } from "./program.js";
import { sequenceOf } from "./gtid.js";
import { chainOf, piecesAmong, type Step } from "./pieces.js";
import { reaches } from "./transactions.js";

const logName = "log";
const logInside = `${inside.outbox}/${logName}`;

/** Make a server's data at `making`, out of a backup or of another server of this host, with the log up to the moment asked for. */
export async function restoreInto(
  options: EngineOptions,
  spec: ServerSpec,
  place: ServerPlace,
  origin: Exclude<Origin, { kind: "new" }>,
  writer: ServerPlace | undefined,
  making: string,
): Promise<void> {
  const folder = origin.kind === "backup" ? origin.folder : join(place.outbox, "writer");
  try {
    if (writer !== undefined) {
      rmSync(folder, { recursive: true, force: true });
      await backupInto(writer, folder, engineUser(options));
    }
    await copyFolder(join(folder, "data"), making);
    const steps = origin.kind === "backup" ? await fetchLog(options, place, origin) : [];
    const gtid = steps.length === 0 ? backupGtid(folder) : `0-${serverNumber(spec.id)}-${steps.at(-1)?.last ?? 0}`;
    const until = origin.kind === "backup" ? origin.log?.until : undefined;
    const { namespace: _alone, ...program } = engineProgram(options, spec, place, [
      ...(["/bin/bash", "-c", restoreScript(spec.id, gtid, steps, until)] as const),
    ]);
    await runOnce(place, `Restoring ${spec.id}`, program);
  } finally {
    if (origin.kind === "server") rmSync(folder, { recursive: true, force: true });
    rmSync(join(place.outbox, logName), { recursive: true, force: true });
  }
}

/** Bring the pieces of the log that are needed to where the server's programs read them. */
async function fetchLog(options: EngineOptions, place: ServerPlace, { folder, log }: BackupOrigin): Promise<readonly Step[]> {
  if (log === undefined) return [];
  const chain = chainOf(piecesAmong(filesIn(log.folder)), sequenceOf(backupGtid(folder)));
  const steps = await untilReached(chain, log.folder, log.until);
  const user = engineUser(options);
  const here = join(place.outbox, logName);
  rmSync(here, { recursive: true, force: true });
  ownedFolder(here, user);
  for (const { name } of steps) {
    copyFileSync(join(log.folder, name), join(here, name));
    chownSync(join(here, name), user.uid, user.gid);
  }
  return steps;
}

/**
 * Those up to the first in which the reading stops. The clock of a session, or a statement that took long, may have the next begin
 * before the moment again: without what comes in between it would be another history.
 */
async function untilReached(chain: readonly Step[], folder: string, until: number | undefined): Promise<readonly Step[]> {
  if (until === undefined) return chain;
  for (const [index, { name }] of chain.entries())
    if (await reaches(join(folder, name), Math.ceil(until / 1000))) return chain.slice(0, index + 1);
  return chain;
}

/**
 * A server that nobody can reach applies the log, outside its own; then it is told how far its data are, so that it goes on counting
 * from there, or copies its writer from there. `until` in milliseconds since the epoch: the log counts in seconds, so that a moment within
 * one takes all of it, and the moment at which one begins takes none of it. Pure.
 */
export function restoreScript(id: string, gtid: string, steps: readonly Step[], until: number | undefined): string {
  const client = `mariadb --no-defaults --socket=${files.socket} --user=mysql --max-allowed-packet=1G --binary-mode`;
  const stop = until === undefined ? "" : ` --stop-datetime='${momentText(Math.ceil(until / 1000) * 1000)}'`;
  const apply = steps.map(({ name, first, behind }) => {
    const start = behind > first ? ` --start-position=0-1-${behind}` : "";
    return `mariadb-binlog --no-defaults --disable-log-bin --skip-gtid-strict-mode${start}${stop} ${logInside}/${name} | ${client}`;
  });
  return [
    "set -euo pipefail",
    [
      `mariadbd --no-defaults --datadir=${inside.data}.making --socket=${files.socket} --pid-file=/run/mariadb.pid --skip-networking`,
      `--server-id=${serverNumber(id)} --log-bin=${binlogBase} --gtid-strict-mode --skip-slave-start --event-scheduler=OFF`,
      `--tmpdir=${inside.disk}/tmp --innodb-log-file-size=${redoLogBytes} --max-allowed-packet=1G --skip-name-resolve &`,
    ].join(" "),
    "server=$!",
    `until ${client} -e 'SELECT 1' >/dev/null 2>&1; do kill -0 $server; sleep 0.02; done`,
    ...apply,
    `${client} <<'end'`,
    "RESET MASTER;",
    // How far it has applied what, and what it has in its log, from which those that copy it later may go on.
    `SET GLOBAL gtid_slave_pos = '${gtid}';`,
    ...(gtid === "" ? [] : [`SET GLOBAL gtid_binlog_state = '${gtid}';`]),
    "end",
    "kill -TERM $server",
    "wait $server",
    "",
  ].join("\n");
}

/** As mariadb-binlog takes it; the container's time zone is UTC. */
const momentText = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ");
