import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
  waitUntilDBSnapshotAvailable,
} from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DatabaseJourney, password } from "./database-support.js";
import { JourneyRegion } from "./region.js";

/** The region is killed in the middle of its work on databases: what it was at is gone on with, and nothing acknowledged is lost. */
const region = new JourneyRegion();
let placed: { DBSubnetGroupName: string; VpcSecurityGroupIds: string[]; BackupRetentionPeriod: number };

beforeAll(async () => {
  await region.ok("region", "start", "--port", "0");
  const journey = new DatabaseJourney(region);
  await journey.deploy("network");
  placed = {
    DBSubnetGroupName: await journey.physicalId("network", "Subnets"),
    VpcSecurityGroupIds: [await journey.physicalId("network", "DatabaseGroup")],
    BackupRetentionPeriod: 0,
  };
});
afterAll(() => region.purge());

const folder = (server: string): string => join(region.state, "databases", server);

async function killed(): Promise<void> {
  process.kill(region.pid, "SIGKILL");
  await region.ok("region", "start", "--port", "0");
}

/** Looked at without a pause: what is waited for may last for some milliseconds. */
async function atThe(moment: () => boolean): Promise<void> {
  for (let tries = 0; !moment(); tries += 1) {
    if (tries > 20_000) throw new Error("the moment did not come");
    await sleep(1);
  }
}

const held = (at: string): readonly string[] => (existsSync(at) ? readdirSync(at) : []);
const isBackingUp = (server: string): boolean => held(join(folder(server), "outbox")).some((name) => name.startsWith("backup-"));
const isCopying = (): boolean =>
  held(join(region.state, "databases")).some((server) => existsSync(join(folder(server), "disk", "data.making")));

/** `npm run soak` asks for more. */
const rounds = Number(process.env["SANDTABLE_SOAK_ROUNDS"] ?? 1);
const turns = Array.from({ length: rounds }, (_, n) => n);

describe.each(["postgres", "mysql"] as const)("%s goes on after a kill", (Engine) => {
  // Of the new region: its port and its clients are others.
  const journey = () => new DatabaseJourney(region, Engine);
  const host = async (identifier: string): Promise<string> => (await journey().describe(identifier)).Endpoint?.Address ?? "";
  const numbers = async (identifier: string): Promise<ReadonlySet<number>> =>
    new Set((await journey().query("select n from appended", { host: await host(identifier) })).map(([n]) => Number(n)));

  test("while it was created", async () => {
    for (const round of turns) {
      const identifier = `${Engine}-${round}`;
      await journey().rds.send(
        new CreateDBInstanceCommand({
          ...placed,
          DBInstanceIdentifier: identifier,
          DBInstanceClass: "db.t3.micro",
          Engine,
          AllocatedStorage: 20,
          MasterUsername: "keeper",
          MasterUserPassword: password,
          DBName: "app",
          MultiAZ: true,
        }),
      );
      await sleep(Math.random() * 1500);
      await killed();
      await journey().whole("after it was created", identifier);
      await journey().query("create table appended (n int primary key)", { host: await host(identifier) });
    }
  });

  test("while a standby took over", async () => {
    for (const round of turns) {
      const identifier = `${Engine}-${round}`;
      await journey().whole("before it is struck", identifier);
      const appender = journey().append(await host(identifier));
      await appender.more(20);
      const writer = journey().writer(identifier);
      process.kill(Number(readFileSync(join(folder(writer), "pid"), "utf8")), "SIGKILL");
      await sleep(Math.random() * 500);
      await killed();
      await appender.end();
      // The standby took over, or the writer is there again, as the new region found them.
      await journey().whole("after both were struck", identifier);
      const kept = await journey().soon("it takes writes again", async () => {
        await journey().query(`insert into appended values (${-1 - round})`, { host: await host(identifier) });
        return numbers(identifier);
      });
      expect(appender.acknowledged.filter((n) => !kept.has(n))).toEqual([]);
      const isWriter = journey().writer(identifier) === writer;
      await journey().soon("nothing is left of a server that was replaced", () =>
        Promise.resolve(existsSync(folder(writer)) === isWriter ? true : undefined),
      );
    }
  });

  test("while a snapshot was made, and restored", async () => {
    for (const round of turns) {
      const identifier = `${Engine}-${round}`;
      await journey().whole("before it is backed up", identifier);
      const kept = await numbers(identifier);
      const named = { DBSnapshotIdentifier: `${identifier}-kept` };
      const writer = journey().writer(identifier);
      await journey().rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: identifier, ...named }));
      await atThe(() => isBackingUp(writer));
      await killed();
      await waitUntilDBSnapshotAvailable(journey().waiting(journey().rds), named);
      expect(held(join(folder(writer), "outbox")).filter((name) => name.startsWith("backup-"))).toEqual([]);
      const DBInstanceIdentifier = `${identifier}-restored`;
      await journey().rds.send(new RestoreDBInstanceFromDBSnapshotCommand({ ...placed, ...named, DBInstanceIdentifier }));
      await atThe(isCopying);
      await killed();
      await journey().until("it is restored", ({ DBInstanceStatus }) => DBInstanceStatus === "available", DBInstanceIdentifier);
      expect(await numbers(DBInstanceIdentifier)).toEqual(kept);
      expect(isCopying()).toBe(false);
    }
  });
});
