import { replicationRole } from "./config.js";
import { identifier, literal } from "./quoting.js";

/** Of an incarnation that was killed there may be a session still at it: one after the other. */
export const oneAtATime = "SELECT pg_advisory_lock(1)";

/**
 * The master user as on RDS (CREATEDB CREATEROLE, member of `rds_superuser`, not a superuser). Statements for `rdsadmin`, one at a time; they may be repeated, and then give
 * the user another password, of which only the verifier is said. Pure.
 * @param owned databases that are his from the moment that there is such a user: what he did with them since is his affair
 */
export const masterStatements = (username: string, verifier: string, owned: readonly string[] = []): readonly string[] => [
  "BEGIN",
  role("rds_superuser", "NOLOGIN"),
  "GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION",
  role(username, "LOGIN CREATEDB CREATEROLE"),
  `ALTER ROLE ${identifier(username)} PASSWORD ${literal(verifier)}`,
  `GRANT rds_superuser TO ${identifier(username)}`,
  ...owned.map((database) => `ALTER DATABASE ${identifier(database)} OWNER TO ${identifier(username)}`),
  "COMMIT",
];

export const isThere = (username: string): string => `SELECT FROM pg_roles WHERE rolname = ${literal(username)}`;

/** The role by which servers copy each other. */
export const replicationStatements = (verifier: string): readonly string[] => [
  oneAtATime,
  role(replicationRole, "LOGIN REPLICATION"),
  `ALTER ROLE ${identifier(replicationRole)} PASSWORD ${literal(verifier)}`,
];

const role = (name: string, options: string): string => unlessThere(isThere(name), `CREATE ROLE ${identifier(name)} ${options}`);

const unlessThere = (is: string, statement: string): string =>
  `DO $do$ BEGIN IF NOT EXISTS (${is}) THEN EXECUTE ${literal(statement)}; END IF; END $do$`;

/** CREATE DATABASE can be neither conditional nor part of a block: for where there is none of the name. */
export const databaseStatement = (name: string): string => `CREATE DATABASE ${identifier(name)}`;
