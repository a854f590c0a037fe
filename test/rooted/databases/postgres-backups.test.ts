import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Postgres } from "../../../src/parts/databases/postgres/postgres.js";
import type { Backup, ServerSpec } from "../../../src/parts/databases/spec.js";
import { until } from "../engines.js";
import { master, TestServers } from "./support.js";

let servers: TestServers;
let postgres: Postgres;
let folder: (name: string) => string;

beforeAll(async () => {
  servers = await TestServers.begin();
  postgres = new Postgres(servers.options);
  folder = (name) => join(servers.engines.state, "backups", name);
});
afterAll(async () => {
  expect(await servers.end()).toEqual([]);
});

async function begin(spec: ServerSpec): Promise<void> {
  await postgres.make(spec, { kind: "new" });
  await postgres.start(spec);
  await postgres.setMaster(spec, master);
}

/** A moment that is between what was committed before and what is committed later, by the server's own clock (which is ours). */
async function moment(): Promise<number> {
  await pause(5);
  const at = Date.now();
  await pause(5);
  return at;
}

/** A server made from a backup at the third place; gives the rows, and removes it. */
async function restored(id: string, backup: string, log?: { folder: string; until?: number }): Promise<string> {
  const spec = servers.spec(id, 3, { replicationPassword: "another", keepsLog: false });
  await postgres.make(spec, { kind: "backup", folder: backup, ...(log === undefined ? {} : { log }) });
  await postgres.start(spec);
  const rows = await servers.query(3, "select string_agg(n::text, ',' order by n) from rows");
  await postgres.remove(id);
  return rows;
}

describe("a backup and the log after it", () => {
  let backup: Backup;
  let beforeDrop: number;

  beforeAll(async () => {
    await begin(servers.spec("db-ONE", 1));
    await servers.query(1, "create table rows (n int primary key)");
    await servers.query(1, "insert into rows values (1)");
    backup = await postgres.backup(servers.spec("db-ONE", 1), folder("base"));
  });
  afterAll(() => postgres.remove("db-ONE"));

  test("without the log it has what was committed before it", async () => {
    await servers.query(1, "insert into rows values (2)");
    expect(backup.to).toBeGreaterThanOrEqual(backup.from);
    expect(backup.bytes).toBeGreaterThan(1024 * 1024);
    expect(await restored("db-AS-IT-WAS", folder("base"))).toBe("1");
  });

  test("up to a moment it has exactly the rows committed before, of a table that was dropped then", async () => {
    const spec = servers.spec("db-ONE", 1);
    await servers.query(1, "insert into rows values (3)");
    beforeDrop = await moment();
    await servers.query(1, "insert into rows values (4)");
    await servers.query(1, "create table later as select * from rows; drop table rows");
    const shipped = await postgres.ship(spec, folder("log"));
    expect(shipped?.until).toBeGreaterThan(beforeDrop);
    expect(await restored("db-THEN", folder("base"), { folder: folder("log"), until: beforeDrop })).toBe("1,2,3");
    await servers.query(1, "alter table later rename to rows");
  });

  test("up to the moment that shipping gave it has everything", async () => {
    const shipped = await postgres.ship(servers.spec("db-ONE", 1), folder("log"));
    expect(await restored("db-NOW", folder("base"), { folder: folder("log"), until: shipped!.until })).toBe("1,2,3,4");
  });

  test("what only an older backup needed of the log is pruned, and the newer one still reaches its end", async () => {
    const spec = servers.spec("db-ONE", 1);
    await postgres.backup(spec, folder("second"));
    await servers.query(1, "insert into rows values (5)");
    const shipped = await postgres.ship(spec, folder("log"));
    await postgres.prune(folder("log"), [folder("second")]);
    const log = { folder: folder("log"), until: shipped!.until };
    expect(await restored("db-SECOND", folder("second"), log)).toBe("1,2,3,4,5");
    await expect(postgres.make(servers.spec("db-OLD", 3), { kind: "backup", folder: folder("base"), log })).rejects.toThrow(
      /Restoring db-OLD failed/,
    );
    await postgres.remove("db-OLD");
  });

  test("a stopped server hands over what it had finished, and had not come to hand out", async () => {
    const spec = servers.spec("db-ONE", 1);
    await servers.query(1, "insert into rows values (6)");
    chmodSync(join(servers.options.folder, spec.id, "outbox", "log"), 0o500);
    await postgres.stop(spec.id);
    expect(await postgres.ship(spec, folder("log"))).toBeUndefined();
    await postgres.rescue(spec, folder("log"));
    expect(await restored("db-STOPPED", folder("second"), { folder: folder("log") })).toBe("1,2,3,4,5,6");
  });

  test("a backup of a server that does not run is refused, and leaves nothing half-made", async () => {
    await expect(postgres.backup(servers.spec("db-ONE", 1), folder("never"))).rejects.toThrow();
    expect(existsSync(folder("never"))).toBe(false);
  });
});

describe("over a failover", () => {
  test("the log of both servers is one history", async () => {
    const alone = servers.spec("db-TWO", 1);
    await begin(alone);
    await servers.query(1, "create table rows (n int primary key); insert into rows values (1)");
    await postgres.backup(alone, folder("two"));
    await servers.query(1, "insert into rows values (2)");
    const from = { id: alone.id, address: servers.address(1), port: 5432 };
    const reader = servers.spec("db-TWO-2", 2, { replication: { role: "reader", from } });
    await postgres.make(reader, { kind: "server", ...from });
    await postgres.start(reader);
    const writer = servers.spec("db-TWO", 1, { replication: { role: "writer", acknowledges: [reader.id] } });
    await postgres.start(writer);
    await until("it acknowledges", async () =>
      (await postgres.health(writer)).copies.some(({ id, acknowledges }) => id === reader.id && acknowledges),
    );
    expect(await postgres.health(reader)).toMatchObject({ role: "reader", receives: true });
    await servers.query(1, "insert into rows values (3)");
    await postgres.ship(writer, folder("two-log"));
    expect(await postgres.ship(reader, folder("two-log"))).toBeUndefined();
    // Acknowledged and not shipped when the writer dies: the reader has it.
    await servers.query(1, "insert into rows values (4)");
    const before = await moment();
    await postgres.stop(writer.id, 0);
    await postgres.rescue(writer, folder("two-log"));
    await postgres.remove(writer.id);
    const promoted = servers.spec("db-TWO-2", 2);
    await postgres.start(promoted);
    await servers.query(2, "insert into rows values (5)");
    const shipped = await postgres.ship(promoted, folder("two-log"));
    await servers.query(2, "insert into rows values (6)");
    const log = folder("two-log");
    expect(await restored("db-BEFORE", folder("two"), { folder: log, until: before })).toBe("1,2,3,4");
    expect(await restored("db-AFTER", folder("two"), { folder: log, until: shipped!.until })).toBe("1,2,3,4,5");
    await postgres.remove("db-TWO-2");
  });
});
