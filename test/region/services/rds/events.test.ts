import type { DescribeEventCategoriesCommandOutput, DescribeEventsCommandOutput } from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import type { Call } from "../../../../src/region/operations/call.js";
import { put } from "../../../../src/region/records/records.js";
import { eventCategories, eventMessages } from "../../../../src/region/services/rds/eventmessages.js";
import { eventOf, ofInstance, pruneEvents, RdsEvents } from "../../../../src/region/services/rds/events.js";
import { eventsBetween } from "../../../../src/region/services/rds/instanceevents.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { DBInstances, type DBInstance } from "../../../../src/region/services/rds/records.js";
import { change } from "../../../../src/region/upkeep/databases/change.js";
import { recordsAlone, run } from "../../../support/records.js";
import { database } from "./database.js";

const minute = 60_000;
const day = 24 * 60 * minute;
const rds = <O>(call: Call, name: string, input: object = {}): Promise<O> => run<O>(rdsOperations, name, call, input);
const events = async (call: Call, input: object = {}): Promise<NonNullable<DescribeEventsCommandOutput["Events"]>> =>
  (await rds<DescribeEventsCommandOutput>(call, "DescribeEvents", input)).Events ?? [];
const messages = async (call: Call, input: object = {}): Promise<(string | undefined)[]> =>
  (await events(call, input)).map(({ Message }) => Message);

const server = (n: number) => ({ id: `db-${n}`, zone: `eu-west-3${"abc"[n]}`, interfaceId: `eni-${n}` });
const standby = (n: number, state: NonNullable<DBInstance["standby"]>["state"]) => ({ ...server(n), state });

describe("what a DB instance's record shows is told", () => {
  const without = (db: DBInstance, ...members: (keyof DBInstance)[]): DBInstance =>
    Object.fromEntries(Object.entries(db).filter(([name]) => !(members as string[]).includes(name))) as unknown as DBInstance;
  type Step = (db: DBInstance) => readonly [before: DBInstance, after: DBInstance];
  const steps: readonly (readonly [string, Step, readonly string[]])[] = [
    ["it is available for the first time", (db) => [{ ...db, born: false, status: "creating" }, db], ["0005"]],
    ["nothing happens", (db) => [db, { ...db }], []],
    ["it is to stop", (db) => [db, { ...db, wish: "stopped", status: "stopping" }], []],
    [
      "it has stopped",
      (db) => [
        { ...db, wish: "stopped", status: "stopping" },
        { ...db, wish: "stopped", status: "stopped" },
      ],
      ["0004", "0087"],
    ],
    ["it has started", (db) => [{ ...db, status: "starting" }, db], ["0088"]],
    [
      "it was rebooted",
      (db) => [
        { ...db, status: "rebooting", rebootWished: "restart" },
        { ...db, status: "rebooting" },
      ],
      ["0004", "0006"],
    ],
    ["its password was set anew", (db) => [{ ...db, masterPassword: "x" }, db], ["0016"]],
    [
      "its first password was set",
      (db) => [
        { ...db, born: false, masterPassword: "x" },
        { ...db, born: false },
      ],
      [],
    ],
    [
      "it was to fail over and could not",
      (db) => [
        { ...db, status: "rebooting", rebootWished: "failover" },
        { ...db, status: "rebooting" },
      ],
      ["0004", "0006"],
    ],
    [
      "a replica is available",
      (db) => [
        { ...db, born: false, origin: { kind: "replica", of: "other" } },
        { ...db, origin: { kind: "replica", of: "other" } },
      ],
      ["0005", "0046"],
    ],
    ["a replica is promoted", (db) => [{ ...db, origin: { kind: "replica", of: "other" } }, db], ["0057"]],
    ["its disk is full", (db) => [db, { ...db, status: "storage-full" }], ["0007"]],
    [
      "it stays full",
      (db) => [
        { ...db, status: "storage-full" },
        { ...db, status: "storage-full", statusReason: "…" },
      ],
      [],
    ],
    [
      "it failed",
      (db) => [
        { ...db, born: false, status: "creating" },
        { ...db, born: false, status: "failed" },
      ],
      ["0031"],
    ],
    ["it grows", (db) => [db, { ...db, applying: ["storage"] }], ["0018"]],
    ["it has grown", (db) => [{ ...db, applying: ["storage"] }, db], ["0017"]],
    ["it gets another class", (db) => [db, { ...db, applying: ["class"] }], ["0012"]],
    ["it has another class", (db) => [{ ...db, applying: ["class"] }, db], ["0014"]],
    ["it becomes Multi-AZ", (db) => [db, { ...db, applying: ["multiAz"] }], ["0024"]],
    ["it is Multi-AZ", (db) => [{ ...db, applying: ["multiAz"] }, db], ["0025"]],
    ["it becomes Single-AZ", (db) => [db, { ...db, applying: ["singleAz"] }], ["0030"]],
    ["it is Single-AZ", (db) => [{ ...db, applying: ["singleAz"] }, db], ["0029"]],
    ["its backups are turned off", (db) => [db, { ...db, settings: { ...db.settings, backupRetentionPeriod: 0 } }], ["0028"]],
    ["its backups are turned on", (db) => [{ ...db, settings: { ...db.settings, backupRetentionPeriod: 0 } }, db], ["0032"]],
    [
      "its standby takes over",
      (db) => [
        { ...db, standby: standby(1, "synchronous"), rebootWished: "failover" },
        { ...without(db, "standby"), server: server(1), failover: "requested" },
      ],
      ["0013"],
    ],
    ["its standby has taken over", (db) => [{ ...db, failover: "requested" }, db], ["0006", "0049", "0044", "0052"]],
    [
      "its standby is lost",
      (db) => [
        { ...db, standby: standby(1, "synchronous") },
        { ...db, standby: standby(1, "building") },
      ],
      ["0052"],
    ],
    [
      "its standby has every commit again",
      (db) => [
        { ...db, standby: standby(1, "joining") },
        { ...db, standby: standby(1, "synchronous") },
      ],
      ["0053"],
    ],
    [
      "its first standby has every commit",
      (db) => [
        { ...db, born: false, standby: standby(1, "joining") },
        { ...db, born: false, standby: standby(1, "synchronous") },
      ],
      [],
    ],
    [
      "the standby of its conversion has every commit",
      (db) => [
        { ...db, applying: ["multiAz"], standby: standby(1, "joining") },
        { ...db, applying: ["multiAz"], standby: standby(1, "synchronous") },
      ],
      [],
    ],
  ];
  test.each(steps)("%s", async (_, step, expected) => {
    const { call } = recordsAlone();
    const [before, after] = step(await database(call));
    expect(eventsBetween(before, after).map(([id]) => id.slice(-4))).toEqual(expected);
  });

  test.each([
    ["requested", "The user requested a failover of the DB instance."],
    ["unhealthy", "The primary host of the RDS Multi-AZ instance is unhealthy."],
    ["unreachable", "The primary host of the RDS Multi-AZ instance is unreachable due to loss of network connectivity."],
  ] as const)("why a standby took over: %s", async (failover, message) => {
    const { call } = recordsAlone();
    const db = await database(call, { failover });
    change(call, db, (now) => without(now, "failover"));
    expect(await messages(call)).toEqual([
      "DB instance restarted",
      "Multi-AZ instance failover completed",
      message,
      "Multi-AZ instance recovery started.",
    ]);
  });

  test("in the commit of the change itself", async () => {
    const { call, store } = recordsAlone();
    const db = await database(call);
    let commits = 0;
    store.onCommit(() => (commits += 1));
    change(call, db, (now) => ({ ...now, status: "storage-full" }));
    expect(commits).toBe(1);
    expect(call.records.list(RdsEvents)).toHaveLength(1);
  });

  test("a modification tells what it begins and what it ends", async () => {
    const { call } = recordsAlone();
    await database(call);
    await rds(call, "ModifyDBInstance", {
      DBInstanceIdentifier: "app",
      AllocatedStorage: 40,
      MultiAZ: true,
      DBInstanceClass: "db.t4g.small",
      ApplyImmediately: true,
    });
    expect(await messages(call)).toEqual([
      "Applying modification to database instance class",
      "Applying modification to allocated storage",
      "Applying modification to convert to a Multi-AZ DB Instance",
    ]);
    expect(call.records.get(DBInstances, "app")?.applying).toHaveLength(3);
  });

  test("what waits for the maintenance window has not begun", async () => {
    const { call } = recordsAlone();
    await database(call);
    await rds(call, "ModifyDBInstance", { DBInstanceIdentifier: "app", AllocatedStorage: 40 });
    expect(await messages(call)).toEqual([]);
  });
});

describe("DescribeEvents", () => {
  async function told(...ages: readonly number[]): Promise<{ call: Call; now: () => number }> {
    let clock = Date.UTC(2026, 10, 21, 12);
    const now = (): number => clock;
    const end = clock;
    const { call } = recordsAlone({ now });
    const db = await database(call);
    for (const age of ages) {
      clock = end - age;
      call.commit(eventOf(call, ofInstance(call, db), "RDS-EVENT-0043", { name: `${age / minute}` }));
    }
    clock = end;
    return { call, now };
  }
  const ago = (minutes: number): Date => new Date(Date.UTC(2026, 10, 21, 12) - minutes * minute);

  test("tells what, of whom and when", async () => {
    const { call } = await told(5 * minute);
    expect(await events(call)).toEqual([
      {
        SourceIdentifier: "app",
        SourceType: "db-instance",
        SourceArn: "arn:aws:rds:eu-west-3:000000000000:db:app",
        Message: "Restored from snapshot 5",
        EventCategories: ["restoration"],
        Date: ago(5),
      },
    ]);
  });

  test.each([
    ["the last hour unless told otherwise", {}, [60, 30, 0]],
    ["of so many minutes", { Duration: 90 }, [90, 60, 30, 0]],
    ["from a moment on", { StartTime: ago(70) }, [60, 30, 0]],
    ["from a moment on for so long", { StartTime: ago(95), Duration: 40 }, [90, 60]],
    ["the hour up to a moment", { EndTime: ago(30) }, [90, 60, 30]],
    ["so long up to a moment", { EndTime: ago(30), Duration: 20 }, [30]],
    ["between two moments", { StartTime: ago(70), EndTime: ago(20) }, [60, 30]],
    ["of its source", { SourceIdentifier: "APP", SourceType: "db-instance" }, [60, 30, 0]],
    ["of another source", { SourceIdentifier: "other", SourceType: "db-instance" }, []],
    ["of another type of source", { SourceType: "db-snapshot" }, []],
    ["of its category", { EventCategories: ["backup", "restoration"] }, [60, 30, 0]],
    ["of another category", { EventCategories: ["failover"] }, []],
  ])("%s", async (_, input, expected) => {
    const { call } = await told(90 * minute, 60 * minute, 30 * minute, 0);
    expect(await messages(call, input)).toEqual(expected.map((age) => `Restored from snapshot ${age}`));
  });

  test.each([
    ["a source without its type", { SourceIdentifier: "app" }, "InvalidParameterCombination"],
    ["an unknown type", { SourceType: "db-shrine" }, "InvalidParameterValue"],
    ["an end before the start", { StartTime: ago(1), EndTime: ago(2) }, "InvalidParameterCombination"],
    ["no time at all", { Duration: 0 }, "InvalidParameterValue"],
    ["pages that are too small", { MaxRecords: 19 }, "InvalidParameterValue"],
    ["a marker that is none", { Marker: "next" }, "InvalidParameterValue"],
  ])("%s is refused", async (_, input, code) => {
    const { call } = await told();
    await expect(events(call, input)).rejects.toMatchObject({ code });
  });

  test("what happened in one moment comes in its order, over pages", async () => {
    const { call } = await told();
    const db = call.records.get(DBInstances, "app")!;
    call.commit(...Array.from({ length: 25 }, (_, n) => eventOf(call, ofInstance(call, db), "RDS-EVENT-0043", { name: `${n}` })));
    const first = await rds<DescribeEventsCommandOutput>(call, "DescribeEvents", { MaxRecords: 20 });
    const second = await rds<DescribeEventsCommandOutput>(call, "DescribeEvents", { MaxRecords: 20, Marker: first.Marker });
    expect(second.Marker).toBeUndefined();
    expect([...(first.Events ?? []), ...(second.Events ?? [])].map(({ Message }) => Message)).toEqual(
      Array.from({ length: 25 }, (_, n) => `Restored from snapshot ${n}`),
    );
  });

  test("what is older than 14 days is not told, and goes", async () => {
    const { call } = await told(14 * day + 1, 14 * day);
    expect(await messages(call, { StartTime: ago(60 * 24 * 30) })).toEqual([`Restored from snapshot ${14 * 24 * 60}`]);
    call.commit(...pruneEvents(call));
    expect(call.records.list(RdsEvents).map(({ at }) => at)).toEqual([call.now() - 14 * day]);
  });
});

test("every event's category is one of its source's", () => {
  const known = new Set<string>(Object.values(eventCategories).flat());
  expect(Object.values(eventMessages).filter(({ category }) => !known.has(category))).toEqual([]);
});

test("categories are told of all types of source, or of one", async () => {
  const { call } = recordsAlone();
  const all = await rds<DescribeEventCategoriesCommandOutput>(call, "DescribeEventCategories");
  expect(all.EventCategoriesMapList?.map(({ SourceType }) => SourceType)).toContain("db-snapshot");
  const one = await rds<DescribeEventCategoriesCommandOutput>(call, "DescribeEventCategories", {
    SourceType: "db-parameter-group",
  });
  expect(one.EventCategoriesMapList).toEqual([{ SourceType: "db-parameter-group", EventCategories: ["configuration change"] }]);
});

test("a record that is another's by now is not changed, and nothing is told", async () => {
  const { call } = recordsAlone();
  const db = await database(call);
  call.commit(put(DBInstances, "app", { ...db, resourceId: "db-OTHER" }));
  expect(change(call, db, (now) => ({ ...now, status: "storage-full" }))).toBeUndefined();
  expect(await messages(call)).toEqual([]);
});
