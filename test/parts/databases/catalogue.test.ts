import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rowsOf } from "../../../src/parts/databases/catalogue.js";
import { readMariadbParameters } from "../../../src/parts/databases/mariadb/catalogue.js";
import { readPostgresParameters } from "../../../src/parts/databases/postgres/catalogue.js";

const answer = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");
const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name);

test("rows are read as both engines write them for files", () => {
  expect(rowsOf("one\\ttab\t\\N\ttwo\\\\\nlast\t\tline\\\nbroken\n")).toEqual([
    ["one\ttab", undefined, "two\\"],
    ["last", "", "line\nbroken"],
  ]);
});

test("PostgreSQL's settings are read from what the engine image's program answered", () => {
  const all = readPostgresParameters(answer("postgres-parameters.tsv"));
  expect(new Set(names(all)).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(300);
  const wanted = ["work_mem", "max_connections", "timezone", "log_statement", "autovacuum", "autovacuum_vacuum_cost_delay"];
  expect(
    all.filter(({ name }) => [...wanted, "pg_stat_statements.max", "shared_preload_libraries"].includes(name)),
  ).toMatchSnapshot();
});

test("MariaDB's settings are read from what the engine image's program answered", () => {
  const all = readMariadbParameters(answer("mariadb-parameters.tsv"));
  expect(new Set(names(all)).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(400);
  const wanted = [
    "max_connections",
    "innodb_buffer_pool_size",
    "slow_query_log",
    "long_query_time",
    "binlog_format",
    "log_output",
  ];
  expect(all.filter(({ name }) => wanted.includes(name))).toMatchSnapshot();
  const collation = all.find(({ name }) => name === "collation_server");
  expect(collation?.values).toContain("utf8mb4_general_ci");
  expect(collation?.values).not.toContain("utf8mb4_0900_ai_ci");
  // What belongs to a session, or is told only.
  expect(names(all)).not.toContain("version");
  expect(names(all)).not.toContain("last_insert_id");
});
