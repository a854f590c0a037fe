import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  CopyDBSnapshotCommand,
  CreateDBSnapshotCommand,
  DeleteDBInstanceAutomatedBackupCommand,
  DeleteDBInstanceCommand,
  DeleteDBSnapshotCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  RebootDBInstanceCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
  waitUntilDBInstanceDeleted,
  type DBInstanceAutomatedBackup,
  type DBSnapshot,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DatabaseJourney } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** What was committed comes back: from a snapshot as it was then, and from the log as it was at a chosen second, over a failover too. */
const region = new JourneyRegion();
let journey: DatabaseJourney;
let host: string;
let restoring: { DBSubnetGroupName: string; VpcSecurityGroupIds: string[] };

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0", "--ship-log", "1");
  journey = new DatabaseJourney(region);
  await journey.deploy("orders", { MultiAZ: true, CopyTagsToSnapshot: true, Tags: [{ Key: "team", Value: "books" }] });
  host = (await journey.describe()).Endpoint?.Address ?? "";
  restoring = {
    DBSubnetGroupName: await journey.physicalId("orders", "Subnets"),
    VpcSecurityGroupIds: [await journey.physicalId("orders", "DatabaseGroup")],
  };
  await journey.query("create table rows (n int primary key, at timestamptz default clock_timestamp())", { host });
});
afterAll(() => region.purge());

const backupFolder = (): string => join(region.state, "databases", "backups");

async function snapshot(DBSnapshotIdentifier: string): Promise<DBSnapshot> {
  const { DBSnapshots } = await journey.rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier }));
  return DBSnapshots?.[0] ?? {};
}

/** Look again until it is so; the test's own timeout is the limit. */
async function until<T>(what: string, look: () => Promise<T>, is: (seen: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 1200; tries += 1) {
    const seen = await look();
    if (is(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain: ${what}; it is ${JSON.stringify(await look())}`);
}

async function available(identifier: string): Promise<string> {
  const db = await journey.until(
    `${identifier} is available`,
    ({ DBInstanceStatus }) => DBInstanceStatus === "available" || DBInstanceStatus === "failed",
    identifier,
  );
  expect(db).toMatchObject({ DBInstanceStatus: "available" });
  return db.Endpoint?.Address ?? "";
}

const rowsOf = async (at: string): Promise<readonly number[]> =>
  (await journey.query("select n from rows order by n", { host: at })).map(([n]) => Number(n));

/** Nobody waits for it: names are not used again. */
async function leave(identifier: string): Promise<void> {
  await journey.rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: identifier, SkipFinalSnapshot: true }));
}

describe("a snapshot", () => {
  test("has the data of its time, and a restored instance the master user's old password", async () => {
    await journey.query("insert into rows values (1), (2)", { host });
    const { DBSnapshot } = await journey.rds.send(
      new CreateDBSnapshotCommand({ DBInstanceIdentifier: "orders", DBSnapshotIdentifier: "before" }),
    );
    expect(DBSnapshot).toMatchObject({ Status: "creating", SnapshotType: "manual", PercentProgress: 0 });
    expect(await snapshot("before")).toMatchObject({ Status: "available", PercentProgress: 100 });
    expect(DBSnapshot?.TagList).toContainEqual({ Key: "team", Value: "books" });
    await journey.query("insert into rows values (3)", { host });
    await journey.rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({
        ...restoring,
        DBInstanceIdentifier: "restored",
        DBSnapshotIdentifier: "before",
        BackupRetentionPeriod: 0,
      }),
    );
    expect(await rowsOf(await available("restored"))).toEqual([1, 2]);
    await leave("restored");
  });

  test("outlives what it was copied from, and leaves no file when it goes", async () => {
    await journey.rds.send(
      new CopyDBSnapshotCommand({ SourceDBSnapshotIdentifier: "before", TargetDBSnapshotIdentifier: "copied", CopyTags: true }),
    );
    expect(await snapshot("copied")).toMatchObject({
      Status: "available",
      TagList: expect.arrayContaining([{ Key: "team", Value: "books" }]),
    });
    await journey.rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "before" }));
    await journey.rds.send(
      new RestoreDBInstanceFromDBSnapshotCommand({
        ...restoring,
        DBInstanceIdentifier: "restored-copy",
        DBSnapshotIdentifier: "copied",
        BackupRetentionPeriod: 0,
      }),
    );
    // While it is restored its snapshot may go.
    await journey.rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "copied" }));
    expect(await rowsOf(await available("restored-copy"))).toEqual([1, 2]);
    await leave("restored-copy");
    const { DBSnapshots } = await journey.rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: "manual" }));
    expect(DBSnapshots).toEqual([]);
  });
});

describe("to a point in time", () => {
  /** The beginning of a second that the row was committed before, and that is over. The database's clock is this machine's. */
  async function second(n: number): Promise<Date> {
    await journey.query(`insert into rows values (${n})`, { host });
    const at = Math.ceil(Date.now() / 1000) * 1000;
    await new Promise((resolve) => setTimeout(resolve, at + 1000 - Date.now()));
    return new Date(at);
  }
  const reached = (time: Date) =>
    journey.until("the log is there", ({ LatestRestorableTime }) => (LatestRestorableTime?.getTime() ?? 0) >= time.getTime());
  let beforeFailover: Date;
  let afterFailover: Date;

  test("a dropped table is there, with the rows up to the second and none later", async () => {
    beforeFailover = await second(10);
    await journey.query("insert into rows values (11)", { host });
    await journey.query("create table kept as select * from rows", { host });
    await journey.query("drop table rows", { host });
    await reached(beforeFailover);
    await journey.rds.send(
      new RestoreDBInstanceToPointInTimeCommand({
        ...restoring,
        SourceDBInstanceIdentifier: "orders",
        TargetDBInstanceIdentifier: "restored-then",
        RestoreTime: beforeFailover,
        BackupRetentionPeriod: 0,
      }),
    );
    expect(await rowsOf(await available("restored-then"))).toEqual([1, 2, 3, 10]);
    await leave("restored-then");
    await journey.query("alter table kept rename to rows", { host });
  });

  test("over a failover the log of both servers is one history", async () => {
    const { SecondaryAvailabilityZone } = await journey.describe();
    await journey.query("insert into rows values (20)", { host });
    await journey.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders", ForceFailover: true }));
    await journey.until("the standby has it", ({ AvailabilityZone }) => AvailabilityZone === SecondaryAvailabilityZone);
    await journey.whole("after it");
    afterFailover = await second(21);
    await journey.query("insert into rows values (22)", { host });
    await reached(afterFailover);
    const targets = [
      ["earlier", beforeFailover, [1, 2, 3, 10]],
      ["later", afterFailover, [1, 2, 3, 10, 11, 20, 21]],
    ] as const;
    for (const [target, time] of targets)
      await journey.rds.send(
        new RestoreDBInstanceToPointInTimeCommand({
          ...restoring,
          SourceDBInstanceIdentifier: "orders",
          TargetDBInstanceIdentifier: target,
          RestoreTime: time,
          BackupRetentionPeriod: 0,
        }),
      );
    for (const [target, , rows] of targets) {
      expect(await rowsOf(await available(target))).toEqual(rows);
      await leave(target);
    }
  });

  test("a time that is not reached yet is refused, and so is one before the first backup", async () => {
    const { LatestRestorableTime } = await journey.describe();
    const at = (time: number) =>
      journey.rds.send(
        new RestoreDBInstanceToPointInTimeCommand({
          ...restoring,
          SourceDBInstanceIdentifier: "orders",
          TargetDBInstanceIdentifier: "never",
          RestoreTime: new Date(time),
        }),
      );
    await expect(at((LatestRestorableTime?.getTime() ?? 0) + 3_600_000)).rejects.toThrow(
      /cannot be restored to a time later than/,
    );
    await expect(at(Date.now() - 3_600_000)).rejects.toThrow(/or earlier than/);
  });
});

test("backups go on after the region was killed", async () => {
  process.kill(region.pid, "SIGKILL");
  await region.ok("region", "start", "--port", "0", "--ship-log", "1");
  journey = new DatabaseJourney(region);
  const now = new Date();
  await journey.until("the log goes on", ({ LatestRestorableTime }) => (LatestRestorableTime?.getTime() ?? 0) > now.getTime());
});

test("retention 0 deletes automated backups with their log, and turned on there is one at once", async () => {
  const automated = async (): Promise<readonly DBSnapshot[]> =>
    (await journey.rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: "automated" }))).DBSnapshots ?? [];
  const [first] = await until("there is one", automated, (list) => list.some(({ Status }) => Status === "available"));
  expect(first?.DBSnapshotIdentifier).toMatch(/^rds:orders-\d{4}-\d\d-\d\d-\d\d-\d\d$/);
  const keep = (BackupRetentionPeriod: number) =>
    journey.rds.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier: "orders", BackupRetentionPeriod, ApplyImmediately: true }),
    );
  await keep(0);
  expect(await automated()).toEqual([]);
  expect((await journey.describe()).LatestRestorableTime).toBeUndefined();
  await until(
    "its files are gone",
    async () => existsSync(backupFolder()) && readdirSync(backupFolder()).length > 0,
    (is) => !is,
  );
  await keep(7);
  await until("there is one again", automated, (list) => list.some(({ Status }) => Status === "available"));
});

test("a final snapshot and retained backups outlive the instance; deleted they leave nothing", async () => {
  await journey.query("insert into rows values (90)", { host });
  await journey.until("it can be restored", ({ LatestRestorableTime }) => LatestRestorableTime !== undefined);
  await journey.rds.send(
    new DeleteDBInstanceCommand({
      DBInstanceIdentifier: "orders",
      FinalDBSnapshotIdentifier: "last",
      DeleteAutomatedBackups: false,
    }),
  );
  await waitUntilDBInstanceDeleted(journey.waiting(journey.rds), { DBInstanceIdentifier: "orders" });
  const kept = async (): Promise<readonly DBInstanceAutomatedBackup[]> =>
    (await journey.rds.send(new DescribeDBInstanceAutomatedBackupsCommand({}))).DBInstanceAutomatedBackups ?? [];
  const [backup] = await kept();
  expect(backup).toMatchObject({ Status: "retained", DBInstanceIdentifier: "orders" });
  await journey.rds.send(
    new RestoreDBInstanceToPointInTimeCommand({
      ...restoring,
      SourceDbiResourceId: backup?.DbiResourceId,
      TargetDBInstanceIdentifier: "risen",
      UseLatestRestorableTime: true,
      BackupRetentionPeriod: 0,
    }),
  );
  await journey.rds.send(
    new RestoreDBInstanceFromDBSnapshotCommand({
      ...restoring,
      DBInstanceIdentifier: "final",
      DBSnapshotIdentifier: "last",
      BackupRetentionPeriod: 0,
    }),
  );
  for (const identifier of ["risen", "final"])
    expect(await rowsOf(await available(identifier))).toEqual([1, 2, 3, 10, 11, 20, 21, 22, 90]);
  await journey.rds.send(new DeleteDBInstanceAutomatedBackupCommand({ DbiResourceId: backup?.DbiResourceId }));
  await journey.rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "last" }));
  for (const identifier of ["risen", "final"]) await leave(identifier);
  // The network of their stack goes next.
  for (const DBInstanceIdentifier of ["risen", "final"])
    await waitUntilDBInstanceDeleted(journey.waiting(journey.rds), { DBInstanceIdentifier });
  expect(await kept()).toEqual([]);
  await until(
    "nothing is left",
    async () => readdirSync(backupFolder()),
    (list) => list.length === 0,
  );
});

test("a stack's database is deleted with a snapshot, and another stack's is made from it with a password of its own", async () => {
  await journey.delete("orders");
  await journey.deploy("billing", { DBInstanceIdentifier: "billing", BackupRetentionPeriod: "0" });
  const before = (await journey.describe("billing")).Endpoint?.Address ?? "";
  await journey.query("create table rows (n int)", { host: before });
  await journey.query("insert into rows values (7)", { host: before });
  await journey.delete("billing");
  const { DBSnapshots: [last] = [] } = await journey.rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: "manual" }));
  expect(last).toMatchObject({ Status: "available", DBInstanceIdentifier: "billing" });
  expect(last?.DBSnapshotIdentifier).toMatch(/^billing-snapshot-database-[a-z0-9]{12}$/);
  await journey.deploy("later", {
    DBInstanceIdentifier: "later",
    DBSnapshotIdentifier: last?.DBSnapshotIdentifier,
    BackupRetentionPeriod: "0",
    MasterUserPassword: "another-password",
  });
  const after = (await journey.describe("later")).Endpoint?.Address ?? "";
  expect(await journey.query("select n from rows", { host: after, password: "another-password" })).toEqual([["7"]]);
  await expect(journey.query("select 1", { host: after })).rejects.toThrow(/password authentication failed/);
});
