import { rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { CloudFormationClient, DescribeStackEventsCommand } from "@aws-sdk/client-cloudformation";
import {
  CopyDBClusterSnapshotCommand,
  CreateDBClusterCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterAutomatedBackupCommand,
  DeleteDBClusterCommand,
  DeleteDBClusterSnapshotCommand,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClusterSnapshotsCommand,
  FailoverDBClusterCommand,
  ModifyDBClusterCommand,
  ModifyDBClusterParameterGroupCommand,
  ModifyDBInstanceCommand,
  RebootDBClusterCommand,
  RebootDBInstanceCommand,
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBClusterToPointInTimeCommand,
  waitUntilDBClusterDeleted,
  type DBCluster,
  type DBClusterSnapshot,
  type DBInstance,
  type ModifyDBClusterCommandInput,
} from "@aws-sdk/client-rds";
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cgroupProcesses } from "../../src/parts/host/cgroup.js";
import { command, run } from "../../src/parts/host/command.js";
import { cgroupPath } from "../../src/parts/host/label.js";
import { DatabaseJourney, password } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** Clusters: one name for the writer, one for its readers, a reader that takes over without losing a row, and backups of all of it. */
const region = new JourneyRegion();
let journey: DatabaseJourney;
let DBSubnetGroupName: string;
let VpcSecurityGroupIds: string[];

const ref = (Ref: string) => ({ Ref });
const common = { MasterUsername: "keeper", MasterUserPassword: password, DatabaseName: "app" };

/** An Aurora cluster of a template with so many members. */
const aurora = (members: readonly string[], more: object, from: object = common) => ({
  Parameters: {
    Type: "AWS::RDS::DBClusterParameterGroup",
    Properties: {
      Description: "of the shop",
      Family: "aurora-postgresql15",
      Parameters: { work_mem: "5120", max_connections: "60" },
    },
  },
  Cluster: {
    Type: "AWS::RDS::DBCluster",
    Properties: {
      Engine: "aurora-postgresql",
      DBSubnetGroupName,
      VpcSecurityGroupIds,
      DBClusterParameterGroupName: ref("Parameters"),
      ...from,
      ...more,
    },
  },
  ...Object.fromEntries(
    members.map((name, n) => [
      `Member${n}`,
      {
        Type: "AWS::RDS::DBInstance",
        ...(n === 0 ? {} : { DependsOn: `Member${n - 1}` }),
        Properties: {
          DBInstanceIdentifier: name,
          DBClusterIdentifier: ref("Cluster"),
          Engine: "aurora-postgresql",
          DBInstanceClass: "db.t3.medium",
        },
      },
    ]),
  ),
});

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0", "--ship-log", "1");
  journey = new DatabaseJourney(region);
  await journey.deploy("network");
  DBSubnetGroupName = await journey.physicalId("network", "Subnets");
  VpcSecurityGroupIds = [await journey.physicalId("network", "DatabaseGroup")];
  await journey.deployAlone("shop", aurora(["shop-one", "shop-two"], { DBClusterIdentifier: "shop" }));
});
afterAll(() => region.purge());

const writerOf = ({ DBClusterMembers = [] }: DBCluster): string | undefined =>
  DBClusterMembers.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier;
const readersOf = ({ DBClusterMembers = [] }: DBCluster): (string | undefined)[] =>
  DBClusterMembers.filter(({ IsClusterWriter }) => IsClusterWriter === false).map((member) => member.DBInstanceIdentifier);

async function snapshots(): Promise<readonly DBClusterSnapshot[]> {
  const { DBClusterSnapshots = [] } = await journey.rds.send(new DescribeDBClusterSnapshotsCommand({ SnapshotType: "manual" }));
  return DBClusterSnapshots;
}
/** Held until it is made. */
async function snapshot(DBClusterSnapshotIdentifier: string): Promise<DBClusterSnapshot | undefined> {
  const named = new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier });
  return (await journey.rds.send(named)).DBClusterSnapshots?.[0];
}
const rowsOf = async (host: string, from = "application"): Promise<readonly number[]> =>
  (await journey.query("select n from kept order by n", { host, from })).map(([n]) => Number(n));

describe("an Aurora cluster", () => {
  const DBClusterIdentifier = "shop";
  let host: string;
  beforeAll(async () => {
    host = (await journey.cluster(DBClusterIdentifier)).Endpoint ?? "";
    await journey.query("create table appended (n int primary key)", { host });
    await journey.query("create table kept (n int primary key)", { host });
  });

  test("has a name for its readers, and its parameter group's values on every member", async () => {
    const { ReaderEndpoint = "", ...cluster } = await journey.cluster(DBClusterIdentifier);
    expect([writerOf(cluster), ...readersOf(cluster)]).toEqual(["shop-one", "shop-two"]);
    expect(await journey.query("select pg_is_in_recovery()", { host })).toEqual([["false"]]);
    expect(await journey.query("select pg_is_in_recovery()", { host: ReaderEndpoint })).toEqual([["true"]]);
    for (const each of [host, ReaderEndpoint])
      expect(
        await journey.query("select current_setting('work_mem'), current_setting('max_connections')", { host: each }),
      ).toEqual([["5MB", "60"]]);
  });

  test("takes up another value at once where it can, and the rest when its members are rebooted", async () => {
    const DBClusterParameterGroupName = (await journey.cluster(DBClusterIdentifier)).DBClusterParameterGroup;
    await journey.rds.send(
      new ModifyDBClusterParameterGroupCommand({
        DBClusterParameterGroupName,
        Parameters: [
          { ParameterName: "work_mem", ParameterValue: "6144", ApplyMethod: "immediate" },
          { ParameterName: "max_connections", ParameterValue: "70", ApplyMethod: "pending-reboot" },
        ],
      }),
    );
    const told = (status: string) => (cluster: DBCluster) =>
      (cluster.DBClusterMembers ?? []).every(({ DBClusterParameterGroupStatus }) => DBClusterParameterGroupStatus === status);
    await journey.untilCluster("the rest waits", DBClusterIdentifier, told("pending-reboot"));
    const both = "select current_setting('work_mem'), current_setting('max_connections')";
    expect(await journey.query(both, { host })).toEqual([["6MB", "60"]]);
    await journey.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "shop-one" }));
    // Another class is a restart too.
    await journey.rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: "shop-two",
        DBInstanceClass: "db.t3.large",
        ApplyImmediately: true,
      }),
    );
    await journey.untilCluster("it is in force", DBClusterIdentifier, told("in-sync"));
    await journey.untilCluster("it is whole", DBClusterIdentifier, ({ Status }) => Status === "available");
    for (const member of ["shop-one", "shop-two"]) {
      const db = await journey.until(`${member} is back`, ({ DBInstanceStatus }) => DBInstanceStatus === "available", member);
      expect(await journey.query(both, { host: db.Endpoint?.Address ?? "" })).toEqual([["6MB", "70"]]);
    }
    expect((await journey.describe("shop-two")).DBInstanceClass).toBe("db.t3.large");
    // What it gives: {DBInstanceClassMemory/32768} of 8 KiB.
    const { Endpoint } = await journey.describe("shop-two");
    expect(await journey.query("show shared_buffers", { host: Endpoint?.Address ?? "" })).toEqual([["2GB"]]);
    expect(await journey.events(["configuration change"], "shop-two")).toEqual([
      "Applying modification to database instance class",
      "Finished applying modification to DB instance class",
    ]);
  });

  test("keeps every row when a reader takes over: when asked to, and when the writer's zone is cut off", async () => {
    const { rds } = journey;
    await journey.query("insert into kept values (1)", { host });
    const appender = journey.append(host);
    await appender.more(20);
    await rds.send(new FailoverDBClusterCommand({ DBClusterIdentifier, TargetDBInstanceIdentifier: "shop-two" }));
    await journey.untilCluster(
      "the reader writes",
      DBClusterIdentifier,
      (now) => writerOf(now) === "shop-two" && now.Status === "available",
    );
    await appender.more(20);

    const zone = (await journey.describe("shop-two")).AvailabilityZone ?? "";
    await journey.zone(zone, true);
    await journey.untilCluster("the other one writes again", DBClusterIdentifier, (now) => writerOf(now) === "shop-one");
    await appender.more(20);
    await journey.zone(zone, false);
    await journey.untilCluster("it is whole", DBClusterIdentifier, (now) => now.Status === "available");
    await appender.more(20);
    await appender.end();
    const kept = new Set((await journey.query("select n from appended", { host })).map(([n]) => Number(n)));
    expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
    expect(await journey.events(["creation", "failover"], DBClusterIdentifier, "db-cluster")).toEqual([
      "DB cluster created",
      "Started cross AZ failover to DB instance: shop-two",
      "Completed failover to DB instance: shop-two",
      "Started cross AZ failover to DB instance: shop-one",
      "Completed failover to DB instance: shop-one",
    ]);
  });

  test("is restored to a moment after both failovers: the log of all its writers is one history", async () => {
    await journey.query("insert into kept values (2)", { host });
    const now = Date.now();
    const { EarliestRestorableTime } = await journey.untilCluster(
      "the log is there",
      DBClusterIdentifier,
      ({ LatestRestorableTime }) => (LatestRestorableTime?.getTime() ?? 0) > now,
    );
    expect(EarliestRestorableTime?.getTime()).toBeLessThan(now);
    await journey.rds.send(
      new RestoreDBClusterToPointInTimeCommand({
        ...{ DBClusterIdentifier: "then", SourceDBClusterIdentifier: DBClusterIdentifier, UseLatestRestorableTime: true },
        ...{ DBSubnetGroupName, VpcSecurityGroupIds },
      }),
    );
    // Aurora's come without members, and have the data with the first.
    await journey.rds.send(
      new CreateDBInstanceCommand({
        ...{ DBInstanceIdentifier: "then-one", DBClusterIdentifier: "then" },
        ...{ Engine: "aurora-postgresql", DBInstanceClass: "db.t3.medium" },
      }),
    );
    await journey.until("it has a writer", ({ DBInstanceStatus }) => DBInstanceStatus === "available", "then-one");
    const { Endpoint = "" } = await journey.cluster("then");
    expect(await rowsOf(Endpoint)).toEqual([1, 2]);
    const appended = Number((await journey.query("select count(*) from appended", { host: Endpoint }))[0]?.[0]);
    expect(appended).toBe(Number((await journey.query("select count(*) from appended", { host }))[0]?.[0]));
  });

  test("goes with its stack but for a snapshot, which has the rows that were written after its first member had gone", async () => {
    await expect(
      journey.rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true })),
    ).rejects.toMatchObject({ name: "InvalidDBClusterStateFault" });
    await journey.query("insert into kept values (3)", { host });
    await journey.delete("shop");
    const [last] = await snapshots();
    expect(last).toMatchObject({ Status: "available", DBClusterIdentifier, Engine: "aurora-postgresql" });
    expect(last?.DBClusterSnapshotIdentifier).toMatch(/^shop-snapshot-cluster-[a-z0-9]{12}$/);
    await journey.deployAlone(
      "later",
      aurora(["later-one"], { DBClusterIdentifier: "later", SnapshotIdentifier: last?.DBClusterSnapshotIdentifier }, {}),
    );
    // The password is that of the data.
    expect(await rowsOf((await journey.cluster("later")).Endpoint ?? "")).toEqual([1, 2, 3]);
  });

  test("has its master user's password kept by RDS, and rotated, when it is asked for", async () => {
    const secrets = new SecretsManagerClient(region.client);
    const change = async (wish: Partial<ModifyDBClusterCommandInput>): Promise<string> => {
      await journey.rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: "later", ApplyImmediately: true, ...wish }));
      const isTold = ({ MasterUserSecret }: DBCluster): boolean => MasterUserSecret?.SecretStatus === "active";
      const { MasterUserSecret } = await journey.untilCluster("its password is told", "later", isTold);
      const { SecretString = "" } = await secrets.send(new GetSecretValueCommand({ SecretId: MasterUserSecret?.SecretArn }));
      return (JSON.parse(SecretString) as { password: string }).password;
    };
    const { Endpoint: host = "" } = await journey.cluster("later");
    const [first, second] = [await change({ ManageMasterUserPassword: true }), await change({ RotateMasterUserPassword: true })];
    expect(await journey.query("select current_user", { host, password: second })).toEqual([["keeper"]]);
    await expect(journey.query("select 1", { host, password: first })).rejects.toThrow("password authentication failed");
    await journey.delete("later");
    expect((await secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
  });
});

test("a Multi-AZ DB cluster comes with three members in three zones, and its loss of a reader stops nobody for long", async () => {
  const { rds } = journey;
  const DBClusterIdentifier = "ledger";
  await rds.send(
    new CreateDBClusterCommand({
      ...{ DBClusterIdentifier, Engine: "postgres", DBSubnetGroupName, VpcSecurityGroupIds, ...common },
      ...{ DBClusterInstanceClass: "db.m5.large", AllocatedStorage: 20 },
    }),
  );
  const { Endpoint: host = "", ...cluster } = await journey.untilCluster(
    "it is there",
    DBClusterIdentifier,
    (now) => now.Status === "available",
  );
  const members = [writerOf(cluster), ...readersOf(cluster)];
  expect(members).toEqual(["ledger-instance-1", "ledger-instance-2", "ledger-instance-3"]);
  const zones = await Promise.all(members.map(async (member) => (await journey.describe(member)).AvailabilityZone));
  expect(new Set(zones).size).toBe(3);
  await journey.query("create table appended (n int primary key)", { host });
  await journey.query("create table kept (n int primary key)", { host });
  const appender = journey.append(host);
  await appender.more(20);
  await journey.zone(zones[1] ?? "", true);
  await appender.more(50);
  await rds.send(new FailoverDBClusterCommand({ DBClusterIdentifier }));
  await journey.untilCluster("the last one writes", DBClusterIdentifier, (now) => writerOf(now) === "ledger-instance-3");
  await appender.more(20);
  await appender.end();
  await journey.zone(zones[1] ?? "", false);
  const kept = new Set((await journey.query("select n from appended", { host })).map(([n]) => Number(n)));
  expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
});

test("a Multi-AZ DB cluster's writer that hangs is taken its place from, and no acknowledged row is lost", async () => {
  const DBClusterIdentifier = "ledger";
  const whole = (when: string) =>
    journey.untilCluster(`it is whole ${when}`, DBClusterIdentifier, ({ Status }) => Status === "available");
  const { Endpoint: host = "", ...before } = await whole("before");
  const writer = writerOf(before) ?? "";
  await journey.query("truncate appended", { host });
  const serverId = journey.writer(writer);
  const appender = journey.append(host);
  await appender.more(20);
  // Its connections go on, and new ones wait for ever.
  process.kill(journey.firstProcess(serverId), "SIGSTOP");
  await journey.untilCluster("another one writes", DBClusterIdentifier, (now) => writerOf(now) !== writer);
  await appender.more(20);
  await appender.end();
  // Nobody is left who could take a write beside the new writer.
  expect(cgroupProcesses(cgroupPath(region.label, serverId))).toEqual([]);
  const kept = new Set((await journey.query("select n from appended", { host })).map(([n]) => Number(n)));
  expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
  await whole("after it");
});

test("a member's full disk is told as an instance's is, until it has room again", async () => {
  const isNow = (status: string) => (db: DBInstance) => db.DBInstanceStatus === status;
  const reader = readersOf(await journey.cluster("ledger"))[0] ?? "";
  await journey.until("it is there", isNow("available"), reader);
  const disk = join(region.state, "databases", journey.writer(reader), "disk");
  const { bavail, bsize } = statfsSync(disk);
  const ballast = join(disk, "ballast");
  // Less than what an engine needs to end in order.
  await run(command("fallocate", "--length", String(bavail * bsize - 28 * 1024 ** 2), ballast));
  const { StatusInfos } = await journey.until("it is full", isNow("storage-full"), reader);
  expect(StatusInfos?.[0]?.Message).toContain("Give it more with ModifyDBCluster");
  rmSync(ballast);
  await journey.until("it has room", isNow("available"), reader);
});

test("a Multi-AZ DB cluster is rebooted, and has more storage and another class on all its members", async () => {
  const { rds } = journey;
  const DBClusterIdentifier = "ledger";
  const whole = (when: string) =>
    journey.untilCluster(`it is whole ${when}`, DBClusterIdentifier, ({ Status }) => Status === "available");
  const { Endpoint: host = "" } = await whole("before");
  const started = async () => (await journey.query("select pg_postmaster_start_time()::text", { host }))[0]?.[0];
  const before = await started();
  await rds.send(new RebootDBClusterCommand({ DBClusterIdentifier }));
  await whole("after the reboot");
  expect(await started()).not.toBe(before);
  const change = { DBClusterInstanceClass: "db.m5.xlarge", AllocatedStorage: 30, ApplyImmediately: true };
  await rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier, ...change }));
  expect(await whole("after the change")).toMatchObject({ DBClusterInstanceClass: "db.m5.xlarge", AllocatedStorage: 30 });
  for (const n of [1, 2, 3]) {
    const db = await journey.until(
      "it is available",
      ({ DBInstanceStatus }) => DBInstanceStatus === "available",
      `ledger-instance-${n}`,
    );
    expect(db).toMatchObject({ DBInstanceClass: "db.m5.xlarge", AllocatedStorage: 30 });
    expect(await journey.query("show shared_buffers", { host: db.Endpoint?.Address ?? "" })).toEqual([["4GB"]]);
  }
});

test("a Multi-AZ DB cluster's snapshot, a copy of it and its retained backups outlive it", async () => {
  const { rds } = journey;
  const DBClusterIdentifier = "ledger";
  const { Endpoint: host = "" } = await journey.untilCluster(
    "it is whole",
    DBClusterIdentifier,
    ({ Status }) => Status === "available",
  );
  await journey.query("insert into kept values (1)", { host });
  const DBClusterSnapshotIdentifier = "before";
  await rds.send(new CreateDBClusterSnapshotCommand({ DBClusterIdentifier, DBClusterSnapshotIdentifier }));
  expect(await snapshot("before")).toMatchObject({ Status: "available", SnapshotType: "manual", PercentProgress: 100 });
  await rds.send(
    new CopyDBClusterSnapshotCommand({
      SourceDBClusterSnapshotIdentifier: "before",
      TargetDBClusterSnapshotIdentifier: "copied",
    }),
  );
  expect(await snapshot("copied")).toMatchObject({ Status: "available" });
  await rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: "before" }));
  await journey.query("insert into kept values (2)", { host });
  await journey.untilCluster("it can be restored", DBClusterIdentifier, (now) => now.LatestRestorableTime !== undefined);
  await rds.send(
    new DeleteDBClusterCommand({ DBClusterIdentifier, FinalDBSnapshotIdentifier: "last", DeleteAutomatedBackups: false }),
  );
  await waitUntilDBClusterDeleted(journey.waiting(rds), { DBClusterIdentifier });
  const retained = async () =>
    (await rds.send(new DescribeDBClusterAutomatedBackupsCommand({ DBClusterIdentifier }))).DBClusterAutomatedBackups ?? [];
  const [backup] = await retained();
  expect(backup).toMatchObject({ Status: "retained" });
  const restoring = { DBSubnetGroupName, VpcSecurityGroupIds };
  await rds.send(
    new RestoreDBClusterFromSnapshotCommand({
      ...{ DBClusterIdentifier: "earlier", SnapshotIdentifier: "copied", Engine: "postgres", ...restoring },
      DBClusterInstanceClass: "db.m5.large",
    }),
  );
  await rds.send(
    new RestoreDBClusterToPointInTimeCommand({
      ...{ DBClusterIdentifier: "risen", SourceDbClusterResourceId: backup?.DbClusterResourceId, UseLatestRestorableTime: true },
      ...{ DBClusterInstanceClass: "db.m5.large", ...restoring },
    }),
  );
  for (const [cluster, rows] of [
    ["earlier", [1]],
    ["risen", [1, 2]],
  ] as const) {
    const { Endpoint = "" } = await journey.untilCluster(`${cluster} is there`, cluster, ({ Status }) => Status === "available");
    expect(await rowsOf(Endpoint)).toEqual(rows);
  }
  for (const name of ["copied", "last"])
    await rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: name }));
  await rds.send(new DeleteDBClusterAutomatedBackupCommand({ DbClusterResourceId: backup?.DbClusterResourceId }));
  expect(await retained()).toEqual([]);
});

test("a cluster whose writer cannot start with its parameters says so, and its stack does not wait for it", async () => {
  const Parameters = {
    Type: "AWS::RDS::DBClusterParameterGroup",
    // 8 TiB of memory.
    Properties: { Description: "too much", Family: "postgres15", Parameters: { shared_buffers: "1073741823" } },
  };
  const Cluster = {
    Type: "AWS::RDS::DBCluster",
    Properties: {
      ...{ DBClusterIdentifier: "vast", Engine: "postgres", DBSubnetGroupName, VpcSecurityGroupIds, ...common },
      ...{ DBClusterInstanceClass: "db.m5.large", AllocatedStorage: 20, DBClusterParameterGroupName: ref("Parameters") },
    },
  };
  await expect(journey.deployAlone("vast", { Parameters, Cluster })).rejects.toThrow();
  const { StackEvents = [] } = await new CloudFormationClient(region.client).send(
    new DescribeStackEventsCommand({ StackName: "vast" }),
  );
  const failed = StackEvents.find((event) => event.LogicalResourceId === "Cluster" && event.ResourceStatus === "CREATE_FAILED");
  expect(failed?.ResourceStatusReason).toMatch(/vast-instance-1 is incompatible-parameters: .*(memory|shared)/s);
  await journey.delete("vast");
});
