import { describe, expect, test } from "vitest";
import type {
  DescribeDBClustersCommandOutput,
  DescribeDBInstancesCommandOutput,
  DescribeEventsCommandOutput,
} from "@aws-sdk/client-rds";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import {
  DBClusterAutomatedBackups,
  DBClusterSnapshots,
  sourceOfCluster,
} from "../../../../src/region/services/rds/backups/records.js";
import { clusterEventsBetween } from "../../../../src/region/services/rds/clusterevents.js";
import { DBClusters, DBInstances, type DBCluster } from "../../../../src/region/services/rds/records.js";
import { databaseNames } from "../../../../src/region/services/rds/names.js";
import { NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { put, remove } from "../../../../src/region/records/records.js";
import { dbCluster } from "../../../../src/region/stacks/providers/rds/cluster.js";
import { nextState } from "../../../../src/region/upkeep/clusters/copies.js";
import { fault } from "../ec2/fault.js";
import { made } from "../ec2/network-support.js";
import { recordsAlone, run } from "../../../support/records.js";
import type { Call } from "../../../../src/region/operations/call.js";

const rds = <O = unknown>(call: Call, name: string, input: object): Promise<O> => run<O>(rdsOperations, name, call, input);

const wanted = {
  DBClusterIdentifier: "shop",
  Engine: "aurora-postgresql",
  MasterUsername: "keeper",
  MasterUserPassword: "open-sesame-42",
  DBSubnetGroupName: "data",
};

async function withGroup(zones = ["eu-west-3a", "eu-west-3b", "eu-west-3c"]): Promise<Call> {
  const { call } = recordsAlone();
  const vpc = await made.vpc(call);
  const SubnetIds: string[] = [];
  for (const [n, zone] of zones.entries()) SubnetIds.push(await made.subnet(call, vpc, `10.0.${n}.0/24`, zone));
  await rds(call, "CreateDBSubnetGroup", { DBSubnetGroupName: "data", DBSubnetGroupDescription: "d", SubnetIds });
  return call;
}

describe("a DB cluster", () => {
  test.each([
    ["of an engine without clusters", { Engine: "mariadb" }, "InvalidParameterValue", /mariadb/],
    [
      "of Aurora with a class",
      { DBClusterInstanceClass: "db.m5.large" },
      "InvalidParameterCombination",
      /Multi-AZ DB clusters only/,
    ],
    [
      "of Multi-AZ without a class",
      { Engine: "postgres", AllocatedStorage: 20 },
      "InvalidParameterCombination",
      /DBClusterInstanceClass/,
    ],
    ["with a wrong identifier", { DBClusterIdentifier: "a--b" }, "InvalidParameterValue", /DBClusterIdentifier/],
  ])("%s is refused, and nothing is recorded", async (_, more, code, message) => {
    const call = await withGroup();
    await expect(rds(call, "CreateDBCluster", { ...wanted, ...more })).rejects.toEqual(fault(code, message));
    expect(call.records.list(DBClusters)).toEqual([]);
    expect(call.records.list(DBInstances)).toEqual([]);
  });

  test("of Multi-AZ wants three zones", async () => {
    const call = await withGroup(["eu-west-3a", "eu-west-3b"]);
    await expect(
      rds(call, "CreateDBCluster", {
        ...wanted,
        Engine: "postgres",
        DBClusterInstanceClass: "db.m5.large",
        AllocatedStorage: 20,
      }),
    ).rejects.toEqual(fault("DBSubnetGroupDoesNotCoverEnoughAZs", /three Availability Zones/));
  });

  const ofThree = { ...wanted, Engine: "postgres", DBClusterInstanceClass: "db.m5.large", AllocatedStorage: 20 };

  test("of Multi-AZ takes the place of no DB instance that has the name of a member", async () => {
    const call = await withGroup();
    await rds(call, "CreateDBInstance", {
      ...{ DBInstanceIdentifier: "shop-instance-2", DBInstanceClass: "db.m5.large", Engine: "postgres", AllocatedStorage: 20 },
      ...{ MasterUsername: "keeper", MasterUserPassword: "open-sesame-42", DBSubnetGroupName: "data" },
    });
    const before = call.records.get(DBInstances, "shop-instance-2");
    await expect(rds(call, "CreateDBCluster", ofThree)).rejects.toEqual(
      fault("DBInstanceAlreadyExists", /DB instance already exists: shop-instance-2/),
    );
    expect(call.records.list(DBClusters)).toEqual([]);
    expect(call.records.list(DBInstances)).toEqual([before]);
  });

  test("of Multi-AZ has an identifier short enough for its members'", async () => {
    const call = await withGroup();
    const named = (length: number) => ({ DBClusterIdentifier: "s".repeat(length) });
    await expect(rds(call, "CreateDBCluster", { ...ofThree, ...named(53) })).rejects.toEqual(
      fault("InvalidParameterValue", /52 characters at most/),
    );
    await rds(call, "CreateDBCluster", { ...ofThree, ...named(52) });
    await rds(call, "CreateDBCluster", { ...wanted, ...named(63) });
    expect(call.records.list(DBInstances).map(({ identifier }) => identifier.length)).toEqual([63, 63, 63]);
  });

  test.each([
    ["of Aurora is stopped", wanted, true],
    ["of Multi-AZ is not", ofThree, false],
  ])("%s", async (_kind, input, isStopped) => {
    const call = await withGroup();
    await rds(call, "CreateDBCluster", input);
    const made: DBCluster = { ...call.records.get(DBClusters, "shop")!, status: "available", born: true };
    call.commit(put(DBClusters, "shop", made));
    const stopped = rds(call, "StopDBCluster", { DBClusterIdentifier: "shop" });
    if (isStopped) await expect(stopped).resolves.toMatchObject({ DBCluster: { Status: "stopping" } });
    else await expect(stopped).rejects.toEqual(fault("InvalidDBClusterStateFault", /only those of Aurora/));
    expect(call.records.get(DBClusters, "shop")).toEqual(isStopped ? { ...made, status: "stopping", wish: "stopped" } : made);
  });

  test("without members keeps its DB subnet group", async () => {
    const call = await withGroup();
    await rds(call, "CreateDBCluster", wanted);
    await expect(rds(call, "DeleteDBSubnetGroup", { DBSubnetGroupName: "data" })).rejects.toEqual(
      fault("InvalidDBSubnetGroupStateFault", /database cluster: shop is still using it/),
    );
    call.commit(remove(DBClusters, "shop"));
    await rds(call, "DeleteDBSubnetGroup", { DBSubnetGroupName: "data" });
  });

  test("is what DB instances are asked for by, as by their own names and ARNs", async () => {
    const call = await withGroup();
    for (const DBClusterIdentifier of ["shop", "other"]) {
      await rds(call, "CreateDBCluster", { ...wanted, DBClusterIdentifier });
      await rds(call, "CreateDBInstance", {
        ...{ DBInstanceIdentifier: `${DBClusterIdentifier}-one`, DBClusterIdentifier },
        ...{ Engine: "aurora-postgresql", DBInstanceClass: "db.t3.medium" },
      });
    }
    const arn = "arn:aws:rds:eu-west-3:000000000000";
    for (const [Name, value] of [
      ["db-cluster-id", "Shop"],
      ["db-cluster-id", `${arn}:cluster:shop`],
      ["db-instance-id", "shop-one"],
      ["db-instance-id", `${arn}:db:shop-one`],
    ]) {
      const input = { Filters: [{ Name, Values: [value] }] };
      const { DBInstances: found = [] } = await rds<DescribeDBInstancesCommandOutput>(call, "DescribeDBInstances", input);
      expect(found.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual(["shop-one"]);
    }
  });

  test("has its members in different zones, and members say nothing that is the cluster's", async () => {
    const call = await withGroup();
    await rds(call, "CreateDBCluster", wanted);
    const member = (DBInstanceIdentifier: string, more: object = {}): Promise<unknown> =>
      rds(call, "CreateDBInstance", {
        ...{ DBInstanceIdentifier, DBClusterIdentifier: "shop" },
        ...{ Engine: "aurora-postgresql", DBInstanceClass: "db.t3.medium" },
        ...more,
      });
    await expect(member("one", { MasterUsername: "x" })).rejects.toEqual(fault("InvalidParameterCombination", /MasterUsername/));
    await expect(member("one", { Engine: "aurora-mysql" })).rejects.toEqual(
      fault("InvalidParameterCombination", /doesn't match/),
    );
    for (const name of ["one", "two", "three"]) await member(name);
    expect(new Set(call.records.list(DBInstances).map(({ server }) => server.zone)).size).toBe(3);
    const { DBClusters: [cluster] = [] } = await rds<DescribeDBClustersCommandOutput>(call, "DescribeDBClusters", {});
    expect(cluster?.DBClusterMembers?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual(["one", "two", "three"]);
    await expect(rds(call, "StopDBInstance", { DBInstanceIdentifier: "one" })).rejects.toEqual(
      fault("InvalidDBClusterStateFault", /member of the DB cluster shop/),
    );
    await expect(rds(call, "DeleteDBCluster", { DBClusterIdentifier: "shop", SkipFinalSnapshot: true })).rejects.toEqual(
      fault("InvalidDBClusterStateFault", /still contains DB instances/),
    );
  });

  test("has a name for its writer and one for its readers, which is the writer's while there are none", async () => {
    const call = await withGroup();
    await rds(call, "CreateDBCluster", wanted);
    for (const DBInstanceIdentifier of ["one", "two"])
      await rds(call, "CreateDBInstance", {
        ...{ DBInstanceIdentifier, DBClusterIdentifier: "shop" },
        ...{ Engine: "aurora-postgresql", DBInstanceClass: "db.t3.medium" },
      });
    const address = (id: string): string | undefined =>
      call.records.get(NetworkInterfaces, call.records.get(DBInstances, id)?.server.interfaceId ?? "")?.privateIp;
    const becomes = (id: string): void =>
      call.commit(put(DBInstances, id, { ...call.records.get(DBInstances, id)!, born: true, status: "available" }));
    const names = (): Record<string, readonly string[]> =>
      Object.fromEntries(
        databaseNames(call)
          .filter(({ name }) => name.startsWith("shop."))
          .map(({ name, addresses }) => [name.split(".")[1]?.replace(/-c[a-z0-9]{11}$/, "") ?? "", addresses]),
      );
    expect(names()).toEqual({});
    call.commit(put(DBClusters, "shop", { ...call.records.get(DBClusters, "shop")!, writer: "one" }));
    becomes("one");
    expect(names()).toEqual({ cluster: [address("one")], "cluster-ro": [address("one")] });
    becomes("two");
    expect(names()).toEqual({ cluster: [address("one")], "cluster-ro": [address("two")] });
  });
});

test("a stack does not wait for a cluster whose member is not going to be available", async () => {
  const call = await withGroup();
  await rds(call, "CreateDBCluster", {
    ...wanted,
    ...{ Engine: "postgres", DBClusterInstanceClass: "db.m5.large", AllocatedStorage: 20 },
  });
  const settled = dbCluster.settled?.(call, "shop", new AbortController().signal);
  const writer = call.records.get(DBInstances, "shop-instance-1")!;
  const broken = { ...writer, status: "incompatible-parameters", statusReason: "it has no memory for them" } as const;
  call.commit(put(DBInstances, writer.identifier, broken));
  await expect(settled).rejects.toEqual(
    fault("InternalFailure", /shop-instance-1 is incompatible-parameters: it has no memory for them/),
  );
});

test("a reader that lacks commits is not failed over to, and nobody else in its place", async () => {
  const call = await withGroup();
  await rds(call, "CreateDBCluster", wanted);
  for (const DBInstanceIdentifier of ["one", "two", "three"])
    await rds(call, "CreateDBInstance", {
      ...{ DBInstanceIdentifier, DBClusterIdentifier: "shop" },
      ...{ Engine: "aurora-postgresql", DBInstanceClass: "db.t3.medium" },
    });
  const serverOf = (id: string): string => call.records.get(DBInstances, id)!.server.id;
  const copies = { [serverOf("two")]: "synchronous", [serverOf("three")]: "joining" } as const;
  const shop: DBCluster = { ...call.records.get(DBClusters, "shop")!, status: "available", born: true, writer: "one", copies };
  call.commit(put(DBClusters, "shop", shop));
  const failOver = (TargetDBInstanceIdentifier: string): Promise<unknown> =>
    rds(call, "FailoverDBCluster", { DBClusterIdentifier: "shop", TargetDBInstanceIdentifier });
  await expect(failOver("one")).rejects.toEqual(fault("InvalidDBInstanceState", /not a reader/));
  await expect(failOver("three")).rejects.toEqual(fault("InvalidDBInstanceState", /three .* does not have every commit/));
  expect(call.records.get(DBClusters, "shop")).toEqual(shop);
  await failOver("Two");
  expect(call.records.get(DBClusters, "shop")).toMatchObject({ status: "failing-over", failoverWished: { target: "two" } });
});

describe("backups of a DB cluster", () => {
  /** A cluster with a member that is available. */
  async function available(more: object = {}): Promise<Call> {
    const call = await withGroup();
    await rds(call, "CreateDBCluster", { ...wanted, ...more });
    await rds(call, "CreateDBInstance", {
      ...{ DBInstanceIdentifier: "one", DBClusterIdentifier: "shop" },
      ...{ Engine: "aurora-postgresql", DBInstanceClass: "db.t3.medium" },
    });
    call.commit(put(DBInstances, "one", { ...call.records.get(DBInstances, "one")!, born: true, status: "available" }));
    return call;
  }
  const shop = (call: Call): DBCluster => call.records.get(DBClusters, "shop")!;
  const create = (call: Call, DBClusterSnapshotIdentifier: string): Promise<unknown> =>
    rds(call, "CreateDBClusterSnapshot", { DBClusterIdentifier: "shop", DBClusterSnapshotIdentifier });
  /** As the keeper leaves it. */
  const made = (call: Call, id: string): void => {
    const snapshot = call.records.get(DBClusterSnapshots, id)!;
    call.commit(put(DBClusterSnapshots, id, { ...snapshot, status: "available", made: { from: 1, to: 2, bytes: 3 } }));
    call.commit(put(DBClusters, "shop", { ...shop(call), status: "available" }));
  };

  test("are refused in AWS's words", async () => {
    const call = await available();
    await create(call, "before");
    expect(shop(call).status).toBe("backing-up");
    await expect(create(call, "before")).rejects.toEqual(fault("DBClusterSnapshotAlreadyExistsFault", /before already exists/));
    await expect(create(call, "after")).rejects.toEqual(fault("InvalidDBClusterStateFault", /not currently in the available/));
    const named = { DBClusterSnapshotIdentifier: "none" };
    await expect(rds(call, "DeleteDBClusterSnapshot", named)).rejects.toEqual(fault("DBClusterSnapshotNotFoundFault", /none/));
    await expect(rds(call, "DeleteDBClusterSnapshot", { DBClusterSnapshotIdentifier: "before" })).rejects.toEqual(
      fault("InvalidDBClusterSnapshotStateFault", /in the creating state/),
    );
    await expect(rds(call, "ModifyDBCluster", { DBClusterIdentifier: "shop", BackupRetentionPeriod: 0 })).rejects.toEqual(
      fault("InvalidParameterValue", /between 1 and 35/),
    );
  });

  test("are of nothing while no member has been available", async () => {
    const call = await withGroup();
    await rds(call, "CreateDBCluster", wanted);
    await expect(create(call, "before")).rejects.toEqual(fault("InvalidDBClusterStateFault", /nothing in the DB cluster shop/));
    await expect(
      rds(call, "DeleteDBCluster", { DBClusterIdentifier: "shop", FinalDBSnapshotIdentifier: "last" }),
    ).rejects.toEqual(fault("InvalidDBClusterStateFault", /SkipFinalSnapshot/));
    expect(call.records.list(DBClusterSnapshots)).toEqual([]);
  });

  test("may have the name of a DB snapshot, and are copied with their tags", async () => {
    const call = await available({ CopyTagsToSnapshot: true, Tags: [{ Key: "team", Value: "books" }] });
    await create(call, "before");
    made(call, "before");
    await rds(call, "CopyDBClusterSnapshot", {
      SourceDBClusterSnapshotIdentifier: "arn:aws:rds:eu-west-3:000000000000:cluster-snapshot:before",
      TargetDBClusterSnapshotIdentifier: "copied",
      CopyTags: true,
    });
    expect(call.records.get(DBClusterSnapshots, "copied")).toMatchObject({
      status: "creating",
      tags: { team: "books" },
      copyOf: { folder: call.records.get(DBClusterSnapshots, "before")?.folder },
    });
    const { Events } = await rds<DescribeEventsCommandOutput>(call, "DescribeEvents", {
      SourceType: "db-cluster-snapshot",
      SourceIdentifier: "before",
    });
    expect(Events?.map(({ Message }) => Message)).toEqual(["Creating manual cluster snapshot"]);
  });

  test("restored give a cluster without members, whose first one has the data", async () => {
    const call = await available();
    await create(call, "before");
    const restore = (more: object = {}): Promise<unknown> =>
      rds(call, "RestoreDBClusterFromSnapshot", {
        ...{ DBClusterIdentifier: "again", SnapshotIdentifier: "before", Engine: "aurora-postgresql" },
        DBSubnetGroupName: "data",
        ...more,
      });
    await expect(restore()).rejects.toEqual(fault("InvalidDBClusterSnapshotStateFault", /creating/));
    made(call, "before");
    await expect(restore({ Engine: "postgres" })).rejects.toEqual(fault("InvalidParameterCombination", /engine postgres/));
    await restore();
    const again = call.records.get(DBClusters, "again");
    expect(again).toMatchObject({
      masterUsername: "keeper",
      volume: { backup: { kind: "backup", backup: call.records.get(DBClusterSnapshots, "before")?.folder }, made: { to: 2 } },
    });
    expect(again?.masterPassword).toBeUndefined();
  });

  test("kept automatically tell between which times it can be restored, and go with the first member after the last", async () => {
    const call = await available();
    const { resourceId } = shop(call);
    const [from, latest] = [call.now() - 3_600_000, call.now() - 60_000];
    const source = sourceOfCluster(shop(call));
    call.commit(
      put(DBClusterSnapshots, "rds:shop", {
        ...{ identifier: "rds:shop", type: "automated", status: "available", source, folder: "base" },
        ...{ requestedAt: from, made: { from, to: from, bytes: 1 }, tags: {} },
      }),
      put(DBClusterAutomatedBackups, resourceId, { id: "ab-one", status: "active", source, log: "log", latest }),
    );
    const { DBClusters: [told] = [] } = await rds<DescribeDBClustersCommandOutput>(call, "DescribeDBClusters", {});
    expect(told?.LatestRestorableTime?.getTime()).toBe(Math.floor(latest / 1000) * 1000);
    expect(told?.EarliestRestorableTime?.getTime()).toBe(Math.ceil(from / 1000) * 1000);
    await rds(call, "RestoreDBClusterToPointInTime", {
      ...{ DBClusterIdentifier: "then", SourceDBClusterIdentifier: "shop", UseLatestRestorableTime: true },
      DBSubnetGroupName: "data",
    });
    expect(call.records.get(DBClusters, "then")?.volume?.backup).toEqual({
      ...{ kind: "backup", backup: "base", log: "log", until: latest },
    });
    call.commit(remove(DBInstances, "one"));
    await rds(call, "CreateDBInstance", {
      ...{ DBInstanceIdentifier: "two", DBClusterIdentifier: "shop" },
      ...{ Engine: "aurora-postgresql", DBInstanceClass: "db.t3.medium" },
    });
    expect(call.records.get(DBClusterAutomatedBackups, resourceId)).toBeUndefined();
    expect(call.records.get(DBClusterSnapshots, "rds:shop")).toBeUndefined();
  });
});

describe("a DB cluster's parameter group", () => {
  test("is that of its members, whose status tells what waits, and stays while the cluster has it", async () => {
    const call = await withGroup();
    const group = { DBClusterParameterGroupName: "tuned" };
    await rds(call, "CreateDBClusterParameterGroup", {
      ...{ ...group, DBParameterGroupFamily: "aurora-postgresql15", Description: "d" },
    });
    await expect(rds(call, "CreateDBCluster", { ...wanted, Engine: "aurora-mysql", ...group })).rejects.toEqual(
      fault("InvalidParameterCombination", /can't be used for this cluster/),
    );
    await rds(call, "CreateDBCluster", wanted);
    await rds(call, "CreateDBInstance", {
      ...{ DBInstanceIdentifier: "one", DBClusterIdentifier: "shop" },
      ...{ Engine: "aurora-postgresql", DBInstanceClass: "db.t3.medium" },
    });
    const status = (): string | undefined => call.records.get(DBInstances, "one")?.clusterParameterGroup?.status;
    expect(call.records.get(DBInstances, "one")?.clusterParameterGroup?.name).toBe("default.aurora-postgresql15");
    expect(status()).toBe("in-sync");
    await rds(call, "ModifyDBCluster", { DBClusterIdentifier: "shop", ...group });
    expect(status()).toBe("applying");
    await expect(rds(call, "DeleteDBClusterParameterGroup", group)).rejects.toEqual(
      fault("InvalidDBParameterGroupState", /One or more DB clusters/),
    );
  });
});

describe("the events of a DB cluster", () => {
  const before: DBCluster = {
    ...{ identifier: "shop", resourceId: "cluster-A", kind: "aurora", engine: "aurora-postgresql", engineVersion: "15.10" },
    ...{ masterUsername: "keeper", replicationPassword: "x", port: 5432, subnetGroupName: "data", vpcId: "vpc-1" },
    ...{ groupIds: [], deletionProtection: false, allocatedStorage: 128, storageType: "aurora", backupRetentionPeriod: 1 },
    ...{ preferredBackupWindow: "03:00-03:30", preferredMaintenanceWindow: "sun:04:00-sun:04:30", storageEncrypted: false },
    ...{ copies: {}, wish: "running", status: "available", born: true, createdAt: 0, tags: {} },
  };
  const failover = { to: "two", crossesZones: true };
  test.each<[string, Partial<DBCluster>, Partial<DBCluster>, readonly unknown[]]>([
    ["it is there", { born: false }, {}, [["RDS-EVENT-0170"]]],
    ["a reader begins to take over", {}, { failover }, [["RDS-EVENT-0073", { name: "two" }]]],
    ["one in the same zone does", {}, { failover: { ...failover, crossesZones: false } }, [["RDS-EVENT-0072", { name: "two" }]]],
    ["it takes writes", { failover }, {}, [["RDS-EVENT-0071", { name: "two" }]]],
    ["it has stopped", { status: "stopping" }, { status: "stopped" }, [["RDS-EVENT-0150"]]],
    ["it has started", { status: "starting" }, {}, [["RDS-EVENT-0151"]]],
    ["its password is another", { masterPassword: "y" }, {}, [["RDS-EVENT-0016"]]],
    ["nothing of it changes", {}, {}, []],
  ])("tell that %s", (_what, was, is, expected) => {
    expect(clusterEventsBetween({ ...before, ...was }, { ...before, ...is })).toEqual(expected);
  });
});

test.each([
  { state: "building", seen: undefined, next: "building" },
  { state: "building", seen: { acknowledges: true }, next: "joining" },
  { state: "joining", seen: { acknowledges: false }, next: "joining" },
  { state: "joining", seen: { acknowledges: true }, next: "synchronous" },
  { state: "synchronous", seen: { acknowledges: false }, next: "synchronous" },
  { state: "joining", seen: undefined, next: "building" },
  { state: "synchronous", seen: undefined, next: "building" },
] as const)("a reader that is $state becomes $next when its writer sees $seen", ({ state, seen, next }) => {
  expect(nextState(state, seen === undefined ? undefined : { id: "db-A", missing: 0, ...seen })).toBe(next);
});
