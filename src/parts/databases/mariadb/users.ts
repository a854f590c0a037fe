import type { MasterUser } from "../spec.js";
import { adminUser, replicationUser } from "./config.js";
import { markPlace } from "./marks.js";
import { identifier, passwordHash, plain } from "./quoting.js";

/**
 * What RDS for MariaDB gives its master user, on everything and with the right to pass it on
 * (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html): no SUPER, no FILE, no SHUTDOWN.
 */
const masterPrivileges = [
  ...["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "RELOAD", "PROCESS", "REFERENCES", "INDEX", "ALTER"],
  ...["SHOW DATABASES", "CREATE TEMPORARY TABLES", "LOCK TABLES", "EXECUTE", "REPLICATION SLAVE", "REPLICATION CLIENT"],
  ...["CREATE VIEW", "SHOW VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "CREATE USER", "EVENT", "TRIGGER"],
];

const anywhere = (name: string): string => `${plain(name)}@'%'`;
const withPassword = (password: string): string => `IDENTIFIED VIA mysql_native_password USING ${plain(passwordHash(password))}`;

/** For `rdsadmin`, one at a time; they may be repeated, and then give the user this password and its rights again. Pure. */
export const masterStatements = ({ username, password }: MasterUser): readonly string[] => [
  `CREATE USER IF NOT EXISTS ${anywhere(username)} ${withPassword(password)}`,
  `ALTER USER ${anywhere(username)} ${withPassword(password)}`,
  `GRANT ${masterPrivileges.join(", ")} ON *.* TO ${anywhere(username)} WITH GRANT OPTION`,
];

export const isThere = (username: string): string =>
  `SELECT 1 AS there FROM mysql.global_priv WHERE User = ${plain(username)} AND Host = '%'`;

export const databaseStatement = (name: string): string => `CREATE DATABASE IF NOT EXISTS ${identifier(name)}`;

/** The user by which servers copy each other: each server has its own, outside the log, for a writer may wait for those it copies. */
export const replicationStatements = (password: string): readonly string[] => [
  "SET SESSION sql_log_bin = 0",
  `CREATE USER IF NOT EXISTS ${anywhere(replicationUser)} ${withPassword(password)} REQUIRE SSL`,
  `ALTER USER ${anywhere(replicationUser)} ${withPassword(password)} REQUIRE SSL`,
  `GRANT REPLICATION SLAVE ON *.* TO ${anywhere(replicationUser)}`,
  "SET SESSION sql_log_bin = 1",
];

/**
 * What the template has beside the engine's own: the control user, for root on the host and for the container's own programs, and
 * a place for our marks in the log.
 */
export const templateSql = [
  // Until then users are not known to the server that makes the data.
  "FLUSH PRIVILEGES;",
  `CREATE USER ${adminUser}@localhost IDENTIFIED VIA unix_socket;`,
  `GRANT ALL ON *.* TO ${adminUser}@localhost WITH GRANT OPTION;`,
  "CREATE OR REPLACE USER mysql@localhost IDENTIFIED VIA unix_socket;",
  "GRANT ALL ON *.* TO mysql@localhost;",
  "DROP USER IF EXISTS root@localhost, ''@localhost;",
  "DELETE FROM mysql.proxies_priv;",
  ...markPlace.map((statement) => `${statement};`),
  "",
].join("\n");
