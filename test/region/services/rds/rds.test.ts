import type {
  DescribeDBEngineVersionsCommandOutput,
  DescribeDBInstancesCommandOutput,
  ListTagsForResourceCommandOutput,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { DBInstances, type DBInstance } from "../../../../src/region/services/rds/records.js";
import { recordsAlone } from "../../../support/records.js";
import { fault, make, rds, seen, set, wanted, withGroup } from "./instances.js";

describe("the rest of RDS", () => {
  test("an instance stops, starts and reboots from the right states only", async () => {
    const { call } = await withGroup();
    await make(call);
    const named = { DBInstanceIdentifier: "app" };
    await expect(rds(call, "StopDBInstance", named)).rejects.toEqual(fault("InvalidDBInstanceState", /it is creating/));
    set(call, { status: "available", born: true });
    await rds(call, "RebootDBInstance", named);
    expect(call.records.get(DBInstances, "app")).toMatchObject({ status: "rebooting", rebootWished: "restart" });
    set(call, { status: "available", rebootWished: undefined });
    await rds(call, "StopDBInstance", named);
    expect(call.records.get(DBInstances, "app")).toMatchObject({ status: "stopping", wish: "stopped" });
    set(call, { status: "stopped" });
    await rds(call, "StartDBInstance", named);
    expect(call.records.get(DBInstances, "app")).toMatchObject({ status: "starting", wish: "running" });
  });

  test.each<[DBInstance["status"], boolean]>([
    ["available", true],
    ["incompatible-parameters", true],
    ["storage-full", false],
    ["modifying", false],
    ["stopped", false],
  ])("an instance that is %s is rebooted: %s", async (status, isAdmitted) => {
    const { call } = await withGroup();
    await make(call);
    set(call, { status, born: true });
    const rebooted = rds(call, "RebootDBInstance", { DBInstanceIdentifier: "app" });
    if (isAdmitted) await expect(rebooted).resolves.toMatchObject({ DBInstance: { DBInstanceStatus: "rebooting" } });
    else await expect(rebooted).rejects.toEqual(fault("InvalidDBInstanceState", new RegExp(`it is ${status}`)));
  });

  test("engine versions that are run are told, and what stands in for MySQL", async () => {
    const { call } = recordsAlone();
    const versions = (input: object): Promise<DescribeDBEngineVersionsCommandOutput> =>
      rds(call, "DescribeDBEngineVersions", input);
    expect((await versions({ Engine: "postgres" })).DBEngineVersions).toMatchObject([
      { Engine: "postgres", EngineVersion: expect.stringMatching(/^15\./), DBParameterGroupFamily: "postgres15" },
    ]);
    const { DBEngineVersions: mysql = [] } = await versions({ Engine: "mysql", EngineVersion: "8.0" });
    expect(mysql.map((each) => each.DBEngineVersionDescription)).toEqual([expect.stringContaining("runs as MariaDB 10.11 here")]);
    expect((await versions({ Engine: "oracle-ee" })).DBEngineVersions).toEqual([]);
  });

  test("a change waits for the maintenance window unless it is wished at once", async () => {
    const { call } = await withGroup();
    await make(call);
    set(call, { status: "available", born: true });
    const modify = (more: object): Promise<unknown> => rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "app", ...more });
    await modify({ MultiAZ: true, AllocatedStorage: 30, DBInstanceClass: wanted.DBInstanceClass });
    expect(await seen(call)).toMatchObject({
      DBInstanceStatus: "available",
      MultiAZ: false,
      AllocatedStorage: 20,
      PendingModifiedValues: { MultiAZ: true, AllocatedStorage: 30, DBInstanceClass: undefined },
    });
    await modify({ ApplyImmediately: true });
    expect(await seen(call)).toMatchObject({ DBInstanceStatus: "modifying", MultiAZ: true, AllocatedStorage: 30 });
    expect((await seen(call))?.PendingModifiedValues).toEqual({ MasterUserPassword: "****" });
    set(call, { status: "available" });
    await expect(modify({ AllocatedStorage: 25 })).rejects.toEqual(fault("InvalidParameterCombination", /storage can only grow/));
    await expect(modify({ AllocatedStorage: 31 })).rejects.toEqual(fault("InvalidParameterCombination", /ten per cent/));
  });

  test.each([
    [{ StorageType: "banana" }, "InvalidParameterValue", /Invalid storage type: banana/],
    [{ StorageType: "io1", Iops: 1000 }, "InvalidParameterValue", /storage type io1: 20/],
    [{ StorageType: "io1", AllocatedStorage: 40, Iops: 1000 }, "InvalidParameterValue", /storage type io1: 40/],
    [{ StorageType: "io1", AllocatedStorage: 100 }, "InvalidParameterCombination", /Iops must be specified/],
    [{ StorageType: "standard", AllocatedStorage: 4000 }, "InvalidParameterValue", /storage type standard: 4000/],
  ])("storage is held against the type that it will have: %j is refused", async (more, code, message) => {
    const { call } = await withGroup();
    await make(call);
    set(call, { status: "available", born: true });
    const before = call.records.get(DBInstances, "app");
    await expect(rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "app", ...more })).rejects.toEqual(fault(code, message));
    expect(call.records.get(DBInstances, "app")).toEqual(before);
  });

  test("storage of another type may have a size that the former could not have", async () => {
    const { call } = await withGroup();
    await make(call, { StorageType: "standard", AllocatedStorage: 3000 });
    set(call, { status: "available", born: true });
    await rds(call, "ModifyDBInstance", {
      ...{ DBInstanceIdentifier: "app", StorageType: "io1", AllocatedStorage: 4000, Iops: 12000, ApplyImmediately: true },
    });
    expect(call.records.get(DBInstances, "app")?.settings).toMatchObject({ storageType: "io1", allocatedStorage: 4000 });
  });

  test.each<[DBInstance["status"], boolean]>([
    ["available", true],
    ["storage-full", true],
    ["incompatible-parameters", true],
    ["stopped", true],
    ["creating", false],
    ["backing-up", false],
    ["modifying", false],
    ["rebooting", false],
    ["starting", false],
    ["stopping", false],
    ["failed", false],
    ["deleting", false],
  ])("an instance that is %s is modified: %s", async (status, isAdmitted) => {
    const { call } = await withGroup();
    await make(call);
    set(call, { status, born: true });
    const before = call.records.get(DBInstances, "app");
    const modified = rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "app", DeletionProtection: true });
    if (isAdmitted) await expect(modified).resolves.toMatchObject({ DBInstance: { DeletionProtection: true } });
    else await expect(modified).rejects.toEqual(fault("InvalidDBInstanceState", new RegExp(`it is ${status}`)));
    expect(call.records.get(DBInstances, "app")).toEqual({
      ...before,
      deletionProtection: isAdmitted,
      pending: isAdmitted ? {} : undefined,
    });
  });

  test("an instance is described by its ARN, and by another region's not", async () => {
    const { call } = await withGroup();
    const { DBInstance } = await make(call);
    const described = async (DBInstanceIdentifier = ""): Promise<readonly (string | undefined)[]> =>
      (
        (await rds<DescribeDBInstancesCommandOutput>(call, "DescribeDBInstances", { DBInstanceIdentifier })).DBInstances ?? []
      ).map((db) => db.DBInstanceIdentifier);
    expect(await described(DBInstance?.DBInstanceArn)).toEqual(["app"]);
    await expect(described(DBInstance?.DBInstanceArn?.replace("eu-west-3", "us-east-1"))).rejects.toEqual(
      fault("DBInstanceNotFound"),
    );
  });

  test.each([
    ["DescribeDBInstances", "DBInstances"],
    ["DescribeDBClusters", "DBClusters"],
    ["DescribeDBSubnetGroups", "DBSubnetGroups"],
    ["DescribeDBEngineVersions", "DBEngineVersions"],
  ])("%s gives 20 to 100 at once, and refuses another number or a wrong marker by RDS's code", async (name, list) => {
    const { call } = recordsAlone();
    for (const wrong of [{ MaxRecords: 19 }, { MaxRecords: 101 }, { Marker: "nonsense" }])
      await expect(rds(call, name, wrong)).rejects.toEqual(fault("InvalidParameterValue"));
    await expect(rds(call, name, { MaxRecords: 20 })).resolves.toHaveProperty(list);
  });

  test("tags are added and listed by ARN", async () => {
    const { call } = await withGroup();
    const { DBInstance } = await make(call);
    const ResourceName = DBInstance?.DBInstanceArn;
    await rds(call, "AddTagsToResource", { ResourceName, Tags: [{ Key: "env", Value: "test" }] });
    const listed = await rds<ListTagsForResourceCommandOutput>(call, "ListTagsForResource", { ResourceName });
    expect(listed.TagList).toEqual([{ Key: "env", Value: "test" }]);
  });
});
