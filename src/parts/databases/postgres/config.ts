import { certificateFiles } from "./certificate.js";
import type { PostgresSpec } from "./spec.js";

/** Where a database's folder appears inside its container (a place that Debian's base system has). */
export const dataFolder = "/srv";
export const binaries = "/usr/lib/postgresql/15/bin";
/** The control role, a superuser as on RDS; it gets in by the container's own socket only. */
export const adminRole = "rdsadmin";

/**
 * postgresql.conf of a DB instance. Memory follows RDS's default parameter group
 * (shared_buffers `{DBInstanceClassMemory/32768}` pages of 8 KiB; max_connections
 * `LEAST({DBInstanceClassMemory/9531392},5000)`).
 */
export function postgresqlConf(spec: PostgresSpec): string {
  const bytes = spec.memoryMiB * 1024 * 1024;
  const settings: readonly (readonly [string, string | number])[] = [
    ["listen_addresses", "'*'"],
    ["port", spec.port],
    ["unix_socket_directories", "'/run'"],
    ["max_connections", Math.min(Math.floor(bytes / 9531392), 5000)],
    ["shared_buffers", `${Math.floor(bytes / 32768) * 8}kB`],
    ["effective_cache_size", `${Math.floor(bytes / 16384) * 8}kB`],
    // Memory that is only promised would count against a class of 1 GiB at once.
    ["huge_pages", "off"],
    ["dynamic_shared_memory_type", "posix"],
    ["password_encryption", "'scram-sha-256'"],
    ["ssl", "on"],
    ["ssl_cert_file", `'${certificateFiles.certificate}'`],
    ["ssl_key_file", `'${certificateFiles.key}'`],
    ["wal_level", "replica"],
    ["log_timezone", "'UTC'"],
    ["timezone", "'UTC'"],
    ["log_line_prefix", "'%t:%r:%u@%d:[%p]:'"],
    ["log_connections", "off"],
    ["lc_messages", "'C.UTF-8'"],
  ];
  return settings.map(([name, value]) => `${name} = ${value}\n`).join("");
}

/**
 * Who gets in. Every address may ask: security groups decide who arrives. RDS for PostgreSQL 15 and later has
 * `rds.force_ssl` = 1, so a connection without TLS is told "no pg_hba.conf entry … no encryption", as there.
 */
export const pgHbaConf = `local   all  ${adminRole}               trust
hostssl all  ${adminRole}  all          reject
hostssl all  all           all          scram-sha-256
`;

/**
 * What a new server is given once, as often as wanted: the master user as on RDS (CREATEDB CREATEROLE, member of
 * `rds_superuser`, not a superuser), who owns `postgres` and the first database. For psql, as `rdsadmin`.
 */
export function bootstrapSql(spec: PostgresSpec): string {
  const master = identifier(spec.masterUsername);
  const databases = spec.databaseName === "postgres" ? [] : [spec.databaseName];
  return [
    // A statement that fails must not leave the password in the server's log.
    "SET log_min_error_statement = 'panic';",
    // A psql of an incarnation that was killed may still be at it: one after the other.
    "SELECT pg_advisory_lock(1) \\g /dev/null",
    role("rds_superuser", "NOLOGIN"),
    "GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION;",
    role(spec.masterUsername, "LOGIN CREATEDB CREATEROLE"),
    `ALTER ROLE ${master} PASSWORD ${literal(spec.masterPassword)};`,
    `GRANT rds_superuser TO ${master};`,
    `ALTER DATABASE postgres OWNER TO ${master};`,
    ...databases.map(
      (name) =>
        `SELECT ${literal(`CREATE DATABASE ${identifier(name)} OWNER ${master}`)} WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(name)}) \\gexec`,
    ),
    "",
  ].join("\n");
}

const role = (name: string, options: string): string =>
  `SELECT ${literal(`CREATE ROLE ${identifier(name)} ${options}`)} WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(name)}) \\gexec`;

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
