import { createHash } from "node:crypto";
import type { ImageUser } from "../../engine/program.js";
import { inside } from "../place.js";
import type { ServerSpec } from "../spec.js";

/** Where a server's things are inside its container, beside `inside.data`, which is its datadir. */
export const files = {
  settings: `${inside.disk}/my.cnf`,
  key: `${inside.disk}/server.key`,
  certificate: `${inside.disk}/server.crt`,
  socket: "/run/mariadb.sock",
} as const;

/** Folders on the disk that a server has beside its data and its logs. */
export const diskFolders = ["binlog", "relay", "tmp"] as const;
/** Folders below `inside.log`, by RDS's names. */
export const logFolders = ["error", "slowquery", "general"] as const;
export const errorLog = "error/mysql-error.log";
/** RDS's name for the binary log. */
export const binlogBase = `${inside.disk}/binlog/mysql-bin-changelog`;

/** The control user, who has everything; it gets in by the container's own socket only. */
export const adminUser = "rdsadmin";
export const replicationUser = "rdsrepladmin";

/**
 * The container's /etc/passwd. By the socket MariaDB lets in whose account has the name of its user: root, which is us on the host, is
 * `rdsadmin` there, and the server's own user may do everything too.
 */
export const passwd = ({ uid, gid }: ImageUser): string =>
  `${adminUser}:x:0:0::/:/bin/false\nmysql:x:${uid}:${gid}::/:/bin/false\n`;

/** Settings of the server, in the order of my.cnf. */
export type Settings = ReadonlyMap<string, string>;

/** Of each server in one replication another; the same for one id for ever. 1 to 2^32-1. */
export const serverNumber = (id: string): number =>
  (Number.parseInt(createHash("sha256").update(id).digest("hex").slice(0, 8), 16) % 0xfffffffe) + 1;

/** RDS's innodb_log_file_size. */
export const redoLogBytes = 128 * 1024 * 1024;
/** Commits wait for a copy, without end: falling back would lose what was acknowledged. Milliseconds, the most there is. */
const forEver = 0xffffffff;
/** How long the log is kept for a copy that is away, in seconds. RDS has no figure: it keeps it while a replica needs it. */
export const logSeconds = 3600;

/**
 * The settings of a DB instance: RDS's defaults for its memory (innodb_buffer_pool_size `{DBInstanceClassMemory*3/4}`,
 * max_connections `{DBInstanceClassMemory/12582880}`), what replication without loss needs, then the caller's parameters, except
 * that `ours` are not theirs to set, as on RDS. `acknowledges`: of a reader, that its writer's commits may wait for it. Pure.
 * @throws when a parameter's name or value cannot be written to my.cnf
 */
export function settingsOf(spec: ServerSpec, acknowledges = false): Settings {
  const bytes = spec.memoryMiB * 1024 * 1024;
  const { replication } = spec;
  const isWriter = replication.role === "writer";
  const defaults = {
    innodb_buffer_pool_size: Math.floor((bytes * 3) / 4),
    max_connections: Math.max(10, Math.floor(bytes / 12582880)),
    character_set_server: "utf8mb4",
    collation_server: "utf8mb4_general_ci",
    // RDS's own defaults for every class.
    binlog_format: "MIXED",
    key_buffer_size: 16 * 1024 * 1024,
    max_binlog_size: 128 * 1024 * 1024,
    innodb_log_file_size: redoLogBytes,
    innodb_flush_log_at_trx_commit: 1,
    sync_binlog: 1,
    // The engine's 128 MiB are for tables of Aria, which are the system's own here.
    aria_pagecache_buffer_size: 8 * 1024 * 1024,
    log_output: "TABLE",
    require_secure_transport: onOff(spec.requiresTls),
  };
  const ours = {
    datadir: inside.data,
    socket: files.socket,
    pid_file: "/run/mariadb.pid",
    tmpdir: `${inside.disk}/tmp`,
    port: spec.port,
    bind_address: "*",
    skip_name_resolve: "ON",
    ssl_key: files.key,
    ssl_cert: files.certificate,
    log_error: `${inside.log}/${errorLog}`,
    slow_query_log_file: `${inside.log}/slowquery/mysql-slowquery.log`,
    general_log_file: `${inside.log}/general/mysql-general.log`,
    server_id: serverNumber(spec.id),
    report_host: spec.id,
    log_bin: binlogBase,
    // A copy that becomes the writer has all the log that those who follow it then may ask for.
    log_slave_updates: "ON",
    gtid_strict_mode: "ON",
    relay_log: `${inside.disk}/relay/relaylog`,
    // What it received is applied first: see replication.ts.
    skip_slave_start: "ON",
    // What a copy acknowledges is on its disk.
    sync_relay_log: 1,
    // A writer that is cut off is missed after three seconds.
    slave_net_timeout: 3,
    binlog_expire_logs_seconds: isWriter && spec.keepsLog ? 0 : logSeconds,
    rpl_semi_sync_master_wait_point: "AFTER_SYNC",
    rpl_semi_sync_master_timeout: forEver,
    rpl_semi_sync_master_wait_no_slave: "ON",
    rpl_semi_sync_master_enabled: onOff(isWriter && replication.acknowledges.length > 0),
    // A stopping copy would look for its writer for five seconds to say so.
    rpl_semi_sync_slave_kill_conn_timeout: 1,
    rpl_semi_sync_slave_enabled: onOff(!isWriter && acknowledges),
  };
  const parameters = Object.entries(spec.parameters).map(([name, value]) => [name.replaceAll("-", "_"), value] as const);
  for (const [name, value] of parameters) if (!isWritable(name, value)) throw new Error(unwritable(spec.id, name));
  const all = [...Object.entries(defaults), ...parameters, ...Object.entries(ours)];
  return new Map(all.map(([name, value]) => [name, String(value)]));
}

const onOff = (is: boolean): string => (is ? "ON" : "OFF");
/** my.cnf is read by the line, and a value would end at a `#`. */
const isWritable = (name: string, value: string): boolean => /^[a-z0-9_]+$/i.test(name) && !/[\p{Cc}#"'\\]/u.test(value);
const unwritable = (id: string, name: string): string =>
  `${id}: the parameter ${JSON.stringify(name)} cannot be written to my.cnf: its name may have letters, digits and _, its value no quote, # or control character. Change it in the DB parameter group.`;

/** my.cnf. */
export const settingsText = (settings: Settings): string =>
  `[mariadbd]\n${[...settings].map(([name, value]) => `${name} = ${value}\n`).join("")}`;

/** What `settingsText` wrote. */
export const settingsIn = (text: string): Settings =>
  new Map(
    text.split("\n").flatMap((line) => {
      const at = line.indexOf(" = ");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 3)] as const];
    }),
  );

/** What is another now than before; `undefined` where it is to be the engine's default again. */
export function settingsChanged(
  before: Settings,
  now: Settings,
): readonly (readonly [name: string, value: string | undefined])[] {
  const names = [...new Set([...before.keys(), ...now.keys()])];
  return names.filter((name) => before.get(name) !== now.get(name)).map((name) => [name, now.get(name)] as const);
}
