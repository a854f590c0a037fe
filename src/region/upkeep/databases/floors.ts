type Values = Readonly<Record<string, string>>;

/**
 * A copy that may be read while it copies has at least as much of these as its writer, or it stops applying what it copies.
 * https://www.postgresql.org/docs/15/hot-standby.html#HOT-STANDBY-ADMIN
 */
const notLessThanWriter = ["max_connections", "max_worker_processes", "max_prepared_transactions", "max_locks_per_transaction"];

/** What a copy runs with that wishes for one thing, and whose writer runs with another. Pure. */
export const notLess = (wished: Values, writers: Values): Values => ({
  ...wished,
  ...Object.fromEntries(
    notLessThanWriter.filter((name) => Number(writers[name]) > Number(wished[name])).map((name) => [name, writers[name] ?? ""]),
  ),
});
