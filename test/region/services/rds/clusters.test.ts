import { describe, expect, test } from "vitest";
import type { DescribeDBClustersCommandOutput } from "@aws-sdk/client-rds";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { DBClusters, DBInstances } from "../../../../src/region/services/rds/records.js";
import { databaseNames } from "../../../../src/region/services/rds/names.js";
import { NetworkInterfaces } from "../../../../src/region/services/ec2/records.js";
import { put } from "../../../../src/region/records/records.js";
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
