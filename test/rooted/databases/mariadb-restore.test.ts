import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sequenceOf } from "../../../src/parts/databases/mariadb/gtid.js";
import { until } from "../engines.js";
import { master, TestServers } from "./mariadbs.js";

let servers: TestServers;
let kept: string;
beforeAll(async () => {
  servers = await TestServers.begin("db-A", "db-B", "db-C");
  kept = join(servers.engines.state, "kept");
});
afterAll(async () => {
  expect(await servers.end()).toEqual([]);
});

const log = (): string => join(kept, "log");
const keeping = { keepsLog: true } as const;
const moments: number[] = [];

/** A row, and then the moment by which it was there: no other row is of the same second. */
async function write(id: string, number: number): Promise<void> {
  await pause(1100);
  await servers.query(id, `insert into events values (${number})`);
  moments[number] = Date.now();
  await pause(1100);
}

const eventsOf = (id: string): Promise<string> => servers.query(id, "select group_concat(number order by number) from events");

/** Make and start a server out of a backup, and give the rows it has. */
async function restored(id: string, folder: string, until?: number): Promise<string> {
  const { mariadb } = servers;
  const spec = servers.writer(id, keeping);
  await mariadb.make(spec, { kind: "backup", folder, log: { folder: log(), ...(until === undefined ? {} : { until }) } });
  await mariadb.start(spec);
  const rows = await eventsOf(id);
  // It is a server like any other, and takes writes.
  await servers.query(id, "insert into events values (1000)");
  await mariadb.remove(id);
  return rows;
}

describe("backups and the log", () => {
  test("a backup of a running server is whole once it is there, and a server made of it has what was committed before", async () => {
    const { mariadb } = servers;
    const spec = servers.writer("db-A-1", keeping);
    await mariadb.make(spec, { kind: "new" });
    await mariadb.start(spec);
    await mariadb.setMaster(spec, master);
    await servers.query("db-A-1", "create table events (number int primary key); insert into events values (0)");
    const before = Date.now();
    const backup = await mariadb.backup(spec, join(kept, "first"));
    expect(backup.from).toBeGreaterThanOrEqual(before);
    expect(backup.to).toBeGreaterThanOrEqual(backup.from);
    expect(backup.bytes).toBeGreaterThan(1_000_000);
    expect(readdirSync(join(servers.options.folder, "db-A-1", "outbox"))).toEqual([]);
    await servers.query("db-A-1", "insert into events values (1)");
    const copy = servers.writer("db-C-1");
    await mariadb.make(copy, { kind: "backup", folder: join(kept, "first") });
    await mariadb.start(copy);
    expect(await eventsOf("db-C-1")).toBe("0");
    await mariadb.remove("db-C-1");
    await servers.query("db-A-1", "delete from events where number = 1");
  });

  test("with its log it goes to a moment, to the second, or to the end of what was shipped", async () => {
    const { mariadb } = servers;
    const spec = servers.writer("db-A-1", keeping);
    for (const number of [1, 2]) await write("db-A-1", number);
    const first = await mariadb.ship(spec, log());
    expect(first?.until).toBeGreaterThan(moments[2] ?? Infinity);
    await write("db-A-1", 3);
    await servers.query("db-A-1", "create user later@'%' identified by 'l'");
    // Shipping again what was shipped changes nothing.
    await mariadb.ship(spec, log());
    await mariadb.ship(spec, log());
    await write("db-A-1", 4);
    const folder = join(kept, "first");
    expect(await restored("db-C-2", folder, moments[1])).toBe("0,1");
    expect(await restored("db-C-3", folder, first?.until)).toBe("0,1,2");
    expect(await restored("db-C-4", folder)).toBe("0,1,2,3");
  });

  test("its master user may drop the place of our marks in it, which is made again: the log goes on", async () => {
    const { mariadb } = servers;
    const spec = servers.writer("db-A-1", keeping);
    await servers.query("db-A-1", "drop database rdsadmin");
    await mariadb.ship(spec, log());
    await servers.query("db-A-1", "drop table rdsadmin.mark");
    await mariadb.ship(spec, log());
    expect(await restored("db-C-10", join(kept, "first"))).toBe("0,1,2,3,4");
  });

  test("a failover leaves no gap in it: what is only in the old writer's log is rescued, but for what nobody was told of", async () => {
    const { mariadb } = servers;
    const reader = servers.reader("db-B-1", "db-A-1", keeping);
    await mariadb.ship(servers.writer("db-A-1", keeping), log());
    // Neither shipped nor in the log of the reader, which is made as a copy that has it.
    await write("db-A-1", 5);
    await mariadb.make(reader, servers.origin("db-A-1"));
    await mariadb.start(reader);
    await mariadb.start(servers.writer("db-A-1", { ...keeping, replication: { role: "writer", acknowledges: ["db-B-1"] } }));
    const waiting = servers.writer("db-A-1", { ...keeping, replication: { role: "writer", acknowledges: ["db-B-1"] } });
    await until("it acknowledges", async () => (await mariadb.health(waiting)).copies[0]?.acknowledges === true);
    expect(await mariadb.ship(reader, log())).toBeUndefined();
    await write("db-A-1", 6);
    // In the old writer's log, and nowhere else: its commit waits for the reader, for ever.
    await servers.control("db-B-1", "STOP SLAVE IO_THREAD");
    const sequence = async (): Promise<number> => sequenceOf(await servers.variable("db-A-1", "gtid_binlog_pos"));
    const before = await sequence();
    const unanswered = servers.query("db-A-1", "insert into events values (99)").catch((error: unknown) => error);
    await until("it waits", async () => (await sequence()) > before);
    servers.kill("db-A-1");
    expect(await unanswered).toBeInstanceOf(Error);
    await mariadb.start(servers.writer("db-B-1", keeping));
    expect(await mariadb.ship(waiting, log())).toBeUndefined();
    await mariadb.rescue(waiting, log(), "db-B-1");
    await mariadb.remove("db-A-1");
    await write("db-B-1", 7);
    await mariadb.ship(servers.writer("db-B-1", keeping), log());
    const folder = join(kept, "first");
    expect(await restored("db-C-5", folder, moments[5])).toBe("0,1,2,3,4,5");
    expect(await restored("db-C-6", folder, moments[6])).toBe("0,1,2,3,4,5,6");
    expect(await restored("db-C-7", folder)).toBe("0,1,2,3,4,5,6,7");
  });

  test("what no backup needs any more is pruned, and what one needs is not", async () => {
    const { mariadb } = servers;
    const spec = servers.writer("db-B-1", keeping);
    const before = readdirSync(log()).length;
    await mariadb.prune(log(), [join(kept, "first")]);
    expect(readdirSync(log())).toHaveLength(before);
    await mariadb.backup(spec, join(kept, "second"));
    await write("db-B-1", 8);
    await mariadb.ship(spec, log());
    await mariadb.prune(log(), [join(kept, "second")]);
    expect(readdirSync(log()).length).toBeLessThan(before);
    expect(await restored("db-C-8", join(kept, "second"))).toBe("0,1,2,3,4,5,6,7,8");
  });

  test("a server that goes for good hands over what it had not shipped", async () => {
    const { mariadb } = servers;
    await write("db-B-1", 9);
    servers.kill("db-B-1");
    await until("it ended", () => mariadb.observe("db-B-1") === "stopped");
    await mariadb.rescue(servers.writer("db-B-1", keeping), log());
    expect(await restored("db-C-10", join(kept, "second"))).toBe("0,1,2,3,4,5,6,7,8,9");
  });

  test("a backup or a restore that was cut short is made anew", async () => {
    const { mariadb } = servers;
    const spec = servers.writer("db-C-9", keeping);
    const origin = { kind: "backup", folder: join(kept, "second"), log: { folder: log() } } as const;
    const cut = mariadb.make(spec, origin).catch((error: unknown) => error);
    await until("it is at it", () => existsSync(join(servers.options.folder, "db-C-9", "disk", "data.making", "mysql")));
    expect(mariadb.observe("db-C-9")).toBe("absent");
    await servers.mariadb.stop("db-C-9", 0);
    await cut;
    await servers.mariadb.make(spec, origin);
    await mariadb.start(spec);
    expect(await eventsOf("db-C-9")).toBe("0,1,2,3,4,5,6,7,8,9");
    await mariadb.remove("db-C-9");
    await mariadb.remove("db-B-1");
  });
});
