import type {
  DescribeDBInstanceAutomatedBackupsCommandOutput,
  DescribeDBInstancesCommandOutput,
  DescribeDBSnapshotsCommandOutput,
  ListTagsForResourceCommandOutput,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../../src/region/operations/call.js";
import { put } from "../../../../../src/region/records/records.js";
import {
  DBInstanceAutomatedBackups,
  DBSnapshots,
  sourceOf,
  type Snapshot,
} from "../../../../../src/region/services/rds/backups/records.js";
import { rdsOperations } from "../../../../../src/region/services/rds/operations.js";
import { DBInstances, type DBInstance } from "../../../../../src/region/services/rds/records.js";
import { recordsAlone, run } from "../../../../support/records.js";
import { network } from "../../network.js";

const now = Date.parse("2026-11-21T12:00:00Z");
const rds = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(rdsOperations, name, call, input);
const fault = (code: string, message: RegExp = /./) => expect.objectContaining({ code, message: expect.stringMatching(message) });

/** An available DB instance `app`. */
async function available(more: object = {}): Promise<{ call: Call; asked: string[] }> {
  const { call, asked } = recordsAlone({ now: () => now });
  const where = await network(call, { gateway: false });
  await rds(call, "CreateDBSubnetGroup", {
    DBSubnetGroupName: "data",
    DBSubnetGroupDescription: "two zones",
    SubnetIds: [...where.subnets],
  });
  await rds(call, "CreateDBInstance", {
    DBInstanceIdentifier: "app",
    DBInstanceClass: "db.t4g.micro",
    Engine: "postgres",
    MasterUsername: "flask",
    MasterUserPassword: "correct-horse",
    AllocatedStorage: 20,
    DBSubnetGroupName: "data",
    Tags: [{ Key: "team", Value: "books" }],
    ...more,
  });
  set(call, { status: "available", born: true, keepsLog: true });
  return { call, asked };
}
const app = (call: Call): DBInstance => call.records.get(DBInstances, "app")!;
const set = (call: Call, changes: Partial<DBInstance>): void =>
  call.commit(put(DBInstances, "app", { ...app(call), ...changes }));
const create = (call: Call, DBSnapshotIdentifier = "before", more: object = {}) =>
  rds(call, "CreateDBSnapshot", { DBInstanceIdentifier: "App", DBSnapshotIdentifier, ...more });
const list = async (call: Call, input: object = {}): Promise<readonly (string | undefined)[]> =>
  (await rds<DescribeDBSnapshotsCommandOutput>(call, "DescribeDBSnapshots", input)).DBSnapshots!.map(
    (each) => each.DBSnapshotIdentifier,
  );
/** As the keeper leaves it. */
const made = (call: Call, identifier: string, to = now - 3_600_000): void =>
  call.commit(
    put(DBSnapshots, identifier, {
      ...call.records.get(DBSnapshots, identifier)!,
      status: "available",
      made: { from: to - 1000, to, bytes: 1 },
    }),
  );

describe("a manual snapshot", () => {
  test("is creating while its instance is backing-up, and its keeper is told", async () => {
    const { call, asked } = await available({ CopyTagsToSnapshot: true });
    await create(call, "Before", { Tags: [{ Key: "why", Value: "upgrade" }] });
    expect(call.records.get(DBSnapshots, "before")).toMatchObject({
      status: "creating",
      tags: { team: "books", why: "upgrade" },
    });
    expect(app(call).status).toBe("backing-up");
    expect(asked.at(-1)).toBe(`backup ${app(call).resourceId}`);
  });

  test("is refused in AWS's words", async () => {
    const { call } = await available();
    await create(call);
    await expect(create(call)).rejects.toEqual(fault("DBSnapshotAlreadyExists", /identifier before already exists/));
    await expect(create(call, "after")).rejects.toEqual(fault("InvalidDBInstanceState", /not currently in the available state/));
    await expect(create(call, "rds:mine")).rejects.toEqual(fault("InvalidParameterValue", /DBSnapshotIdentifier/));
    await expect(rds(call, "DeleteDBSnapshot", { DBSnapshotIdentifier: "before" })).rejects.toEqual(
      fault("InvalidDBSnapshotState"),
    );
    await expect(rds(call, "DescribeDBSnapshots", { DBSnapshotIdentifier: "none" })).rejects.toEqual(fault("DBSnapshotNotFound"));
  });

  test("is listed by type, instance and filter, page by page", async () => {
    const { call } = await available();
    for (const name of ["b", "a", "c"]) {
      await create(call, name);
      made(call, name);
      set(call, { status: "available" });
    }
    expect(await list(call, { SnapshotType: "manual", DBInstanceIdentifier: "APP" })).toEqual(["a", "b", "c"]);
    expect(await list(call, { SnapshotType: "automated" })).toEqual([]);
    expect(await list(call, { Filters: [{ Name: "db-snapshot-id", Values: ["b"] }] })).toEqual(["b"]);
    await expect(list(call, { Filters: [{ Name: "colour", Values: ["b"] }] })).rejects.toEqual(fault("InvalidParameterValue"));
    const { Marker } = await rds<DescribeDBSnapshotsCommandOutput>(call, "DescribeDBSnapshots", { MaxRecords: 2 });
    expect(await list(call, { MaxRecords: 2, Marker })).toEqual(["c"]);
  });

  test("is copied, tagged and deleted", async () => {
    const { call } = await available();
    await create(call, "before", { Tags: [{ Key: "why", Value: "upgrade" }] });
    const copy = { SourceDBSnapshotIdentifier: "before", TargetDBSnapshotIdentifier: "copied", CopyTags: true };
    await expect(rds(call, "CopyDBSnapshot", copy)).rejects.toEqual(fault("InvalidDBSnapshotState"));
    made(call, "before");
    await rds(call, "CopyDBSnapshot", copy);
    const { folder, copyOf } = call.records.get(DBSnapshots, "copied")!;
    expect(copyOf?.folder).toBe(call.records.get(DBSnapshots, "before")?.folder);
    expect(folder).not.toBe(copyOf?.folder);
    const ResourceName = "arn:aws:rds:eu-west-3:000000000000:snapshot:copied";
    await rds(call, "AddTagsToResource", { ResourceName, Tags: [{ Key: "env", Value: "test" }] });
    const { TagList } = await rds<ListTagsForResourceCommandOutput>(call, "ListTagsForResource", { ResourceName });
    expect(TagList).toEqual([
      { Key: "why", Value: "upgrade" },
      { Key: "env", Value: "test" },
    ]);
    await rds(call, "DeleteDBSnapshot", { DBSnapshotIdentifier: "before" });
    expect(await list(call)).toEqual(["copied"]);
  });
});

describe("a DB instance", () => {
  test("is restored with what its snapshot has, and more storage where it is asked for", async () => {
    const { call } = await available();
    await create(call);
    const restore = (more: object = {}) =>
      rds(call, "RestoreDBInstanceFromDBSnapshot", {
        DBInstanceIdentifier: "again",
        DBSnapshotIdentifier: "before",
        DBSubnetGroupName: "data",
        ...more,
      });
    await expect(restore()).rejects.toEqual(fault("InvalidDBSnapshotState", /in the creating state/));
    made(call, "before");
    await expect(restore({ AllocatedStorage: 19 })).rejects.toEqual(fault("InvalidParameterValue", /needs 20 GiB/));
    await expect(restore({ Engine: "mariadb" })).rejects.toEqual(fault("InvalidParameterCombination", /engine mariadb/));
    await expect(restore({ DBSubnetGroupName: undefined })).rejects.toEqual(fault("InvalidSubnet"));
    await restore({ AllocatedStorage: 40 });
    const again = call.records.get(DBInstances, "again")!;
    expect(again).toMatchObject({
      status: "creating",
      masterUsername: "flask",
      origin: { kind: "backup", backup: call.records.get(DBSnapshots, "before")?.folder },
      settings: { allocatedStorage: 40 },
    });
    expect(again.masterPassword).toBeUndefined();
    expect(again.replicationPassword).not.toBe(app(call).replicationPassword);
  });

  test("goes when its final snapshot is made, and not before", async () => {
    const { call } = await available();
    const remove = (more: object) => rds(call, "DeleteDBInstance", { DBInstanceIdentifier: "app", ...more });
    await expect(remove({})).rejects.toEqual(fault("InvalidParameterCombination", /FinalDBSnapshotIdentifier is required/));
    await remove({ FinalDBSnapshotIdentifier: "last" });
    expect(app(call)).toMatchObject({ status: "deleting", wish: "running", finalSnapshot: "last" });
    await expect(remove({ SkipFinalSnapshot: true })).rejects.toEqual(fault("InvalidDBInstanceState"));
  });

  test("that has never been available is not deleted with a final snapshot", async () => {
    const { call } = await available();
    set(call, { status: "creating", born: false });
    await expect(
      rds(call, "DeleteDBInstance", { DBInstanceIdentifier: "app", FinalDBSnapshotIdentifier: "last" }),
    ).rejects.toEqual(fault("InvalidDBInstanceState"));
    expect(await list(call)).toEqual([]);
  });

  test("has windows that do not overlap, and a retention of 35 days at most", async () => {
    const { call } = await available({ PreferredBackupWindow: "03:00-04:00", PreferredMaintenanceWindow: "sun:05:00-sun:06:00" });
    const modify = (more: object) => rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "app", ...more });
    await expect(modify({ PreferredMaintenanceWindow: "sun:03:30-sun:04:30" })).rejects.toEqual(
      fault("InvalidParameterValue", /^The backup window and maintenance window must not overlap\.$/),
    );
    await expect(modify({ BackupRetentionPeriod: 36 })).rejects.toEqual(fault("InvalidParameterValue", /between 0 and 35/));
    await modify({ PreferredBackupWindow: "06:00-07:00", PreferredMaintenanceWindow: "Sun:03:30-Sun:04:30" });
    expect(app(call).settings).toMatchObject({
      preferredBackupWindow: "06:00-07:00",
      preferredMaintenanceWindow: "sun:03:30-sun:04:30",
    });
  });
});

describe("automated backups", () => {
  /** One, made an hour ago, with log up to a minute ago. */
  async function withBackups(): Promise<Call> {
    const { call } = await available();
    const source = sourceOf(app(call));
    const automated: Snapshot = {
      identifier: "rds:app-2026-11-21-11-00",
      type: "automated",
      status: "creating",
      source,
      folder: "backup",
      requestedAt: now - 3_600_000,
      tags: {},
    };
    call.commit(
      put(DBSnapshots, automated.identifier, automated),
      put(DBInstanceAutomatedBackups, source.resourceId, {
        id: "ab-one",
        status: "active",
        source,
        log: "log",
        latest: now - 60_000,
      }),
    );
    made(call, automated.identifier);
    return call;
  }
  const restore = (call: Call, more: object) =>
    rds(call, "RestoreDBInstanceToPointInTime", {
      SourceDBInstanceIdentifier: "app",
      TargetDBInstanceIdentifier: "then",
      DBSubnetGroupName: "data",
      ...more,
    });

  test("tell between which times an instance can be restored", async () => {
    const call = await withBackups();
    const { DBInstances: [db] = [] } = await rds<DescribeDBInstancesCommandOutput>(call, "DescribeDBInstances");
    expect(db?.LatestRestorableTime).toEqual(new Date(now - 60_000));
    const { DBInstanceAutomatedBackups: kept } = await rds<DescribeDBInstanceAutomatedBackupsCommandOutput>(
      call,
      "DescribeDBInstanceAutomatedBackups",
      { DBInstanceIdentifier: "app" },
    );
    expect(kept).toMatchObject([
      { Status: "active", RestoreWindow: { EarliestTime: new Date(now - 3_600_000), LatestTime: new Date(now - 60_000) } },
    ]);
  });

  test("restore to a time within, from the backup before it", async () => {
    const call = await withBackups();
    await restore(call, { RestoreTime: new Date(now - 120_000) });
    expect(call.records.get(DBInstances, "then")?.origin).toEqual({
      kind: "backup",
      backup: "backup",
      log: "log",
      until: now - 120_000,
    });
  });

  test.each<[string, object, string, RegExp]>([
    [
      "later",
      { RestoreTime: new Date(now - 59_000) },
      "InvalidParameterValue",
      /cannot be restored to a time later than 2026-11-21T11:59:00Z/,
    ],
    ["earlier", { RestoreTime: new Date(now - 3_601_000) }, "InvalidParameterValue", /or earlier than 2026-11-21T11:00:00Z/],
    ["no time", {}, "InvalidParameterCombination", /RestoreTime or UseLatestRestorableTime/],
    ["both", { RestoreTime: new Date(now - 120_000), UseLatestRestorableTime: true }, "InvalidParameterCombination", /not both/],
    ["two sources", { SourceDbiResourceId: "db-X", UseLatestRestorableTime: true }, "InvalidParameterCombination", /Exactly one/],
  ])("do not restore to %s", async (_, more, code, message) => {
    const call = await withBackups();
    await expect(restore(call, more)).rejects.toEqual(fault(code, message));
  });

  test("go with their log when they are turned off, and then nothing is restored", async () => {
    const call = await withBackups();
    await rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "app", BackupRetentionPeriod: 0 });
    expect(await list(call)).toEqual([]);
    expect(call.records.list(DBInstanceAutomatedBackups)).toEqual([]);
    await expect(restore(call, { UseLatestRestorableTime: true })).rejects.toEqual(fault("PointInTimeRestoreNotEnabled"));
  });

  test("are not deleted one by one, nor together while their instance is there", async () => {
    const call = await withBackups();
    await expect(rds(call, "DeleteDBSnapshot", { DBSnapshotIdentifier: "rds:app-2026-11-21-11-00" })).rejects.toEqual(
      fault("InvalidDBSnapshotState", /Only manual snapshots/),
    );
    await expect(rds(call, "DeleteDBInstanceAutomatedBackup", { DbiResourceId: app(call).resourceId })).rejects.toEqual(
      fault("InvalidDBInstanceAutomatedBackupState"),
    );
    await expect(rds(call, "DeleteDBInstanceAutomatedBackup", { DbiResourceId: "db-X" })).rejects.toEqual(
      fault("DBInstanceAutomatedBackupNotFound"),
    );
  });
});
