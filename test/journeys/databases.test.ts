import { readFileSync } from "node:fs";
import {
  DescribeDBLogFilesCommand,
  DownloadDBLogFilePortionCommand,
  ModifyDBInstanceCommand,
  RebootDBInstanceCommand,
} from "@aws-sdk/client-rds";
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

function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

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

test("its creation is an event", async () => {
  expect(await journey.events(["creation"])).toEqual(["DB instance created"]);
});

test("what the engine complains of is in its log", async () => {
  await expect(journey.query("select nonsense", { host })).rejects.toThrow(/nonsense/);
  const named = { DBInstanceIdentifier: "orders" };
  const line = await journey.soon("the complaint is logged", async () => {
    const { DescribeDBLogFiles } = await journey.rds.send(
      new DescribeDBLogFilesCommand({ ...named, FilenameContains: "error/postgresql.log." }),
    );
    const LogFileName = DescribeDBLogFiles?.at(-1)?.LogFileName;
    expect(LogFileName).toMatch(/^error\/postgresql\.log\.\d{4}-\d\d-\d\d-\d\d$/);
    const { LogFileData } = await journey.rds.send(new DownloadDBLogFilePortionCommand({ ...named, LogFileName }));
    return LogFileData?.split("\n").find((each) => each.includes("nonsense"));
  });
  expect(line).toMatch(/keeper@app:\[\d+\]:ERROR: {2}column "nonsense" does not exist/);
  await expect(
    journey.rds.send(new DownloadDBLogFilePortionCommand({ ...named, LogFileName: "error/none" })),
  ).rejects.toMatchObject({ name: "DBLogFileNotFoundFault" });
});

test("it is measured", async () => {
  const gib = 1024 ** 3;
  const metrics: readonly (readonly [string, string, number, number])[] = [
    ["CPUUtilization", "Percent", 0, 100],
    ["DatabaseConnections", "Count", 0, 10],
    ["FreeStorageSpace", "Bytes", 10 * gib, 20 * gib],
    ["FreeableMemory", "Bytes", 0.1 * gib, gib],
    ["WriteIOPS", "Count/Second", 0, Infinity],
    ["ReadThroughput", "Bytes/Second", 0, Infinity],
  ];
  for (const [name, unit, least, most] of metrics) {
    const point = await journey.measured(name);
    expect(point.unit).toBe(unit);
    expect(point.average, name).toBeGreaterThanOrEqual(least);
    expect(point.average, name).toBeLessThanOrEqual(most);
  }
});

describe("an append workload goes on, and no acknowledged row is lost,", () => {
  beforeAll(() => journey.query("create table appended (n int primary key)", { host }));

  const unhealthy = "The primary host of the RDS Multi-AZ instance is unhealthy.";
  const unreachable = "The primary host of the RDS Multi-AZ instance is unreachable due to loss of network connectivity.";
  const unresponsive = "The RDS Multi-AZ primary instance is busy and unresponsive.";
  const ways: readonly (readonly [string, string, (serverId: string, zone: string) => Promise<unknown>])[] = [
    ["when the engine is killed", unhealthy, async (serverId) => process.kill(journey.firstProcess(serverId), "SIGKILL")],
    [
      "when everything of its host is killed",
      unhealthy,
      async (serverId) => {
        // With the first process of the container the others end: one may be gone before its turn.
        for (const pid of cgroupProcesses(cgroupPath(region.label, serverId))) killed(pid);
      },
    ],
    // Its connections go on, and new ones wait for ever.
    ["when the engine hangs", unresponsive, async (serverId) => process.kill(journey.firstProcess(serverId), "SIGSTOP")],
    ["when its zone is cut off", unreachable, (_serverId, zone) => journey.zone(zone, true)],
  ];
  // `npm run soak` goes through them more often.
  const rounds = Number(process.env["SANDTABLE_SOAK_ROUNDS"] ?? 1);
  test.each(Array.from({ length: rounds }, () => ways).flat())("%s, and its events say so", async (_way, reason, strike) => {
    const categories = ["availability", "failover", "notification"];
    const told = (await journey.events(categories)).length;
    const before = await journey.whole("before it is struck");
    await journey.query("truncate appended", { host });
    const serverId = journey.writer();
    const appender = journey.append(host);
    await appender.more(50);
    await strike(serverId, before.AvailabilityZone ?? "");
    await journey.until("another zone has it", (db) => db.AvailabilityZone === before.SecondaryAvailabilityZone);
    await appender.more(50);
    await appender.end();
    // Nobody is left who could take a write beside the new writer.
    expect(cgroupProcesses(cgroupPath(region.label, serverId))).toEqual([]);
    const kept = new Set((await journey.query("select n from appended", { host })).map(([n]) => Number(n)));
    expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
    const events = await journey.soon("its events are told", async () => {
      const all = (await journey.events(categories)).slice(told);
      return all.length < 4 ? undefined : all;
    });
    expect(events).toEqual([
      "Multi-AZ instance failover started.",
      "DB instance restarted",
      "Multi-AZ instance failover completed",
      reason,
    ]);
    await journey.zone(before.AvailabilityZone ?? "", false);
  });

  test("when one of the engine's processes is killed, and the same server has it: it recovers by itself", async () => {
    await journey.whole("before it is struck");
    await journey.query("truncate appended", { host });
    const told = (await journey.events(["failover"])).length;
    const serverId = journey.writer();
    const appender = journey.append(host);
    await appender.more(50);
    const backend = cgroupProcesses(cgroupPath(region.label, serverId)).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("keeper app"),
    );
    if (backend === undefined) throw new Error("the application's session has no process");
    killed(backend);
    await appender.more(50);
    await appender.end();
    const kept = new Set((await journey.query("select n from appended", { host })).map(([n]) => Number(n)));
    expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
    expect(await journey.events(["failover"])).toHaveLength(told);
    expect(journey.writer()).toBe(serverId);
  });
});

test("another class comes with a failover: the standby has it first", async () => {
  const before = await journey.until(
    "it is whole",
    (db) => db.DBInstanceStatus === "available" && db.SecondaryAvailabilityZone !== undefined,
  );
  const told = (await journey.events(["configuration change", "failover", "notification"])).length;
  const DBInstanceClass = "db.t3.small";
  await journey.rds.send(
    new ModifyDBInstanceCommand({ DBInstanceIdentifier: "orders", DBInstanceClass, ApplyImmediately: true }),
  );
  const after = await journey.until(
    "it has the class",
    (db) => db.DBInstanceStatus === "available" && db.AvailabilityZone === before.SecondaryAvailabilityZone,
  );
  expect(after).toMatchObject({ DBInstanceClass });
  // What the class gives: {DBInstanceClassMemory/9531392}.
  expect(await journey.query("show max_connections", { host })).toEqual([["225"]]);
  expect((await journey.events(["configuration change", "failover", "notification"])).slice(told)).toEqual([
    "Applying modification to database instance class",
    "Multi-AZ instance failover started.",
    "Multi-AZ instance failover completed",
    "The RDS Multi-AZ instance was modified by the customer.",
    "Finished applying modification to DB instance class",
  ]);
});

test("a read replica follows its source over a failover, refuses writes, and takes them once promoted", async () => {
  const { rds } = journey;
  const ofTemplate = (more: object): Promise<void> => {
    const Properties = { DBInstanceIdentifier: "reads", DBInstanceClass: "db.t3.micro", ...more };
    return journey.stack("reads", { Reads: { Type: "AWS::RDS::DBInstance", Properties } });
  };
  await journey.query("create table followed (n int)", { host });
  await ofTemplate({ SourceDBInstanceIdentifier: "orders" });
  const replica = await journey.describe("reads");
  expect(replica).toMatchObject({ ReadReplicaSourceDBInstanceIdentifier: "orders" });
  expect((await journey.describe()).ReadReplicaDBInstanceIdentifiers).toEqual(["reads"]);
  expect(await journey.events(["creation", "read replica"], "reads")).toEqual([
    "DB instance created",
    "Replication for the Read Replica resumed",
  ]);
  expect(await journey.measured("ReplicaLag", "reads")).toMatchObject({ unit: "Seconds" });
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
  const before = await journey.whole("before the reboot");
  await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders", ForceFailover: true }));
  await journey.until(
    "another zone has it",
    (db) => db.AvailabilityZone === before.SecondaryAvailabilityZone && db.DBInstanceStatus === "available",
  );
  await journey.query("insert into followed values (2)", { host });
  await seesRow(2);
  await ofTemplate({});
  const { DbiResourceId, ReadReplicaSourceDBInstanceIdentifier } = await journey.describe("reads");
  expect(ReadReplicaSourceDBInstanceIdentifier).toBeUndefined();
  expect(DbiResourceId).toBe(replica.DbiResourceId);
  await journey.query("insert into followed values (3)", { host: readable });
  expect(await journey.query("select n from followed order by n", { host })).toEqual([["1"], ["2"]]);
});
