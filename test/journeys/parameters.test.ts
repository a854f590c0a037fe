import {
  CreateDBParameterGroupCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  RebootDBInstanceCommand,
  ResetDBParameterGroupCommand,
  type DBInstance,
  type Parameter,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatabaseJourney } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** A DB parameter group really sets what the server runs with: some of it at once, the rest with the next start. */
const region = new JourneyRegion();
let journey: DatabaseJourney;
let host: string;

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
  journey = new DatabaseJourney(region);
  await journey.deploy("orders", {});
  host = (await journey.describe()).Endpoint?.Address ?? "";
  await journey.rds.send(
    new CreateDBParameterGroupCommand({
      DBParameterGroupName: "tuned",
      DBParameterGroupFamily: "postgres15",
      Description: "tuned for the test",
    }),
  );
});
afterAll(() => region.purge());

const show = async (name: string): Promise<string> => (await journey.query(`show ${name}`, { host }))[0]?.[0] ?? "";
const modify = (...Parameters: Parameter[]): Promise<unknown> =>
  journey.rds.send(new ModifyDBParameterGroupCommand({ DBParameterGroupName: "tuned", Parameters }));
const status = (db: DBInstance): string | undefined => db.DBParameterGroups?.[0]?.ParameterApplyStatus;
const reboot = async (): Promise<void> => {
  await journey.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders" }));
  await journey.until("it has been rebooted", (db) => db.DBInstanceStatus === "available");
};

test("RDS's own defaults are in force: by the memory of the class, with its library, and TLS alone", async () => {
  expect(await show("max_connections")).toBe("112");
  expect(await show("shared_buffers")).toBe("256MB");
  expect(await show("maintenance_work_mem")).toBe("64MB");
  expect(await show("shared_preload_libraries")).toBe("pg_stat_statements");
  expect(status(await journey.describe())).toBe("in-sync");
});

test("another group, with all that it sets, waits for a reboot", async () => {
  await modify({ ParameterName: "work_mem", ParameterValue: "5000", ApplyMethod: "immediate" });
  await journey.rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "orders", DBParameterGroupName: "tuned" }));
  await journey.until("it knows what waits", (db) => status(db) === "pending-reboot");
  expect(await show("work_mem")).toBe("4MB");
  await reboot();
  expect(status(await journey.describe())).toBe("in-sync");
  expect(await show("work_mem")).toBe("5000kB");
});

test("a dynamic parameter is in force at once, a static one only after a reboot", async () => {
  await modify(
    { ParameterName: "work_mem", ParameterValue: "7000", ApplyMethod: "immediate" },
    {
      ParameterName: "max_connections",
      ParameterValue: "LEAST({DBInstanceClassMemory/9531392},50)",
      ApplyMethod: "pending-reboot",
    },
    { ParameterName: "log_min_duration_statement", ParameterValue: "1234", ApplyMethod: "pending-reboot" },
  );
  await journey.until("it knows what waits", (db) => status(db) === "pending-reboot");
  expect(await show("work_mem")).toBe("7000kB");
  expect(await show("max_connections")).toBe("112");
  expect(await show("log_min_duration_statement")).toBe("-1");
  await reboot();
  expect(await show("max_connections")).toBe("50");
  expect(await show("log_min_duration_statement")).toBe("1234ms");
});

test("without rds.force_ssl a connection need not be encrypted", async () => {
  const encrypted = async (): Promise<string> =>
    (await journey.query("select ssl::text from pg_stat_ssl where pid = pg_backend_pid()", { host, ssl: false }))[0]?.[0] ?? "";
  await expect(encrypted()).rejects.toThrow(/no pg_hba.conf entry .* no encryption/);
  await modify({ ParameterName: "rds.force_ssl", ParameterValue: "0", ApplyMethod: "immediate" });
  // The status is still that of before for a moment.
  await expect.poll(() => encrypted().catch(String), { timeout: 20_000 }).toBe("false");
  await journey.until("it is in force", (db) => status(db) === "in-sync");
});

test("what is reset is as it was by default", async () => {
  await journey.rds.send(new ResetDBParameterGroupCommand({ DBParameterGroupName: "tuned", ResetAllParameters: true }));
  await journey.until("it knows what waits", (db) => status(db) === "pending-reboot");
  expect(await show("work_mem")).toBe("4MB");
  expect(await show("max_connections")).toBe("50");
  await reboot();
  expect(await show("max_connections")).toBe("112");
});
