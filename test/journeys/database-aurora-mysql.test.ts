import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateDBClusterCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  DescribeDBClusterSnapshotsCommand,
  RestoreDBClusterFromSnapshotCommand,
  type DBCluster,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatabaseJourney, password } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** Aurora MySQL with two readers: MariaDB stands in for it, and of the readers the one that has most takes over. */
const region = new JourneyRegion();
const DBClusterIdentifier = "shop";
const members = ["shop-one", "shop-two", "shop-three"];
let journey: DatabaseJourney;
let host: string;
let where: { DBSubnetGroupName: string; VpcSecurityGroupIds: string[] };

const writerOf = ({ DBClusterMembers = [] }: DBCluster): string | undefined =>
  DBClusterMembers.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier;

const createMember = (DBInstanceIdentifier: string, cluster: string) =>
  journey.rds.send(
    new CreateDBInstanceCommand({
      ...{ DBInstanceIdentifier, DBClusterIdentifier: cluster },
      ...{ Engine: "aurora-mysql", DBInstanceClass: "db.t3.medium" },
    }),
  );
const available = (member: string) =>
  journey.until(`${member} is there`, ({ DBInstanceStatus }) => DBInstanceStatus === "available", member);

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0", "--ship-log", "1");
  journey = new DatabaseJourney(region, "mysql");
  await journey.deploy("network");
  where = {
    DBSubnetGroupName: await journey.physicalId("network", "Subnets"),
    VpcSecurityGroupIds: [await journey.physicalId("network", "DatabaseGroup")],
  };
  await journey.rds.send(
    new CreateDBClusterCommand({
      ...{ DBClusterIdentifier, Engine: "aurora-mysql", ...where },
      ...{ MasterUsername: "keeper", MasterUserPassword: password, DatabaseName: "app" },
    }),
  );
  for (const member of members) await createMember(member, DBClusterIdentifier);
  for (const member of members) await available(member);
  const cluster = await journey.untilCluster("it is whole", DBClusterIdentifier, ({ Status }) => Status === "available");
  host = cluster.Endpoint ?? "";
});
afterAll(() => region.purge());

test("an append workload goes on over a kill of the writer, and no acknowledged row is lost", async () => {
  const { ReaderEndpoint = "" } = await journey.cluster(DBClusterIdentifier);
  expect(await journey.query("select @@read_only", { host })).toEqual([["0"]]);
  expect(await journey.query("select @@read_only", { host: ReaderEndpoint })).toEqual([["1"]]);
  await journey.query("create table appended (n int primary key)", { host });
  const appender = journey.append(host);
  await appender.more(50);
  process.kill(Number(readFileSync(join(region.state, "databases", journey.writer("shop-one"), "pid"), "utf8")), "SIGKILL");
  const taken = await journey.untilCluster("another one writes", DBClusterIdentifier, (now) => writerOf(now) !== "shop-one");
  await appender.more(50);
  await appender.end();
  const kept = new Set((await journey.query("select n from appended", { host })).map(([n]) => Number(n)));
  expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
  const heir = writerOf(taken);
  expect(await journey.events(["failover"], DBClusterIdentifier, "db-cluster")).toEqual([
    `Started cross AZ failover to DB instance: ${heir}`,
    `Completed failover to DB instance: ${heir}`,
  ]);
});

test("a snapshot of it is another cluster's with its first member", async () => {
  await journey.untilCluster("it is whole", DBClusterIdentifier, ({ Status }) => Status === "available");
  const rows = await journey.query("select count(*) from appended", { host });
  const named = { DBClusterSnapshotIdentifier: "before" };
  await journey.rds.send(new CreateDBClusterSnapshotCommand({ DBClusterIdentifier, ...named }));
  const { DBClusterSnapshots } = await journey.rds.send(new DescribeDBClusterSnapshotsCommand(named));
  expect(DBClusterSnapshots).toMatchObject([{ Status: "available", Engine: "aurora-mysql" }]);
  await journey.rds.send(
    new RestoreDBClusterFromSnapshotCommand({
      ...{ DBClusterIdentifier: "again", SnapshotIdentifier: "before", Engine: "aurora-mysql", ...where },
    }),
  );
  await createMember("again-one", "again");
  await available("again-one");
  const { Endpoint = "" } = await journey.cluster("again");
  expect(await journey.query("select count(*) from appended", { host: Endpoint })).toEqual(rows);
});
