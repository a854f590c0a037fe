import { adminUser } from "./config.js";
import type { Query } from "./session.js";

/** A place for our marks in the log; its master user may write everywhere, and drop it. */
export const markPlace = [
  `CREATE DATABASE IF NOT EXISTS ${adminUser}`,
  `CREATE TABLE IF NOT EXISTS ${adminUser}.mark (id TINYINT PRIMARY KEY, at DATETIME(6) NOT NULL) ENGINE = InnoDB`,
];

/** Each has a row of its own: one that waits for a copy holds its row, and another would wait for it. */
const marks = { shipping: 1, backup: 2 } as const;

/** A commit of ours, as RDS's own heartbeats. Where its place is gone it is made again: no backup may depend on what a user drops. */
export async function mark(query: Query, what: keyof typeof marks): Promise<void> {
  const statement = `REPLACE INTO ${adminUser}.mark VALUES (${marks[what]}, UTC_TIMESTAMP(6))`;
  try {
    await query(statement);
  } catch (error) {
    if (!isMissing(error)) throw error;
    for (const each of markPlace) await query(each);
    await query(statement);
  }
}

/** MariaDB says the table where the database of a statement's table is not there either. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["ER_NO_SUCH_TABLE", "ER_BAD_DB_ERROR"].includes(String(error.code));
