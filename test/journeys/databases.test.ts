import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateDBInstanceReadReplicaCommand, PromoteReadReplicaCommand, RebootDBInstanceCommand } from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cgroupProcesses } from "../../src/parts/host/cgroup.js";
import { cgroupPath } from "../../src/parts/host/label.js";
import { DatabaseJourney } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** A Multi-AZ PostgreSQL: what was acknowledged survives whatever ends the writer, under the same name. */
const region = new JourneyRegion();
let journey: DatabaseJourney;
let host: string;

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
  journey = new DatabaseJourney(region);
  await journey.deploy("orders", { MultiAZ: true });
  host = (await journey.describe()).Endpoint?.Address ?? "";
});
afterAll(() => region.purge());

/** The server's first process, by what is kept of its container. */
const firstProcess = (server: string): number => Number(readFileSync(join(region.state, "databases", server, "pid"), "utf8"));

test("it is available when its standby, in another zone, has every commit", async () => {
  const db = await journey.describe();
  expect(db).toMatchObject({ DBInstanceStatus: "available", MultiAZ: true });
  expect(db.SecondaryAvailabilityZone).toBeDefined();
  expect(db.SecondaryAvailabilityZone).not.toBe(db.AvailabilityZone);
});

test("the admitted group connects, another is dropped", async () => {
  expect(await journey.query("select 6 * 7", { host })).toEqual([["42"]]);
  await expect(journey.query("select 1", { host, from: "stranger" })).rejects.toThrow(/timeout|terminated/);
});

describe("an append workload goes on, and no acknowledged row is lost,", () => {
  beforeAll(() => journey.query("create table appended (n int primary key)", { host }));

  const ways: readonly (readonly [string, (serverId: string, zone: string) => Promise<unknown>])[] = [
    ["when the engine is killed", async (serverId) => process.kill(firstProcess(serverId), "SIGKILL")],
    [
      "when everything of its host is killed",
      async (serverId) => {
        for (const pid of cgroupProcesses(cgroupPath(region.label, serverId))) process.kill(pid, "SIGKILL");
      },
    ],
    [
      "when it is rebooted with failover",
      () => journey.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders", ForceFailover: true })),
    ],
    ["when its zone is cut off", (_serverId, zone) => journey.zone(zone, true)],
  ];
  test.each(ways)("%s", async (_way, strike) => {
    const before = await journey.until(
      "it is whole",
      (db) => db.DBInstanceStatus === "available" && db.SecondaryAvailabilityZone !== undefined,
    );
    await journey.query("truncate appended", { host });
    const serverId = serverNow();
    const appender = journey.append(host);
    await appender.more(50);
    await strike(serverId, before.AvailabilityZone ?? "");
    await journey.until("another zone has it", (db) => db.AvailabilityZone === before.SecondaryAvailabilityZone);
    await appender.more(50);
    await appender.end();
    const kept = new Set((await journey.query("select n from appended", { host })).map(([n]) => Number(n)));
    expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
    await journey.zone(before.AvailabilityZone ?? "", false);
  });

  /** The writer's id, as the records have it. */
  function serverNow(): string {
    const lines = readFileSync(join(region.state, "journal.jsonl"), "utf8").split("\n");
    const last = lines.filter((line) => line.includes('"rds:DBInstance"')).at(-1) ?? "";
    return /"server":\{"id":"([^"]+)"/.exec(last)?.[1] ?? "";
  }
});

test("a read replica follows its source over a failover, refuses writes, and takes them once promoted", async () => {
  const { rds } = journey;
  await journey.query("create table followed (n int)", { host });
  await rds.send(new CreateDBInstanceReadReplicaCommand({ DBInstanceIdentifier: "reads", SourceDBInstanceIdentifier: "orders" }));
  const replica = await journey.until("the replica is there", (db) => db.DBInstanceStatus === "available", "reads");
  expect(replica).toMatchObject({ ReadReplicaSourceDBInstanceIdentifier: "orders" });
  expect((await journey.describe()).ReadReplicaDBInstanceIdentifiers).toEqual(["reads"]);
  const readable = replica.Endpoint?.Address ?? "";
  const seesRow = async (n: number): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      const rows = await journey.query(`select n from followed where n = ${n}`, { host: readable });
      if (rows.length > 0) return;
      if (tries > 30) throw new Error(`row ${n} did not come to the replica`);
    }
  };
  await journey.query("insert into followed values (1)", { host });
  await seesRow(1);
  await expect(journey.query("insert into followed values (9)", { host: readable })).rejects.toThrow(/read-only/);
  const before = await journey.until(
    "it is whole",
    (db) => db.DBInstanceStatus === "available" && db.SecondaryAvailabilityZone !== undefined,
  );
  await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders", ForceFailover: true }));
  await journey.until(
    "another zone has it",
    (db) => db.AvailabilityZone === before.SecondaryAvailabilityZone && db.DBInstanceStatus === "available",
  );
  await journey.query("insert into followed values (2)", { host });
  await seesRow(2);
  await rds.send(new PromoteReadReplicaCommand({ DBInstanceIdentifier: "reads" }));
  await journey.until(
    "it stands alone",
    (db) => db.DBInstanceStatus === "available" && db.ReadReplicaSourceDBInstanceIdentifier === undefined,
    "reads",
  );
  await journey.query("insert into followed values (3)", { host: readable });
  expect(await journey.query("select n from followed order by n", { host })).toEqual([["1"], ["2"]]);
});
