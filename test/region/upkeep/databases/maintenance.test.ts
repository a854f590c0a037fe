import { expect, test } from "vitest";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { RdsEvents } from "../../../../src/region/services/rds/events.js";
import { DBInstances } from "../../../../src/region/services/rds/records.js";
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
