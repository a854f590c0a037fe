import { createConnection, type Connection } from "mysql2/promise";
import { firstProcess } from "../../host/container.js";
import { NoAnswer } from "../noanswer.js";
import type { ServerPlace } from "../place.js";
import { adminUser, files } from "./config.js";

/** Rows as objects; a statement without rows gives none. */
export type Query = <R extends object>(sql: string) => Promise<readonly R[]>;

/**
 * Talk to a server as its control user, by the socket inside its container. The server may go on
 * with a statement that was given up.
 * @throws NoAnswer when a statement is not answered within `timeout` milliseconds (default 5000)
 */
export async function withSession<T>(place: ServerPlace, work: (query: Query) => Promise<T>, timeout = 5000): Promise<T> {
  const connection = await openConnection(place, timeout);
  const query: Query = async <R extends object>(sql: string) => {
    const [rows] = await inTime(connection, connection.query(sql), timeout);
    return Array.isArray(rows) ? (rows as R[]) : [];
  };
  try {
    // What we ask is no client's: it is in none of its logs.
    await query("SET SESSION sql_log_off = 1, slow_query_log = 0");
    return await work(query);
  } finally {
    // A connection that is cut is a warning in the server's log.
    await inTime(connection, connection.end(), 1000).catch(() => connection.destroy());
  }
}

/** A connection of the control user, for what `withSession` does not do. */
export async function openConnection(place: ServerPlace, timeout = 5000): Promise<Connection> {
  const pid = firstProcess(place);
  if (pid === undefined) throw new Error(`MariaDB of ${place.name} does not run`);
  const connection = await createConnection({
    // The container's own view of its /run, which is memory and nobody else's mount.
    socketPath: `/proc/${pid}/root${files.socket}`,
    user: adminUser,
    connectTimeout: timeout,
    supportBigNumbers: true,
    bigNumberStrings: true,
    timezone: "Z",
  }).catch((error: unknown) => {
    const isLate = error instanceof Error && "code" in error && error.code === "ETIMEDOUT";
    throw isLate ? new NoAnswer(`MariaDB of ${place.name}`, timeout) : error;
  });
  // A server that goes away between two statements is told by the next one.
  connection.on("error", () => undefined);
  return connection;
}

async function inTime<T>(connection: Connection, answer: Promise<T>, timeout: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      connection.destroy();
      reject(new NoAnswer("MariaDB", timeout));
    }, timeout);
  });
  // Of a connection that was given up nobody hears any more.
  answer.catch(() => undefined);
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
