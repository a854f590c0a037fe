import { setTimeout as pause } from "node:timers/promises";
import type { ServerSpec } from "../spec.js";
import { replicationUser } from "./config.js";
import { sequenceOf } from "./gtid.js";
import { literal, plain } from "./quoting.js";
import type { Query } from "./session.js";

/** Of `SHOW SLAVE STATUS` what we use. https://mariadb.com/kb/en/show-replica-status/ */
export interface SlaveStatus {
  readonly Master_Host: string;
  readonly Master_Port: number | string;
  /** Of the server that it is connected with, or was last. */
  readonly Master_Server_Id: number | string;
  readonly Master_Log_File: string;
  readonly Read_Master_Log_Pos: number | string;
  readonly Slave_IO_Running: "Yes" | "No" | "Connecting" | "Preparing";
  readonly Slave_SQL_Running: "Yes" | "No";
  /** Nothing in the moment in which it starts. */
  readonly Slave_SQL_Running_State: string | null;
  readonly Last_SQL_Errno: number | string;
  readonly Last_SQL_Error: string;
  readonly Seconds_Behind_Master: number | string | null;
  readonly Gtid_IO_Pos: string;
}

export const slaveStatus = async (query: Query): Promise<SlaveStatus | undefined> =>
  (await query<SlaveStatus>("SHOW SLAVE STATUS"))[0];

/** A status variable of the server, e.g. `Rpl_semi_sync_slave_status`. */
export async function statusOf(query: Query, name: string): Promise<string> {
  const [row] = await query<{ Value: string }>(`SHOW GLOBAL STATUS LIKE ${literal(name)}`);
  return row?.Value ?? "";
}

/** A system variable of the server. */
export async function variableOf(query: Query, name: string): Promise<string> {
  const [row] = await query<{ value: string | number | null }>(`SELECT @@GLOBAL.${name} AS value`);
  return String(row?.value ?? "");
}

/** Make a running server what its spec says: a writer, which a reader becomes after applying all it has received; or a reader. */
export const takeRole = (spec: ServerSpec, query: Query): Promise<void> =>
  spec.replication.role === "writer" ? lead(spec, query) : follow(spec, spec.replication, query);

async function lead(spec: ServerSpec, query: Query): Promise<void> {
  if ((await slaveStatus(query)) !== undefined) {
    await query("STOP SLAVE IO_THREAD");
    await query("START SLAVE SQL_THREAD");
    const failure = await applyReceived(query);
    if (failure !== undefined && !failure.isTornEnd)
      throw new Error(
        `${spec.id} cannot take over: it did not apply all that it had received (${failure.message}). Restore a backup, or remove it and make it anew.`,
      );
    await query("STOP SLAVE");
    await query("RESET SLAVE ALL");
  }
  await query("SET GLOBAL read_only = OFF");
}

async function follow(
  spec: ServerSpec,
  { from }: Extract<ServerSpec["replication"], { role: "reader" }>,
  query: Query,
): Promise<void> {
  const status = await slaveStatus(query);
  if (status === undefined) await refuseWriter(spec, query);
  const isSame = status?.Master_Host === from.address && Number(status.Master_Port) === from.port;
  const isAtIt = status !== undefined && status.Slave_IO_Running !== "No" && status.Slave_SQL_Running === "Yes";
  if (isSame && isAtIt) return;
  if (status !== undefined) {
    // CHANGE MASTER, and a START of both threads, throw away what was received and not applied yet. It may have been acknowledged, and
    // the writer may be gone for good.
    await query("STOP SLAVE IO_THREAD");
    await query("START SLAVE SQL_THREAD");
    await applyReceived(query);
    await query("STOP SLAVE");
  }
  await query(
    `CHANGE MASTER TO MASTER_HOST = ${plain(from.address)}, MASTER_PORT = ${from.port}, MASTER_USER = ${plain(replicationUser)},
       MASTER_PASSWORD = ${plain(spec.replicationPassword)}, MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1,
       MASTER_HEARTBEAT_PERIOD = 1, MASTER_SSL = 1, MASTER_SSL_VERIFY_SERVER_CERT = 0`,
  );
  await query("START SLAVE");
}

/** One that has taken writes may have some that the writer lacks. */
async function refuseWriter(spec: ServerSpec, query: Query): Promise<void> {
  const [own, applied] = [await variableOf(query, "gtid_binlog_pos"), await variableOf(query, "gtid_slave_pos")];
  if (sequenceOf(own) > sequenceOf(applied))
    throw new Error(`${spec.id} has taken writes of its own: it cannot copy another server before it is made anew`);
}

/** The last transaction that a reader has received, applied or not. */
export async function receivedUpTo(query: Query): Promise<number> {
  const received = sequenceOf((await slaveStatus(query))?.Gtid_IO_Pos ?? "");
  return Math.max(received, sequenceOf(await variableOf(query, "gtid_slave_pos")));
}

interface ApplyFailure {
  readonly message: string;
  /** The log it received ends in the middle of something, which therefore was never acknowledged. */
  readonly isTornEnd: boolean;
}

/** Wait until all is applied that was received; gives why it was not. */
async function applyReceived(query: Query): Promise<ApplyFailure | undefined> {
  for (;;) {
    const status = await slaveStatus(query);
    if (status === undefined) return undefined;
    if (status.Slave_SQL_Running === "No")
      return {
        message: status.Last_SQL_Error === "" ? "its applying thread stopped" : status.Last_SQL_Error,
        isTornEnd: Number(status.Last_SQL_Errno) === relayLogReadFailure,
      };
    const applied = sequenceOf(await variableOf(query, "gtid_slave_pos"));
    if (hasAppliedAll(status) && applied >= sequenceOf(status.Gtid_IO_Pos)) return undefined;
    await pause(5);
  }
}

/** ER_SLAVE_RELAY_LOG_READ_FAILURE */
const relayLogReadFailure = 1594;

export const hasAppliedAll = (status: SlaveStatus): boolean =>
  status.Slave_SQL_Running_State?.startsWith("Slave has read all relay log") === true;
