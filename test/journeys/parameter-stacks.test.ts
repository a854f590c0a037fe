import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from "@aws-sdk/client-cloudformation";
import {
  DescribeDBClusterParametersCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBParametersCommand,
  ModifyDBParameterGroupCommand,
  RebootDBInstanceCommand,
  type DBInstance,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatabaseJourney, databaseTemplate } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** Parameter groups of a template, and what a Multi-AZ database makes of them when it fails over. */
const region = new JourneyRegion();
const StackName = "orders";
let journey: DatabaseJourney;
let cloudformation: CloudFormationClient;
let host: string;

/** The database, with a group of each kind that sets these. */
function template(parameters: Readonly<Record<string, string | number>>): string {
  const { Resources } = JSON.parse(databaseTemplate({ MultiAZ: true, DBParameterGroupName: { Ref: "Tuned" } })) as {
    Resources: object;
  };
  const properties = { Family: "postgres15", Description: "tuned", Parameters: parameters };
  const groups = {
    Tuned: { Type: "AWS::RDS::DBParameterGroup", Properties: { ...properties, DBParameterGroupName: "tuned" } },
    Clustered: {
      Type: "AWS::RDS::DBClusterParameterGroup",
      Properties: { ...properties, DBClusterParameterGroupName: "clustered" },
    },
  };
  return JSON.stringify({ Resources: { ...Resources, ...groups } });
}

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
  journey = new DatabaseJourney(region);
  cloudformation = new CloudFormationClient(region.client);
  await cloudformation.send(
    new CreateStackCommand({ StackName, TemplateBody: template({ work_mem: 5000, max_connections: "60" }) }),
  );
  await waitUntilStackCreateComplete(journey.waiting(cloudformation), { StackName });
  host = (await journey.describe()).Endpoint?.Address ?? "";
});
afterAll(() => region.purge());

const show = async (name: string): Promise<string> => (await journey.query(`show ${name}`, { host }))[0]?.[0] ?? "";
const status = (db: DBInstance): string | undefined => db.DBParameterGroups?.[0]?.ParameterApplyStatus;
const isWhole = (db: DBInstance): boolean => db.DBInstanceStatus === "available" && db.SecondaryAvailabilityZone !== undefined;

test("a database of the template starts with its group", async () => {
  expect((await journey.describe()).DBParameterGroups).toEqual([
    { DBParameterGroupName: "tuned", ParameterApplyStatus: "in-sync" },
  ]);
  expect(await show("work_mem")).toBe("5000kB");
  expect(await show("max_connections")).toBe("60");
});

test("an update sets parameters in place, and resets those that it leaves out", async () => {
  const TemplateBody = template({ max_connections: "70", "rds.force_ssl": "0" });
  await cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody }));
  await waitUntilStackUpdateComplete(journey.waiting(cloudformation), { StackName });
  const { Parameters: own } = await journey.rds.send(
    new DescribeDBParametersCommand({ DBParameterGroupName: "tuned", Source: "user" }),
  );
  const { Parameters: clustered } = await journey.rds.send(
    new DescribeDBClusterParametersCommand({ DBClusterParameterGroupName: "clustered", Source: "user" }),
  );
  for (const parameters of [own, clustered])
    expect(parameters?.map(({ ParameterName, ParameterValue }) => [ParameterName, ParameterValue])).toEqual([
      ["max_connections", "70"],
      ["rds.force_ssl", "0"],
    ]);
  await journey.until("it knows what waits", (db) => status(db) === "pending-reboot");
  expect(await show("work_mem")).toBe("4MB");
  expect(await show("max_connections")).toBe("60");
});

test("a reboot with failover has in force what waited: the standby takes over with it", async () => {
  const before = await journey.until("it is whole", isWhole);
  await journey.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders", ForceFailover: true }));
  const after = await journey.until(
    "another zone has it",
    (db) => isWhole(db) && db.AvailabilityZone === before.SecondaryAvailabilityZone,
  );
  expect(status(after)).toBe("in-sync");
  expect(await show("max_connections")).toBe("70");
});

test("a reboot to fewer connections leaves a standby that goes on copying", async () => {
  const fewer = { ParameterName: "max_connections", ParameterValue: "40", ApplyMethod: "pending-reboot" } as const;
  await journey.rds.send(new ModifyDBParameterGroupCommand({ DBParameterGroupName: "tuned", Parameters: [fewer] }));
  await journey.until("it knows what waits", (db) => status(db) === "pending-reboot");
  await journey.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders" }));
  await journey.until("it is whole", (db) => isWhole(db) && status(db) === "in-sync");
  expect(await show("max_connections")).toBe("40");
  // Commits wait for it: this one would not end.
  await journey.query("create table copied (n int)", { host });
});

test("the groups go with the stack", async () => {
  await cloudformation.send(new DeleteStackCommand({ StackName }));
  await waitUntilStackDeleteComplete(journey.waiting(cloudformation), { StackName });
  const { DBParameterGroups } = await journey.rds.send(new DescribeDBParameterGroupsCommand({}));
  expect(DBParameterGroups).toEqual([]);
});
