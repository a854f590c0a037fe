import { describe, expect, test } from "vitest";
import { identifier, literal, passwordHash, settingValue } from "../../../../src/parts/databases/mariadb/quoting.js";
import { databaseStatement, masterStatements, replicationStatements } from "../../../../src/parts/databases/mariadb/users.js";

describe("statements for users", () => {
  test("quote what is a user's, and hold no password", () => {
    const statements = masterStatements({ username: "o'neil\\", password: "it's; secret" });
    expect(statements).toMatchInlineSnapshot(`
      [
        "CREATE USER IF NOT EXISTS 'o''neil\\\\'@'%' IDENTIFIED VIA mysql_native_password USING '*5CFC1BF5FC8E127B0354C8EF6B40DAC584140D64'",
        "ALTER USER 'o''neil\\\\'@'%' IDENTIFIED VIA mysql_native_password USING '*5CFC1BF5FC8E127B0354C8EF6B40DAC584140D64'",
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER ON *.* TO 'o''neil\\\\'@'%' WITH GRANT OPTION",
      ]
    `);
    expect([...statements, ...replicationStatements("it's; secret")].join()).not.toContain("secret");
  });

  test("of the replication user ask for TLS, and are in no log that others follow", () => {
    const statements = replicationStatements("x");
    expect(statements[0]).toBe("SET SESSION sql_log_bin = 0");
    expect(statements[1]).toMatch(/REQUIRE SSL$/);
  });

  test("a database's name is quoted", () => {
    expect(databaseStatement("a`b")).toBe("CREATE DATABASE IF NOT EXISTS `a``b`");
  });
});

test("the hash of a password is MariaDB's own", () => {
  // SELECT PASSWORD('password')
  expect(passwordHash("password")).toBe("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
});

test("texts with what some sessions take for an escape are written in hexadecimal", () => {
  expect(literal("it's")).toBe("'it''s'");
  expect(literal("a\\'b")).toBe("CONVERT(X'615c2762' USING utf8mb4)");
  expect(identifier("x`y")).toBe("`x``y`");
});

test.each([
  ["128M", "134217728"],
  ["1g", "1073741824"],
  ["17", "17"],
  ["0.5", "0.5"],
  ["ON", "'ON'"],
  ["ANSI,STRICT_ALL_TABLES", "'ANSI,STRICT_ALL_TABLES'"],
  ["", "''"],
])("the setting %j is %s in a statement", (text, value) => {
  expect(settingValue(text)).toBe(value);
});
