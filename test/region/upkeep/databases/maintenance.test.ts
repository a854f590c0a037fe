import { expect, test } from "vitest";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { RdsEvents } from "../../../../src/region/services/rds/events.js";
import { put } from "../../../../src/region/records/records.js";
import { DBInstances, type DBInstance } from "../../../../src/region/services/rds/records.js";
import { maintain } from "../../../../src/region/upkeep/databases/maintenance.js";
import { recordsAlone, run } from "../../../support/records.js";
import { database } from "../../services/rds/database.js";

/** Monday, the 23rd of November 2026. */
const monday = (hours: number, minutes: number): number => Date.UTC(2026, 10, 23, hours, minutes);

test.each([
  ["a minute before it", monday(2, 59), false],
  ["when it opens", monday(3, 0), true],
  ["in its last minute", monday(3, 59), true],
  ["when it has closed", monday(4, 0), false],
])("what was asked for without ApplyImmediately waits for the maintenance window: %s", async (_when, now, isOpen) => {
  let clock = monday(0, 0);
  const { call } = recordsAlone({ now: () => clock });
  const made = await database(call);
  const preferredMaintenanceWindow = "mon:03:00-mon:04:00";
  // The one that RDS chose may lie where maintenance is to be.
  const preferredBackupWindow = "10:00-10:30";
  const settings = { ...made.settings, preferredMaintenanceWindow, preferredBackupWindow };
  await run(rdsOperations, "ModifyDBInstance", call, {
    DBInstanceIdentifier: "app",
    PreferredMaintenanceWindow: preferredMaintenanceWindow,
    PreferredBackupWindow: preferredBackupWindow,
  });
  await run(rdsOperations, "ModifyDBInstance", call, {
    DBInstanceIdentifier: "app",
    AllocatedStorage: 30,
    DBInstanceClass: "db.t3.small",
  });
  const waiting = call.records.get(DBInstances, "app")!;
  expect(waiting).toMatchObject({
    settings,
    pending: { allocatedStorage: 30, instanceClass: "db.t3.small" },
    status: "available",
  });

  clock = now;
  maintain(call, waiting);
  const after = call.records.get(DBInstances, "app")!;
  const messages = call.records.list(RdsEvents).map(({ message }) => message);
  if (!isOpen) {
    expect(after).toEqual(waiting);
    expect(messages).not.toContain("Applying modification to allocated storage");
    return;
  }
  expect(after).toMatchObject({
    status: "modifying",
    instanceClass: "db.t3.small",
    // Another class wants a restart.
    rebootWished: "restart",
    settings: { allocatedStorage: 30 },
  });
  expect(after.pending).toBeUndefined();
  expect(messages).toEqual(
    expect.arrayContaining(["Applying modification to database instance class", "Applying modification to allocated storage"]),
  );
});

test.each<[DBInstance["status"], boolean]>([
  ["available", true],
  ["storage-full", true],
  ["creating", false],
  ["backing-up", false],
  ["modifying", false],
  ["rebooting", false],
  ["starting", false],
  ["deleting", false],
])("what waits comes into force where nothing else is being done: a DB instance that is %s", async (status, applies) => {
  const { call } = recordsAlone({ now: () => monday(3, 0) });
  const { settings } = await database(call);
  const waiting: DBInstance = {
    ...call.records.get(DBInstances, "app")!,
    settings: { ...settings, preferredMaintenanceWindow: "mon:03:00-mon:04:00" },
    pending: { allocatedStorage: 30 },
    status,
  };
  call.commit(put(DBInstances, "app", waiting));
  maintain(call, waiting);
  const after = call.records.get(DBInstances, "app")!;
  expect(after).toEqual(
    applies
      ? { ...after, status: "modifying", pending: undefined, settings: { ...waiting.settings, allocatedStorage: 30 } }
      : waiting,
  );
});

test.each([
  ["at once", { SkipFinalSnapshot: true }],
  ["after its final snapshot", { FinalDBSnapshotIdentifier: "last" }],
])("nothing waits for the maintenance window any more when a DB instance is deleted %s", async (_how, input) => {
  const { call } = recordsAlone();
  await database(call, { pending: { multiAz: true } });
  await run(rdsOperations, "DeleteDBInstance", call, { DBInstanceIdentifier: "app", ...input });
  expect(call.records.get(DBInstances, "app")).toMatchObject({ status: "deleting" });
  expect(call.records.get(DBInstances, "app")?.pending).toBeUndefined();
});
