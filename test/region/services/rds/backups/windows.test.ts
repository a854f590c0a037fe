import { describe, expect, test } from "vitest";
import {
  backupWindow,
  checkWindows,
  chosenWindows,
  isOpen,
  maintenanceWindow,
} from "../../../../../src/region/services/rds/backups/windows.js";

describe("a backup window", () => {
  test.each([
    ["03:00-03:30", { from: 180, minutes: 30 }],
    ["23:45-00:30", { from: 1425, minutes: 45 }],
  ])("%s", (text, window) => {
    expect(backupWindow(text)).toEqual(window);
  });

  test.each([
    ["3:00-03:30", /Invalid backup window format/],
    ["24:00-24:30", /Invalid backup window format/],
    ["03:00-03:60", /Invalid backup window format/],
    ["sun:03:00-sun:03:30", /Invalid backup window format/],
    ["03:00-03:29", /at least 30 minutes/],
    ["03:00-03:00", /at least 30 minutes/],
  ])("%s is refused", (text, why) => {
    expect(() => backupWindow(text)).toThrow(why);
  });
});

describe("a maintenance window", () => {
  test.each([
    ["mon:00:00-mon:00:30", { from: 0, minutes: 30 }],
    ["Sun:23:45-Mon:00:15", { from: 6 * 1440 + 1425, minutes: 30 }],
  ])("%s", (text, window) => {
    expect(maintenanceWindow(text)).toEqual(window);
  });

  test.each([
    ["sun:23:45", /Invalid maintenance window format/],
    ["son:03:00-son:04:00", /Invalid maintenance window format/],
    ["sun:03:00-sun:03:10", /at least 30 minutes/],
    ["sun:03:00-tue:03:00", /shorter than 24 hours/],
  ])("%s is refused", (text, why) => {
    expect(() => maintenanceWindow(text)).toThrow(why);
  });
});

describe("the two together", () => {
  test.each([
    ["03:00-04:00", "sun:03:30-sun:04:30"],
    ["03:00-04:00", "wed:02:30-wed:03:01"],
    // Each over midnight, the maintenance window over the end of the week.
    ["23:30-00:30", "sun:00:00-sun:00:30"],
    ["00:00-00:30", "sun:23:45-mon:00:15"],
    ["23:30-00:10", "sun:23:50-mon:00:20"],
  ])("%s and %s overlap", (backup, maintenance) => {
    expect(() => checkWindows(backup, maintenance)).toThrow("The backup window and maintenance window must not overlap.");
  });

  test.each([
    ["03:00-04:00", "sun:04:00-sun:04:30"],
    ["23:30-00:30", "sun:00:30-sun:01:00"],
    ["00:15-00:45", "sun:23:45-mon:00:15"],
  ])("%s and %s do not", (backup, maintenance) => {
    expect(() => checkWindows(backup, maintenance)).not.toThrow();
  });
});

describe("what is not said is chosen", () => {
  test("out of the region's eight hours, and the two never overlap", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const { preferredBackupWindow, preferredMaintenanceWindow } = chosenWindows({}, "us-east-1", random(seed));
      expect(() => checkWindows(preferredBackupWindow, preferredMaintenanceWindow)).not.toThrow();
      expect(backupWindow(preferredBackupWindow).from).toBeGreaterThanOrEqual(3 * 60);
      expect(backupWindow(preferredBackupWindow).from).toBeLessThan(11 * 60);
    }
  });

  test("clear of a window that leaves little room", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const chosen = chosenWindows({ preferredBackupWindow: "01:00-00:30" }, "us-east-1", random(seed));
      expect(chosen.preferredMaintenanceWindow).toMatch(/^([a-z]{3}):00:30-\1:01:00$/);
    }
  });

  test("what is said is kept, and what overlaps refused", () => {
    const said = { preferredBackupWindow: "03:00-03:30", preferredMaintenanceWindow: "Sun:04:00-Sun:04:30" };
    expect(chosenWindows(said, "eu-west-3")).toEqual({ ...said, preferredMaintenanceWindow: "sun:04:00-sun:04:30" });
    expect(() => chosenWindows({ ...said, preferredBackupWindow: "04:00-04:30" }, "eu-west-3")).toThrow(/must not overlap/);
  });
});

/** The same numbers for the same seed (a linear congruential generator). */
function random(seed: number): () => number {
  let state = seed + 1;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

test.each([
  ["sun:23:45-mon:00:15", "2026-11-22T23:44:59Z", false],
  ["sun:23:45-mon:00:15", "2026-11-22T23:45:00Z", true],
  ["sun:23:45-mon:00:15", "2026-11-23T00:14:59Z", true],
  ["sun:23:45-mon:00:15", "2026-11-23T00:15:00Z", false],
  ["wed:04:00-wed:04:30", "2026-11-18T04:10:00Z", true],
  ["wed:04:00-wed:04:30", "2026-11-19T04:10:00Z", false],
])("the maintenance window %s at %s: open is %s", (window, at, open) => {
  expect(isOpen(maintenanceWindow(window), Date.parse(at))).toBe(open);
});
