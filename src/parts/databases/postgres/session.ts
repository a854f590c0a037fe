import pg from "pg";
import { firstProcess } from "../../host/container.js";
import { NoAnswer } from "../noanswer.js";
import type { ServerPlace } from "../place.js";
import { adminRole } from "./config.js";

export type Query = <R extends object>(sql: string, values?: readonly unknown[]) => Promise<readonly R[]>;

/**
 * Talk to a server as its control role, by the socket inside its container.
 * @throws NoAnswer when a statement is not answered within `timeout` milliseconds (default 5000)
 */
export async function withSession<T>(
  place: ServerPlace,
  port: number,
  work: (query: Query) => Promise<T>,
  timeout = 5000,
): Promise<T> {
  const pid = firstProcess(place);
  if (pid === undefined) throw new Error(`PostgreSQL of ${place.name} does not run`);
  const client = new pg.Client({
    // The container's own view of its /run, which is memory and nobody else's mount.
    host: `/proc/${pid}/root/run`,
    port,
    user: adminRole,
    database: "postgres",
    application_name: "rdsadmin",
    connectionTimeoutMillis: timeout,
    query_timeout: timeout,
  });
  // A server that goes away between two statements is told by the next one.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work(async (sql, values) => (await client.query(sql, values === undefined ? undefined : [...values])).rows);
  } catch (error) {
    // The texts of pg's own two limits; it has no codes for them.
    const isLate = error instanceof Error && ["timeout expired", "Query read timeout"].includes(error.message);
    throw isLate ? new NoAnswer(`PostgreSQL of ${place.name}`, timeout) : error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
