import { inside } from "../place.js";
import type { ServerSpec } from "../spec.js";
import { identifier, literal } from "./quoting.js";

export const binaries = "/usr/lib/postgresql/15/bin";
/** The control role, a superuser as on RDS; it gets in by the container's own socket only. */
export const adminRole = "rdsadmin";
/** The role that servers copy each other by. */
export const replicationRole = "rdsrepladmin";
/** On the disk, beside the data; as postgresql.conf names them. */
export const certificateFiles = { key: `${inside.disk}/server.key`, certificate: `${inside.disk}/server.crt` } as const;
/** Where the replication role's password is kept for a reader. */
export const passwordFile = `${inside.disk}/replication.pgpass`;
/** Segments of the log that are whole, in the outbox. */
export const logFolder = "log";
/** Segments of the log that a restore reads, in the outbox. */
export const restoreFolder = "restore";

/**
 * postgresql.conf of a server. Memory follows RDS's default parameter group (shared_buffers `{DBInstanceClassMemory/32768}` pages of
 * 8 KiB; max_connections `LEAST({DBInstanceClassMemory/9531392},5000)`); the spec's own parameters win over it.
 */
export function postgresqlConf(spec: ServerSpec): string {
  const bytes = spec.memoryMiB * 1024 * 1024;
  const settings: Readonly<Record<string, string | number>> = {
    max_connections: Math.min(Math.floor(bytes / 9531392), 5000),
    shared_buffers: `${Math.floor(bytes / 32768) * 8}kB`,
    effective_cache_size: `${Math.floor(bytes / 16384) * 8}kB`,
    log_timezone: "UTC",
    timezone: "UTC",
    log_connections: "off",
    "rds.force_ssl": spec.requiresTls ? 1 : 0,
    wal_level: "replica",
    // After a crash all its files are synced before anything else; they are alone on their disk.
    recovery_init_sync_method: "syncfs",
    ...spec.parameters,
    ...fixedSettings,
    port: spec.port,
    ...replicationSettings(spec),
    archive_command: spec.keepsLog ? archiveCommand : "/bin/true",
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${literal(String(value))}\n`)
    .join("");
}

/** What is not the user's to decide. */
const fixedSettings: Readonly<Record<string, string | number>> = {
  listen_addresses: "*",
  unix_socket_directories: "/run",
  // Memory that is only promised would count against a class of 1 GiB at once.
  huge_pages: "off",
  dynamic_shared_memory_type: "posix",
  password_encryption: "scram-sha-256",
  ssl: "on",
  ssl_cert_file: certificateFiles.certificate,
  ssl_key_file: certificateFiles.key,
  lc_messages: "C.UTF-8",
  // RDS's own line prefix and names of files, one an hour.
  log_line_prefix: "%t:%r:%u@%d:[%p]:",
  logging_collector: "on",
  log_destination: "stderr",
  log_directory: `${inside.log}/error`,
  log_filename: "postgresql.log.%Y-%m-%d-%H",
  log_rotation_age: 60,
  log_rotation_size: 0,
  // A server that was cut off is missed within three seconds, and what it missed is kept for it.
  wal_sender_timeout: 3000,
  wal_receiver_timeout: 3000,
  wal_receiver_status_interval: 1,
  wal_retrieve_retry_interval: 500,
  wal_keep_size: 512,
  max_wal_senders: 20,
  hot_standby: "on",
  // A copy keeps the log too: what its writer had not shipped when it died would be missing.
  archive_mode: "always",
};

/** A segment is in the outbox under its own name when it is whole and on the disk. An unfilled one is mostly holes. */
const archiveCommand = `cp --sparse=always %p ${inside.outbox}/${logFolder}/%f.part && sync ${inside.outbox}/${logFolder}/%f.part && mv ${inside.outbox}/${logFolder}/%f.part ${inside.outbox}/${logFolder}/%f`;

function replicationSettings({ replication, id }: ServerSpec): Readonly<Record<string, string>> {
  if (replication.role === "writer") {
    const { acknowledges } = replication;
    return {
      synchronous_standby_names: acknowledges.length === 0 ? "" : `ANY 1 (${acknowledges.map(identifier).join(", ")})`,
      primary_conninfo: "",
    };
  }
  return { synchronous_standby_names: "", primary_conninfo: connectionTo(replication.from, id) };
}

/** How a server connects to the one it copies (libpq's form). The password is in a file. */
export const connectionTo = (from: { readonly address: string; readonly port: number }, id: string): string =>
  [
    `host=${from.address} port=${from.port} user=${replicationRole} passfile=${passwordFile}`,
    `application_name=${id} sslmode=require connect_timeout=3`,
  ].join(" ");

/**
 * Who gets in. Every address may ask: security groups decide who arrives. Where TLS is required, a connection without it is told
 * "no pg_hba.conf entry … no encryption", as on RDS.
 */
export const pgHbaConf = ({
  requiresTls,
}: Pick<ServerSpec, "requiresTls">): string => `local   all          ${adminRole}      trust
local   replication  ${adminRole}      trust
hostssl replication  ${replicationRole}  all  scram-sha-256
host    all          ${adminRole}      all  reject
host    all          ${replicationRole}  all  reject
${requiresTls ? "hostssl" : "host   "} all          all           all  scram-sha-256
`;
