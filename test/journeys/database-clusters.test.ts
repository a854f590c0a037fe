import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  FailoverDBClusterCommand,
  type DBCluster,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatabaseJourney, password } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** Clusters: one name for the writer, one for its readers, and a reader that takes over without losing a row. */
const region = new JourneyRegion();
let journey: DatabaseJourney;
let DBSubnetGroupName: string;
let VpcSecurityGroupIds: string[];

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
  journey = new DatabaseJourney(region);
  await journey.deploy("network");
  DBSubnetGroupName = await journey.physicalId("network", "Subnets");
  VpcSecurityGroupIds = [await journey.physicalId("network", "DatabaseGroup")];
});
afterAll(() => region.purge());

const writerOf = ({ DBClusterMembers = [] }: DBCluster): string | undefined =>
  DBClusterMembers.find(({ IsClusterWriter }) => IsClusterWriter)?.DBInstanceIdentifier;
const readersOf = ({ DBClusterMembers = [] }: DBCluster): (string | undefined)[] =>
  DBClusterMembers.filter(({ IsClusterWriter }) => IsClusterWriter === false).map((member) => member.DBInstanceIdentifier);

const common = { MasterUsername: "keeper", MasterUserPassword: password, DatabaseName: "app" };

test("an Aurora cluster's reader takes over: when asked to, and when the writer's zone is cut off", async () => {
  const { rds } = journey;
  const DBClusterIdentifier = "shop";
  await rds.send(
    new CreateDBClusterCommand({
      DBClusterIdentifier,
      Engine: "aurora-postgresql",
      DBSubnetGroupName,
      VpcSecurityGroupIds,
      ...common,
    }),
  );
  for (const DBInstanceIdentifier of ["shop-one", "shop-two"])
    await rds.send(
      new CreateDBInstanceCommand({
        ...{ DBInstanceIdentifier, DBClusterIdentifier },
        ...{ Engine: "aurora-postgresql", DBInstanceClass: "db.t3.medium" },
      }),
    );
  for (const member of ["shop-one", "shop-two"])
    await journey.until(`${member} is there`, (db) => db.DBInstanceStatus === "available", member);
  const { Endpoint: host = "", ReaderEndpoint = "", ...cluster } = await journey.cluster(DBClusterIdentifier);
  expect([writerOf(cluster), ...readersOf(cluster)]).toEqual(["shop-one", "shop-two"]);
  await journey.query("create table appended (n int primary key)", { host });
  expect(await journey.query("select pg_is_in_recovery()", { host })).toEqual([["false"]]);
  expect(await journey.query("select pg_is_in_recovery()", { host: ReaderEndpoint })).toEqual([["true"]]);

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

  await expect(rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true }))).rejects.toMatchObject({
    name: "InvalidDBClusterStateFault",
  });
  for (const DBInstanceIdentifier of ["shop-one", "shop-two"])
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }));
  await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true }));
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
  await rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier, SkipFinalSnapshot: true }));
});
