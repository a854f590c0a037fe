import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  serverNumber,
  settingsChanged,
  settingsIn,
  settingsOf,
  settingsText,
} from "../../../../src/parts/databases/mariadb/config.js";
import type { ServerSpec } from "../../../../src/parts/databases/spec.js";

const spec: ServerSpec = {
  id: "db-ABC",
  namespace: "st-000000-eni-x",
  port: 3306,
  memoryMiB: 1024,
  vcpus: 2,
  storageGiB: 20,
  parameters: {},
  requiresTls: false,
  certificate: { key: "key", certificate: "certificate" },
  replication: { role: "writer", acknowledges: [] },
  replicationPassword: "secret",
  keepsLog: true,
};
const golden = (name: string): string => readFileSync(join(import.meta.dirname, name), "utf8");

describe("my.cnf", () => {
  test("of a writer whose commits wait for a copy, with parameters of its own", () => {
    const written = settingsText(
      settingsOf({
        ...spec,
        requiresTls: true,
        parameters: { "max-connections": "500", innodb_buffer_pool_size: "256M", sql_mode: "ANSI,STRICT_ALL_TABLES" },
        replication: { role: "writer", acknowledges: ["db-ABC-2"] },
      }),
    );
    expect(written).toBe(golden("writer.cnf"));
    expect(written).not.toContain(spec.replicationPassword);
  });

  test("of a reader that acknowledges", () => {
    const from = { id: "db-ABC", address: "10.0.0.7", port: 3306 };
    expect(settingsText(settingsOf({ ...spec, id: "db-ABC-2", replication: { role: "reader", from } }, true))).toBe(
      golden("reader.cnf"),
    );
  });

  test("is read back as it was written", () => {
    const settings = settingsOf({ ...spec, parameters: { init_connect: "SET a = 1" } });
    expect(settingsIn(settingsText(settings))).toEqual(settings);
  });

  test("nobody takes what replication without loss needs", () => {
    const settings = settingsOf({ ...spec, parameters: { "rpl-semi-sync-master-timeout": "1", log_slave_updates: "OFF" } });
    expect(settings.get("rpl_semi_sync_master_timeout")).toBe("4294967295");
    expect(settings.get("log_slave_updates")).toBe("ON");
  });

  test.each([
    ["a name that is two lines", { "a\nb": "1" }],
    ["a value that is two lines", { sql_mode: "ANSI\nplugin_load = x" }],
    ["a value that ends at a comment", { sql_mode: "ANSI # x" }],
  ])("%s is refused", (_, parameters) => {
    expect(() => settingsOf({ ...spec, parameters })).toThrow(/db-ABC: the parameter .* cannot be written/);
  });
});

test("what changed is named, with nothing where it is to be the default again", () => {
  const before = settingsOf({ ...spec, parameters: { wait_timeout: "5", back_log: "9" } });
  expect(settingsChanged(before, settingsOf({ ...spec, parameters: { wait_timeout: "6" } }))).toEqual([
    ["wait_timeout", "6"],
    ["back_log", undefined],
  ]);
});

test("a server's number is its own, and a 32-bit number above 0", () => {
  const numbers = Array.from({ length: 500 }, (_, index) => serverNumber(`db-${index}`));
  expect(new Set(numbers).size).toBe(500);
  for (const number of numbers) expect(number > 0 && number < 2 ** 32).toBe(true);
});
