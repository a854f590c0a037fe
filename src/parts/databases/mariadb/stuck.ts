import { setTimeout as pause } from "node:timers/promises";
import { statusOf } from "./replication.js";
import type { Query } from "./session.js";

/**
 * Do commits wait for a copy that has them, and has said so to nobody? A copy that connects anew begins after what it has: what it had
 * received and not acknowledged it never acknowledges, and who committed that waits until there is a later commit. That may be never: a
 * backup lets nobody commit while it waits for one who does.
 */
export async function isStuck(query: Query): Promise<boolean> {
  const before = await waiting(query);
  if (before === undefined) return false;
  await pause(100);
  return (await waiting(query)) === before;
}

/** How many acknowledged commits there have been, where one waits and there is a copy that could acknowledge it. */
async function waiting(query: Query): Promise<string | undefined> {
  if ((await statusOf(query, "Rpl_semi_sync_master_wait_sessions")) === "0") return undefined;
  if ((await statusOf(query, "Rpl_semi_sync_master_clients")) === "0") return undefined;
  return statusOf(query, "Rpl_semi_sync_master_yes_tx");
}
