import { expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { DBClusters, DBInstances, type DBCluster, type DBInstance } from "../../../../src/region/services/rds/records.js";
import { maintainCluster } from "../../../../src/region/upkeep/clusters/maintenance.js";
import { recordsAlone, run } from "../../../support/records.js";
import { made } from "../../services/ec2/network-support.js";

/** A Multi-AZ DB cluster `shop` whose window is open, for which another class and more storage wait. */
async function waiting(cluster: Partial<DBCluster> = {}, second: Partial<DBInstance> = {}): Promise<Call> {
  const { call } = recordsAlone({ now: () => Date.UTC(2026, 10, 23, 3, 0) });
  const vpc = await made.vpc(call);
  const SubnetIds: string[] = [];
  for (const [n, zone] of ["eu-west-3a", "eu-west-3b", "eu-west-3c"].entries())
    SubnetIds.push(await made.subnet(call, vpc, `10.0.${n}.0/24`, zone));
  await run(rdsOperations, "CreateDBSubnetGroup", call, {
    ...{ DBSubnetGroupName: "data", DBSubnetGroupDescription: "three zones", SubnetIds },
  });
  await run(rdsOperations, "CreateDBCluster", call, {
    ...{ DBClusterIdentifier: "shop", Engine: "postgres", DBClusterInstanceClass: "db.m5.large", AllocatedStorage: 20 },
    ...{ MasterUsername: "keeper", MasterUserPassword: "open-sesame-42", DBSubnetGroupName: "data" },
    ...{ PreferredMaintenanceWindow: "mon:03:00-mon:04:00", PreferredBackupWindow: "10:00-10:30" },
  });
  call.commit(
    put(DBClusters, "shop", {
      ...call.records.get(DBClusters, "shop")!,
      ...{ status: "available", born: true, pending: { allocatedStorage: 30 } },
      ...cluster,
    }),
    ...call.records
      .list(DBInstances)
      .map((db, n) => put(DBInstances, db.identifier, { ...db, status: "available", born: true, ...(n === 1 ? second : {}) })),
  );
  return call;
}

test.each<[string, Partial<DBCluster>, Partial<DBInstance>, boolean]>([
  ["with nothing else to be done", {}, {}, true],
  ["being backed up", { status: "backing-up" }, {}, false],
  ["going, while its final snapshot is made", { status: "deleting" }, {}, false],
  ["failing over", { status: "failing-over" }, {}, false],
  ["with a member that reboots", {}, { status: "rebooting" }, false],
])("what waits comes into force where nothing else is being done: a DB cluster %s", async (_what, cluster, second, applies) => {
  const call = await waiting(cluster, second);
  const before = call.records.get(DBClusters, "shop")!;
  maintainCluster(call, before);
  const after = call.records.get(DBClusters, "shop")!;
  expect(after).toEqual(applies ? { ...before, status: "modifying", pending: undefined, allocatedStorage: 30 } : before);
  const sizes = call.records.list(DBInstances).map(({ settings }) => settings.allocatedStorage);
  expect(sizes).toEqual(applies ? [30, 30, 30] : [20, 20, 20]);
});

test.each([
  ["at once", { SkipFinalSnapshot: true }],
  ["after its final snapshot", { FinalDBSnapshotIdentifier: "last" }],
])("nothing waits for the maintenance window any more when a DB cluster is deleted %s", async (_how, input) => {
  const call = await waiting({}, { pending: { allocatedStorage: 30 } });
  await run(rdsOperations, "DeleteDBCluster", call, { DBClusterIdentifier: "shop", ...input });
  expect(call.records.get(DBClusters, "shop")?.pending).toBeUndefined();
  expect(call.records.list(DBInstances).map(({ pending }) => pending)).toEqual([undefined, undefined, undefined]);
});
