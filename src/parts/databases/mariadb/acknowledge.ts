import { setTimeout as pause } from "node:timers/promises";
import { slaveStatus, statusOf, variableOf } from "./replication.js";
import type { Query } from "./session.js";

/**
 * Which copies a writer waits for is not the writer's to say in MariaDB: it waits for any that says, when it connects, that it
 * acknowledges. So those that the writer's spec names are told to, and others not to.
 */
export async function tellToAcknowledge(acknowledges: boolean, query: Query): Promise<void> {
  const wish = acknowledges ? "ON" : "OFF";
  if ((await variableOf(query, "rpl_semi_sync_slave_enabled")) !== (acknowledges ? "1" : "0"))
    await query(`SET GLOBAL rpl_semi_sync_slave_enabled = ${wish}`);
  if ((await statusOf(query, "Rpl_semi_sync_slave_status")) === wish) return;
  // It is agreed upon when it connects.
  await query("STOP SLAVE IO_THREAD");
  await query("START SLAVE IO_THREAD");
  // Who asks meanwhile would take it for lost.
  for (let tries = 0; tries < 100 && (await slaveStatus(query))?.Slave_IO_Running !== "Yes"; tries += 1) await pause(10);
}

/** The servers that copy this one now, by id. */
export const copiesNow = async (query: Query): Promise<readonly string[]> =>
  (await query<{ Host: string }>("SHOW SLAVE HOSTS")).map(({ Host }) => Host);
