import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../engines.js";
import { master, TestServers } from "./mariadbs.js";

let servers: TestServers;
beforeAll(async () => {
  servers = await TestServers.begin("db-FULL");
});
afterAll(async () => {
  expect(await servers.end()).toEqual([]);
});

test("on a full disk writes fail or wait and reads are answered; with more storage it goes on, and nothing committed is lost", async () => {
  const { mariadb } = servers;
  const spec = servers.writer("db-FULL", { storageGiB: 1 });
  await mariadb.make(spec, { kind: "new" });
  await mariadb.start(spec);
  await mariadb.setMaster(spec, master);
  await servers.query("db-FULL", "create table filled (number int primary key, text longblob)");
  let committed = 0;
  let isOver = false;
  // A commit may fail, or wait for room.
  const filling = (async () => {
    for (let number = 1; !isOver; number += 1) {
      const done = servers.query("db-FULL", `insert into filled values (${number}, repeat('x', 8000000))`);
      if ((await done.catch(() => undefined)) !== undefined) committed = number;
      else isOver = true;
    }
  })();
  await until("it is full", () => isOver || mariadb.storage("db-FULL").free < 1_000_000);
  const before = committed;
  expect(before).toBeGreaterThan(10);
  expect(mariadb.observe("db-FULL")).toBe("ready");
  expect(Number(await servers.query("db-FULL", "select count(*) from filled"))).toBeGreaterThanOrEqual(before);
  await mariadb.start({ ...spec, storageGiB: 2 });
  expect(mariadb.storage("db-FULL").total).toBeGreaterThan(1.5 * 1024 ** 3);
  isOver = true;
  // One that waits goes on within the minute.
  await filling;
  await servers.query("db-FULL", "insert into filled values (100000, '')");
  await mariadb.stop("db-FULL");
  await mariadb.start({ ...spec, storageGiB: 2 });
  expect(Number(await servers.query("db-FULL", "select count(*) from filled where number < 100000"))).toBeGreaterThanOrEqual(
    committed,
  );
  expect(await servers.query("db-FULL", "check table filled")).toMatch(/status\tOK$/);
  await mariadb.remove("db-FULL");
});
