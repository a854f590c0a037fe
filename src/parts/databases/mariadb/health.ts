import { setTimeout as pause } from "node:timers/promises";
import { basename } from "node:path";
import { statSync } from "node:fs";
import type { ServerPlace } from "../place.js";
import type { Copy, ServerHealth, ServerSpec } from "../spec.js";
import { copiesNow } from "./acknowledge.js";
import { logsOn } from "./binlog.js";
import { sequenceOf } from "./gtid.js";
import { hasAppliedAll, slaveStatus, statusOf, variableOf, type SlaveStatus } from "./replication.js";
import type { Query } from "./session.js";

/** What a copy of this host says of itself; undefined when it does not answer. */
export interface CopyReport {
  readonly status: SlaveStatus;
  /** It told its writer that it acknowledges. */
  readonly isSynchronous: boolean;
}

/** Ask a copy, by id. */
export type AskCopy = (id: string) => Promise<CopyReport | undefined>;

export async function reportOf(query: Query): Promise<CopyReport | undefined> {
  const status = await slaveStatus(query);
  return status && { status, isSynchronous: (await statusOf(query, "Rpl_semi_sync_slave_status")) === "ON" };
}

/** What a server says of itself, and those that copy it say of themselves: MariaDB's writer does not know how far they are. */
export async function healthOf(spec: ServerSpec, place: ServerPlace, query: Query, ask: AskCopy): Promise<ServerHealth> {
  const status = await slaveStatus(query);
  if (status === undefined)
    return { role: "writer", receives: false, behind: 0, copies: await copiesOf(spec, place, query, ask) };
  return {
    role: "reader",
    receives: status.Slave_IO_Running === "Yes" && status.Slave_SQL_Running === "Yes",
    behind: hasAppliedAll(status) ? 0 : Number(status.Seconds_Behind_Master ?? 0),
    copies: [],
  };
}

/**
 * A copy acknowledges when the writer waits (`rpl_semi_sync_master_enabled`), for nobody but those that the spec names, and it has all
 * that was in the log after that was seen: what was committed without waiting was in the log before.
 */
async function copiesOf(spec: ServerSpec, place: ServerPlace, query: Query, ask: AskCopy): Promise<readonly Copy[]> {
  const ids = await copiesNow(query);
  const wanted = new Set(spec.replication.role === "writer" ? spec.replication.acknowledges : []);
  const isWaiting = (await statusOf(query, "Rpl_semi_sync_master_status")) === "ON";
  const clients = Number(await statusOf(query, "Rpl_semi_sync_master_clients"));
  const mark = sequenceOf(await variableOf(query, "gtid_binlog_pos"));
  const ends = logEnds(place);
  const reports = await Promise.all(ids.map(async (id) => [id, await untilReached(id, mark, wanted.has(id), ask)] as const));
  // A writer misses one that is cut off only when it next sends something; it knows better itself.
  const connected = reports.filter(([, report]) => report?.status.Slave_IO_Running === "Yes");
  const isSynchronous = (id: string, report: CopyReport | undefined): boolean => wanted.has(id) && report?.isSynchronous === true;
  const isForThemAlone = clients <= connected.filter(([id, report]) => isSynchronous(id, report)).length;
  return connected.map(([id, report]) => ({
    id,
    acknowledges: isWaiting && isForThemAlone && isSynchronous(id, report) && hasReached(report, mark),
    missing: missingOf(ends, report?.status),
  }));
}

const hasReached = (report: CopyReport | undefined, mark: number): boolean =>
  report !== undefined && sequenceOf(report.status.Gtid_IO_Pos) >= mark;

/** One that is nearly there is given a moment. */
async function untilReached(id: string, mark: number, isWanted: boolean, ask: AskCopy): Promise<CopyReport | undefined> {
  for (let tries = 0; ; tries += 1) {
    const report = await ask(id);
    if (!isWanted || report === undefined || hasReached(report, mark) || tries === 20) return report;
    await pause(5);
  }
}

interface LogEnd {
  readonly name: string;
  readonly bytes: number;
}

const logEnds = (place: ServerPlace): readonly LogEnd[] =>
  logsOn(place).flatMap((file) => {
    // It may be purged meanwhile.
    const bytes = statSync(file, { throwIfNoEntry: false })?.size;
    return bytes === undefined ? [] : [{ name: basename(file), bytes }];
  });

/** Bytes of the log behind what a copy has read; all of it where it does not say. Pure. */
function missingOf(ends: readonly LogEnd[], status: SlaveStatus | undefined): number {
  const file = status?.Master_Log_File ?? "";
  const after = ends.filter(({ name }) => name >= file);
  const read = after[0]?.name === file ? Number(status?.Read_Master_Log_Pos ?? 0) : 0;
  return Math.max(0, after.reduce((sum, { bytes }) => sum + bytes, 0) - read);
}
