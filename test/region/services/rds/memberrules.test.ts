import type {
  CreateDBInstanceReadReplicaCommandOutput,
  DescribeDBClustersCommandOutput,
  DescribeDBInstancesCommandOutput,
  DBInstance as ApiDBInstance,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { DBClusters, DBInstances } from "../../../../src/region/services/rds/records.js";
import { recordsAlone, run } from "../../../support/records.js";
import { fault } from "../ec2/fault.js";
import { made } from "../ec2/network-support.js";
import { database } from "./database.js";

const rds = <O = unknown>(call: Call, name: string, input: object): Promise<O> => run<O>(rdsOperations, name, call, input);
const combination = "InvalidParameterCombination";

/** The cluster `shop`, and of it the member `shop-one` or the three that a Multi-AZ one comes with; all available. */
async function cluster(kind: "aurora" | "multi-az"): Promise<{ readonly call: Call; readonly groupId: string }> {
  const { call } = recordsAlone();
  const vpc = await made.vpc(call);
  const SubnetIds: string[] = [];
  for (const [n, zone] of ["eu-west-3a", "eu-west-3b", "eu-west-3c"].entries())
    SubnetIds.push(await made.subnet(call, vpc, `10.0.${n}.0/24`, zone));
  await rds(call, "CreateDBSubnetGroup", { DBSubnetGroupName: "data", DBSubnetGroupDescription: "d", SubnetIds });
  const groupId = await made.group(call, vpc, "db");
  await rds(call, "CreateDBCluster", {
    DBClusterIdentifier: "shop",
    MasterUsername: "keeper",
    MasterUserPassword: "open-sesame-42",
    DBSubnetGroupName: "data",
    // RDS would choose one at random, which a member's maintenance may not overlap.
    PreferredBackupWindow: "04:00-04:30",
    ...(kind === "aurora"
      ? { Engine: "aurora-postgresql", EngineVersion: "15.10" }
      : { Engine: "postgres", DBClusterInstanceClass: "db.m5.large", AllocatedStorage: 20, AutoMinorVersionUpgrade: false }),
  });
  if (kind === "aurora") await rds(call, "CreateDBInstance", member);
  call.commit(
    put(DBClusters, "shop", { ...call.records.get(DBClusters, "shop")!, status: "available", born: true }),
    ...call.records.list(DBInstances).map((db) => put(DBInstances, db.identifier, { ...db, status: "available", born: true })),
  );
  return { call, groupId };
}

const member = {
  DBInstanceIdentifier: "shop-one",
  DBClusterIdentifier: "shop",
  Engine: "aurora-postgresql",
  DBInstanceClass: "db.t3.medium",
};
const seen = async (call: Call, identifier = "shop-one"): Promise<ApiDBInstance | undefined> =>
  (await rds<DescribeDBInstancesCommandOutput>(call, "DescribeDBInstances", { DBInstanceIdentifier: identifier }))
    .DBInstances?.[0];

describe("a member of a DB cluster", () => {
  test.each([
    [{ AllocatedStorage: 20 }, /Set allocated storage for the DB Cluster/],
    [{ ManageMasterUserPassword: true }, /ManageMasterUserPassword/],
    [{ MasterUserPassword: "open-sesame-42" }, /Set master user password for the DB Cluster/],
    [{ BackupRetentionPeriod: 3 }, /Set backup retention for the DB Cluster/],
    [{ VpcSecurityGroupIds: ["sg-1"] }, /Set vpc security group for the DB Cluster/],
    [{ EnableCloudwatchLogsExports: ["postgresql"] }, /EnableCloudwatchLogsExports/],
    [{ MultiAZ: true }, /MultiAZ/],
    [{ EngineVersion: "15.4" }, /\(15\.4\) does not match the engine version of your DB cluster \(15\.10\)/],
    [{ DBSubnetGroupName: "other" }, /DB subnet group/],
  ])("is not made with %j, which is its cluster's", async (more, message) => {
    const { call } = await cluster("aurora");
    await expect(rds(call, "CreateDBInstance", { ...member, DBInstanceIdentifier: "two", ...more })).rejects.toEqual(
      fault(combination, message),
    );
    expect(call.records.get(DBInstances, "two")).toBeUndefined();
  });

  test("has what is its own, and may say again what its cluster has", async () => {
    const { call } = await cluster("aurora");
    await rds(call, "CreateDBInstance", {
      ...member,
      ...{ DBInstanceIdentifier: "two", EngineVersion: "15", DBSubnetGroupName: "Data", MultiAZ: false, StorageEncrypted: false },
      ...{ PreferredMaintenanceWindow: "Mon:01:00-Mon:01:30", MonitoringInterval: 60, AutoMinorVersionUpgrade: false },
      ...{ CopyTagsToSnapshot: true, OptionGroupName: "default:aurora-postgresql-15" },
    });
    expect(await seen(call, "two")).toMatchObject({
      ...{ PreferredMaintenanceWindow: "mon:01:00-mon:01:30", MonitoringInterval: 60, AutoMinorVersionUpgrade: false },
      ...{ CopyTagsToSnapshot: true, EngineVersion: "15.10" },
    });
    await expect(
      rds(call, "CreateDBInstance", { ...member, DBInstanceIdentifier: "three", OptionGroupName: "ours" }),
    ).rejects.toEqual(fault("NotImplemented", /option group ours/));
  });

  test.each([
    [{ AllocatedStorage: 40 }, /Modify allocated storage for the DB Cluster using the ModifyDbCluster API/],
    [{ BackupRetentionPeriod: 3 }, /Modify backup retention for the DB Cluster/],
    [{ DeletionProtection: false }, /Modify deletion protection for the DB Cluster/],
    [{ MasterUserPassword: "open-sesame-43" }, /Modify master user password for the DB Cluster/],
    [{ RotateMasterUserPassword: true, ApplyImmediately: true }, /RotateMasterUserPassword/],
    [{ VpcSecurityGroupIds: ["sg-1"] }, /Modify vpc security group for the DB Cluster/],
    [{ MultiAZ: true }, /MultiAZ/],
    [{ StorageType: "gp3" }, /StorageType/],
    [{ PreferredBackupWindow: "01:00-01:30" }, /PreferredBackupWindow/],
  ])("is not given %j, which is its cluster's", async (change, message) => {
    const { call } = await cluster("aurora");
    const before = call.records.get(DBInstances, "shop-one");
    await expect(rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "shop-one", ...change })).rejects.toEqual(
      fault(combination, message),
    );
    expect(call.records.get(DBInstances, "shop-one")).toEqual(before);
  });

  test("of Aurora may have another class, one of a Multi-AZ DB cluster has its cluster's", async () => {
    const { call } = await cluster("aurora");
    const change = { DBInstanceClass: "db.t3.large", ApplyImmediately: true };
    await rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "shop-one", ...change });
    expect(call.records.get(DBInstances, "shop-one")).toMatchObject({ instanceClass: "db.t3.large", rebootWished: "restart" });
    const ledger = await cluster("multi-az");
    await expect(rds(ledger.call, "ModifyDBInstance", { DBInstanceIdentifier: "shop-instance-1", ...change })).rejects.toEqual(
      fault(combination, /DB instance class/),
    );
  });
});

describe("ModifyDBCluster", () => {
  const modify = (call: Call, change: object) => rds(call, "ModifyDBCluster", { DBClusterIdentifier: "shop", ...change });
  const told = async (call: Call) => (await rds<DescribeDBClustersCommandOutput>(call, "DescribeDBClusters", {})).DBClusters?.[0];

  test("gives every member another class and more storage, at once where it is to be", async () => {
    const { call } = await cluster("multi-az");
    const change = { DBClusterInstanceClass: "db.m5.xlarge", AllocatedStorage: 40, Iops: 3000 };
    await modify(call, change);
    expect(await told(call)).toMatchObject({
      ...{ DBClusterInstanceClass: "db.m5.large", AllocatedStorage: 20, Iops: 3000, AutoMinorVersionUpgrade: false },
      PendingModifiedValues: { AllocatedStorage: 40 },
    });
    // What waits is in force with the next change that is at once.
    await modify(call, { ApplyImmediately: true });
    expect(await told(call)).toMatchObject({ Status: "modifying", DBClusterInstanceClass: "db.m5.xlarge", AllocatedStorage: 40 });
    expect((await told(call))?.PendingModifiedValues).toBeUndefined();
    for (const db of call.records.list(DBInstances))
      expect(db).toMatchObject({
        ...{ instanceClass: "db.m5.xlarge", rebootWished: "restart", applying: ["class", "storage"] },
        settings: { allocatedStorage: 40 },
      });
  });

  test("gives the security groups to every interface of its members", async () => {
    const { call, groupId } = await cluster("multi-az");
    await modify(call, { VpcSecurityGroupIds: [groupId] });
    expect((await told(call))?.VpcSecurityGroups).toEqual([{ VpcSecurityGroupId: groupId, Status: "active" }]);
    expect(call.records.list(DBInstances).map((db) => db.groupIds)).toEqual([[groupId], [groupId], [groupId]]);
    expect(call.records.list(NetworkInterfaces).map((nic) => nic.groupIds)).toEqual([[groupId], [groupId], [groupId]]);
  });

  test.each([
    ["multi-az", { AllocatedStorage: 10 }, combination, /only grow/],
    ["multi-az", { AllocatedStorage: 21 }, combination, /ten per cent/],
    ["multi-az", { DBClusterInstanceClass: "db.x9.huge" }, "NotImplemented", /db\.x9\.huge/],
    ["multi-az", { VpcSecurityGroupIds: ["sg-none"] }, "InvalidParameterValue", /sg-none/],
    ["multi-az", { StorageType: "io9" }, "InvalidParameterValue", /io9/],
    ["aurora", { DBClusterInstanceClass: "db.m5.large" }, combination, /Multi-AZ DB clusters only/],
    ["aurora", { AllocatedStorage: 40 }, combination, /Multi-AZ DB clusters only/],
  ] as const)("of %s refuses %j", async (kind, change, code, message) => {
    const { call } = await cluster(kind);
    const before = call.records.get(DBClusters, "shop");
    await expect(modify(call, { ...change, ApplyImmediately: true })).rejects.toEqual(fault(code, message));
    expect(call.records.get(DBClusters, "shop")).toEqual(before);
  });
});

describe("a read replica", () => {
  const replica = { DBInstanceIdentifier: "reads", SourceDBInstanceIdentifier: "app" };
  const make = (call: Call, more: object = {}) =>
    rds<CreateDBInstanceReadReplicaCommandOutput>(call, "CreateDBInstanceReadReplica", { ...replica, ...more });

  test("is not made with an option group that there is not, nor with less storage than its source", async () => {
    const { call } = recordsAlone();
    await database(call);
    await expect(make(call, { OptionGroupName: "ours" })).rejects.toEqual(fault("NotImplemented", /option group ours/));
    await expect(make(call, { AllocatedStorage: 10 })).rejects.toEqual(fault("InvalidParameterValue", /20 GiB at least/));
    expect(call.records.get(DBInstances, "reads")).toBeUndefined();
    const { DBInstance } = await make(call, { OptionGroupName: "default:postgres-15", KmsKeyId: "alias/aws/rds" });
    expect(DBInstance).toMatchObject({ KmsKeyId: "alias/aws/rds", ReadReplicaSourceDBInstanceIdentifier: "app" });
  });

  test.each([
    [{ MultiAZ: true }, /Multi-AZ read replicas \(reads\)/],
    [{ BackupRetentionPeriod: 1 }, /automated backups of read replicas \(reads\)/],
  ])("is not given %j before it is promoted", async (change, message) => {
    const { call } = recordsAlone();
    await database(call);
    await make(call);
    call.commit(put(DBInstances, "reads", { ...call.records.get(DBInstances, "reads")!, status: "available", born: true }));
    await expect(rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "reads", ...change })).rejects.toEqual(
      fault("NotImplemented", message),
    );
  });

  async function replicated(): Promise<Call> {
    const { call } = recordsAlone();
    await database(call);
    await make(call);
    call.commit(put(DBInstances, "reads", { ...call.records.get(DBInstances, "reads")!, status: "available", born: true }));
    return call;
  }

  test.each([
    ["StopDBInstance", { DBInstanceIdentifier: "app" }, "InvalidDBInstanceState", /has the read replicas reads/],
    ["StopDBInstance", { DBInstanceIdentifier: "reads" }, "InvalidDBInstanceState", /is a read replica of app/],
    [
      "DeleteDBInstance",
      { DBInstanceIdentifier: "reads", FinalDBSnapshotIdentifier: "last" },
      combination,
      /FinalDBSnapshotIdentifier can not be specified when deleting a replica instance/,
    ],
    [
      "ModifyDBInstance",
      { DBInstanceIdentifier: "app", BackupRetentionPeriod: 0 },
      combination,
      /source of the read replicas reads/,
    ],
  ])("keeps its source, and itself, from %s %j until it is promoted", async (name, input, code, message) => {
    const call = await replicated();
    const before = call.records.list(DBInstances);
    await expect(rds(call, name, input)).rejects.toEqual(fault(code, message));
    expect(call.records.list(DBInstances)).toEqual(before);
    await rds(call, "PromoteReadReplica", { DBInstanceIdentifier: "reads" });
    call.commit(put(DBInstances, "reads", { ...call.records.get(DBInstances, "reads")!, status: "available" }));
    await rds(call, name, input);
  });
});
