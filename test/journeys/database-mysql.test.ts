import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DescribeDBEngineVersionsCommand, RebootDBInstanceCommand } from "@aws-sdk/client-rds";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatabaseJourney } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** MySQL as RDS has it, in two zones: MariaDB stands in for it, says so, and keeps what it acknowledged. */
const region = new JourneyRegion();
let journey: DatabaseJourney;
let host: string;

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
  journey = new DatabaseJourney(region, "mysql");
  await journey.deploy("orders", { Engine: "mysql", EngineVersion: "8.0", MultiAZ: true });
  host = (await journey.describe()).Endpoint?.Address ?? "";
});
afterAll(() => region.purge());

test("the admitted group connects with TLS, another is dropped, and the engine says what stands in for it", async () => {
  expect(await journey.query("select 6 * 7", { host })).toEqual([["42"]]);
  const [[, cipher] = []] = await journey.query("show status like 'Ssl_cipher'", { host });
  expect(cipher).toMatch(/^TLS_/);
  await expect(journey.query("select 1", { host, from: "stranger" })).rejects.toThrow(/ETIMEDOUT/);
  const { DBEngineVersions } = await journey.rds.send(new DescribeDBEngineVersionsCommand({ Engine: "mysql" }));
  expect(DBEngineVersions?.[0]?.DBEngineVersionDescription).toContain("runs as MariaDB 10.11 here");
});

test("an append workload goes on over a kill, a forced failover and a cut zone, and no acknowledged row is lost", async () => {
  await journey.query("create table appended (n int primary key)", { host });
  const appender = journey.append(host);
  await appender.more(50);
  for (const way of ["kill", "reboot", "cut"]) {
    const whole = await journey.until(
      `it is whole before the ${way}`,
      (db) => db.DBInstanceStatus === "available" && db.SecondaryAvailabilityZone !== undefined,
    );
    const zone = whole.AvailabilityZone ?? "";
    if (way === "kill")
      process.kill(Number(readFileSync(join(region.state, "databases", serverNow(), "pid"), "utf8")), "SIGKILL");
    else if (way === "cut") await journey.zone(zone, true);
    else await journey.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders", ForceFailover: true }));
    await journey.until(`another zone has it after the ${way}`, (db) => db.AvailabilityZone === whole.SecondaryAvailabilityZone);
    await appender.more(50);
    if (way === "cut") await journey.zone(zone, false);
  }
  await appender.end();
  const kept = new Set((await journey.query("select n from appended", { host })).map(([n]) => Number(n)));
  expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
});

/** The writer's id, as the records have it. */
function serverNow(): string {
  const lines = readFileSync(join(region.state, "journal.jsonl"), "utf8").split("\n");
  const last = lines.filter((line) => line.includes('"rds:DBInstance"')).at(-1) ?? "";
  return /"server":\{"id":"([^"]+)"/.exec(last)?.[1] ?? "";
}
