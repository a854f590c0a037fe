import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateDBSnapshotCommand,
  DeleteDBInstanceCommand,
  DescribeDBEngineVersionsCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  RebootDBInstanceCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
  waitUntilDBInstanceDeleted,
  waitUntilDBSnapshotAvailable,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseTemplate, DatabaseJourney } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** MySQL as RDS has it, in two zones: MariaDB stands in for it, says so, and keeps what it acknowledged. */
const region = new JourneyRegion();
let journey: DatabaseJourney;
let host: string;
let restoring: { DBSubnetGroupName: string; VpcSecurityGroupIds: string[]; BackupRetentionPeriod: number };

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0", "--ship-log", "1");
  journey = new DatabaseJourney(region, "mysql");
  const { Database } = (
    JSON.parse(databaseTemplate({ DBInstanceIdentifier: "shop", Engine: "mariadb" })) as { Resources: Record<string, unknown> }
  ).Resources;
  const orders = { Engine: "mysql", EngineVersion: "8.0", MultiAZ: true };
  await journey.deploy("orders", orders, { resources: { Shop: Database } });
  host = (await journey.describe()).Endpoint?.Address ?? "";
  restoring = {
    DBSubnetGroupName: await journey.physicalId("orders", "Subnets"),
    VpcSecurityGroupIds: [await journey.physicalId("orders", "DatabaseGroup")],
    BackupRetentionPeriod: 0,
  };
});
afterAll(() => region.purge());

test("the admitted group connects with TLS, another is dropped, and the engine says what stands in for it", async () => {
  expect(await journey.query("select 6 * 7", { host })).toEqual([["42"]]);
  const [[, cipher] = []] = await journey.query("show status like 'Ssl_cipher'", { host });
  expect(cipher).toMatch(/^TLS_/);
  await expect(journey.query("select 1", { host, from: "stranger" })).rejects.toThrow(/ETIMEDOUT/);
  const { DBEngineVersions } = await journey.rds.send(new DescribeDBEngineVersionsCommand({ Engine: "mysql" }));
  expect(DBEngineVersions?.[0]?.DBEngineVersionDescription).toContain("runs as MariaDB 10.11 here");
});

function killWriter(): void {
  process.kill(Number(readFileSync(join(region.state, "databases", journey.writer(), "pid"), "utf8")), "SIGKILL");
}

test("an append workload goes on over a kill, a forced failover and a cut zone, and no acknowledged row is lost", async () => {
  await journey.query("create table appended (n int primary key)", { host });
  // `npm run soak` goes through them more often.
  const rounds = Number(process.env["SANDTABLE_SOAK_ROUNDS"] ?? 1);
  for (const way of Array.from({ length: rounds }, () => ["kill", "reboot", "cut"]).flat()) {
    const whole = await journey.whole(`before the ${way}`);
    await journey.query("truncate table appended", { host });
    const appender = journey.append(host);
    await appender.more(50);
    const zone = whole.AvailabilityZone ?? "";
    if (way === "kill") killWriter();
    else if (way === "cut") await journey.zone(zone, true);
    else await journey.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders", ForceFailover: true }));
    await journey.until(`another zone has it after the ${way}`, (db) => db.AvailabilityZone === whole.SecondaryAvailabilityZone);
    await appender.more(50);
    await appender.end();
    if (way === "cut") await journey.zone(zone, false);
    const kept = new Set((await journey.query("select n from appended", { host })).map(([n]) => Number(n)));
    expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
  }
});

describe("what was committed comes back", () => {
  /** The beginning of a second, before which these rows were there, and after which no other is. */
  async function second(at: string, ...rows: readonly number[]): Promise<Date> {
    for (const n of rows) await journey.query(`insert into kept values (${n})`, { host: at });
    // The database's clock is this machine's. Stopping at a second leaves out what was committed in it.
    const moment = Math.ceil(Date.now() / 1000) * 1000;
    await new Promise((resolve) => setTimeout(resolve, moment + 1000 - Date.now()));
    return new Date(moment);
  }
  const rowsOf = async (identifier: string): Promise<readonly number[]> => {
    const { Endpoint } = await journey.until(
      `${identifier} is available`,
      ({ DBInstanceStatus }) => DBInstanceStatus === "available",
      identifier,
    );
    return (await journey.query("select n from kept order by n", { host: Endpoint?.Address ?? "" })).map(([n]) => Number(n));
  };
  const restored = (
    TargetDBInstanceIdentifier: string,
    from: { SourceDBInstanceIdentifier?: string; SourceDbiResourceId?: string },
    RestoreTime?: Date,
  ) =>
    journey.rds.send(
      new RestoreDBInstanceToPointInTimeCommand({
        ...restoring,
        ...from,
        TargetDBInstanceIdentifier,
        ...(RestoreTime === undefined ? { UseLatestRestorableTime: true } : { RestoreTime }),
      }),
    );
  const reached = (time: Date, identifier: string) =>
    journey.until(
      "the log is there",
      ({ LatestRestorableTime }) => (LatestRestorableTime?.getTime() ?? 0) >= time.getTime(),
      identifier,
    );
  const snapshotDone = (DBSnapshotIdentifier: string) =>
    waitUntilDBSnapshotAvailable(journey.waiting(journey.rds), { DBSnapshotIdentifier });

  test("from a snapshot as it was then, and from the log as it was at a chosen second", async () => {
    await journey.query("create table kept (n int primary key)", { host });
    const whole = await journey.whole("before it is killed");
    await journey.query("insert into kept values (1)", { host });
    await journey.rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: "orders", DBSnapshotIdentifier: "one" }));
    await snapshotDone("one");
    const before = await second(host, 2);
    await journey.query("insert into kept values (3)", { host });
    killWriter();
    await journey.until("another zone has it", (db) => db.AvailabilityZone === whole.SecondaryAvailabilityZone);
    const after = await second(host, 4);
    await journey.query("drop table kept", { host });
    await reached(after, "orders");
    await restored("earlier", { SourceDBInstanceIdentifier: "orders" }, before);
    await restored("later", { SourceDBInstanceIdentifier: "orders" }, after);
    await journey.rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({ ...restoring, DBInstanceIdentifier: "first", DBSnapshotIdentifier: "one" }),
    );
    expect(await rowsOf("earlier")).toEqual([1, 2]);
    expect(await rowsOf("later")).toEqual([1, 2, 3, 4]);
    expect(await rowsOf("first")).toEqual([1]);
  });

  test("of MariaDB itself likewise, and a final snapshot and retained backups outlive it", async () => {
    const shop = (await journey.describe("shop")).Endpoint?.Address ?? "";
    await journey.query("create table kept (n int primary key)", { host: shop });
    const at = await second(shop, 1, 2);
    await journey.query("insert into kept values (3)", { host: shop });
    await reached(at, "shop");
    await restored("shop-before", { SourceDBInstanceIdentifier: "shop" }, at);
    await journey.query("insert into kept values (4)", { host: shop });
    await journey.rds.send(
      new DeleteDBInstanceCommand({
        DBInstanceIdentifier: "shop",
        FinalDBSnapshotIdentifier: "last",
        DeleteAutomatedBackups: false,
      }),
    );
    await waitUntilDBInstanceDeleted(journey.waiting(journey.rds), { DBInstanceIdentifier: "shop" });
    const { DBInstanceAutomatedBackups } = await journey.rds.send(new DescribeDBInstanceAutomatedBackupsCommand({}));
    const kept = DBInstanceAutomatedBackups?.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === "shop");
    expect(kept).toMatchObject({ Status: "retained", Engine: "mariadb" });
    await restored("risen", { SourceDbiResourceId: kept?.DbiResourceId ?? "" });
    await journey.rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({ ...restoring, DBInstanceIdentifier: "final", DBSnapshotIdentifier: "last" }),
    );
    expect(await rowsOf("shop-before")).toEqual([1, 2]);
    expect(await rowsOf("risen")).toEqual([1, 2, 3, 4]);
    expect(await rowsOf("final")).toEqual([1, 2, 3, 4]);
  });
});
