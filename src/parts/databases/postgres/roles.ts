import { replicationRole } from "./config.js";
import { identifier, literal } from "./quoting.js";

/**
 * The master user as on RDS (CREATEDB CREATEROLE, member of `rds_superuser`, not a superuser), who owns `postgres`. Statements for `rdsadmin`, one at a time; they may be repeated, and then give
 * the user another password, of which only the verifier is said. Pure.
 */
export const masterStatements = (username: string, verifier: string): readonly string[] => [
  // Of an incarnation that was killed there may be a session still at it: one after the other.
  "SELECT pg_advisory_lock(1)",
  role("rds_superuser", "NOLOGIN"),
  "GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION",
  role(username, "LOGIN CREATEDB CREATEROLE"),
  `ALTER ROLE ${identifier(username)} PASSWORD ${literal(verifier)}`,
  `GRANT rds_superuser TO ${identifier(username)}`,
  `ALTER DATABASE postgres OWNER TO ${identifier(username)}`,
];

/** The role by which servers copy each other. */
export const replicationStatements = (verifier: string): readonly string[] => [
  "SELECT pg_advisory_lock(1)",
  role(replicationRole, "LOGIN REPLICATION"),
  `ALTER ROLE ${identifier(replicationRole)} PASSWORD ${literal(verifier)}`,
];

const role = (name: string, options: string): string =>
  unlessThere(`SELECT FROM pg_roles WHERE rolname = ${literal(name)}`, `CREATE ROLE ${identifier(name)} ${options}`);

const unlessThere = (is: string, statement: string): string =>
  `DO $do$ BEGIN IF NOT EXISTS (${is}) THEN EXECUTE ${literal(statement)}; END IF; END $do$`;

/** CREATE DATABASE can be neither conditional nor part of a block: for where there is none of the name. */
export const databaseStatement = (name: string, owner: string): string =>
  `CREATE DATABASE ${identifier(name)} OWNER ${identifier(owner)}`;
