import { setTimeout as pause } from "node:timers/promises";
import type { Copy, ServerHealth } from "../spec.js";
import type { Query } from "./session.js";

/** What a server says of itself and of those that copy it. */
export async function healthOf(query: Query): Promise<ServerHealth> {
  const [own] = await query<{ reader: boolean; receives: boolean; behind: number }>(
    `SELECT pg_is_in_recovery() AS reader,
            EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') AS receives,
            (CASE WHEN pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
                  THEN COALESCE(EXTRACT(EPOCH FROM now() - pg_last_xact_replay_timestamp()), 0) ELSE 0 END)::float8 AS behind`,
  );
  if (own === undefined) throw new Error("PostgreSQL gave no answer to its own health");
  if (own.reader) return { role: "reader", receives: own.receives, behind: own.behind, copies: [] };
  return { role: "writer", receives: false, behind: 0, copies: await copiesOf(query) };
}

interface Sender {
  readonly id: string;
  readonly synchronous: boolean;
  readonly missing: string;
  /** How far this server's log is on its disk. */
  readonly here: string;
  readonly reached: boolean;
}

const senders = `SELECT application_name AS id, state = 'streaming' AND sync_state IN ('sync', 'quorum') AS synchronous,
    pg_wal_lsn_diff(pg_current_wal_flush_lsn(), COALESCE(flush_lsn, '0/0'))::text AS missing,
    pg_current_wal_flush_lsn()::text AS here, COALESCE(flush_lsn >= $1::pg_lsn, false) AS reached
  FROM pg_stat_replication WHERE application_name <> 'pg_basebackup'`;

/**
 * A copy acknowledges when commits wait for it and it has all that was committed before they did: what was in the log when it was
 * first seen to be waited for.
 */
async function copiesOf(query: Query): Promise<readonly Copy[]> {
  const first = await query<Sender>(senders, ["0/0"]);
  const waited = new Set(first.filter(({ synchronous }) => synchronous).map(({ id }) => id));
  const mark = first[0]?.here ?? "0/0";
  let now = first;
  for (let tries = 0; waited.size > 0 && tries < 20; tries += 1) {
    now = await query<Sender>(senders, [mark]);
    if (now.every(({ id, synchronous, reached }) => !waited.has(id) || !synchronous || reached)) break;
    await pause(5);
  }
  return now.map(({ id, synchronous, missing, reached }) => ({
    id,
    acknowledges: waited.has(id) && synchronous && reached,
    missing: Number(missing),
  }));
}

/** How much of its writer's log a reader has, in bytes since the log's beginning. */
export async function receivedUpTo(query: Query): Promise<bigint> {
  const [answer] = await query<{ at: string }>(
    "SELECT pg_wal_lsn_diff(GREATEST(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')::text AS at",
  );
  return BigInt(answer?.at ?? "0");
}
