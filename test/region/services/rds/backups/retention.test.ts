import { describe, expect, test } from "vitest";
import { automatedName } from "../../../../../src/region/services/rds/backups/names.js";
import {
  baseFor,
  expired,
  isDue,
  lastOpening,
  restoreWindow,
  untilOpening,
} from "../../../../../src/region/services/rds/backups/retention.js";

const hour = 3_600_000;
const day = 24 * hour;
const at = (text: string): number => Date.parse(`2026-11-${text}Z`);
const backup = (text: string) => ({ name: text, from: at(text), to: at(text) + 60_000 });

describe("a daily window", () => {
  test.each([
    ["03:00-03:30", "21T03:00:00", "21T03:00:00"],
    ["03:00-03:30", "21T02:59:59", "20T03:00:00"],
    ["23:45-00:15", "21T00:10:00", "20T23:45:00"],
  ])("%s last opened before %s at %s", (window, now, opened) => {
    expect(lastOpening(window, at(now))).toBe(at(opened));
    expect(untilOpening(window, at(now))).toBe(at(opened) + day - at(now));
  });
});

describe("an automated backup is due", () => {
  test.each<[string, readonly string[], string, boolean]>([
    ["when there is none", [], "21T12:00:00", true],
    ["not when one was begun since the window opened", ["21T03:00:01"], "21T12:00:00", false],
    ["not before the window opens again", ["20T12:00:00"], "21T02:59:00", false],
    ["when it does", ["20T12:00:00"], "21T03:00:00", true],
    ["when windows were missed", ["18T03:00:01"], "21T12:00:00", true],
  ])("%s", (_, taken, now, due) => {
    expect(isDue("03:00-03:30", taken.map(backup), at(now))).toBe(due);
  });
});

describe("of backups that are kept for two days", () => {
  const taken = ["18T03:00:00", "19T03:00:00", "20T03:00:00", "21T03:00:00"].map(backup);

  test("those go that nothing within them needs", () => {
    expect(expired(taken, 2, at("21T12:00:00")).map(({ name }) => name)).toEqual(["18T03:00:00"]);
    expect(expired(taken, 2, at("21T03:00:30")).map(({ name }) => name)).toEqual([]);
  });

  test("none goes while there is no other to begin with", () => {
    expect(expired([backup("01T03:00:00")], 2, at("21T12:00:00"))).toEqual([]);
  });

  test("all go of an instance that has been gone for longer", () => {
    expect(expired(taken, 2, at("23T12:00:00"), at("21T12:00:01"))).not.toEqual(taken);
    expect(expired(taken, 2, at("23T12:00:02"), at("21T12:00:01"))).toEqual(taken);
  });
});

test("the backup to begin with is the last that holds nothing later", () => {
  const taken = ["19T03:00:00", "20T03:00:00"].map(backup);
  expect(baseFor(taken, at("20T03:00:59"))?.name).toBe("19T03:00:00");
  expect(baseFor(taken, at("20T03:01:00"))?.name).toBe("20T03:00:00");
  expect(baseFor(taken, at("19T03:00:59"))).toBeUndefined();
});

describe("the data can be restored", () => {
  const first = { from: at("21T03:00:00"), to: at("21T03:00:00") + 1500 };

  test("from the first backup on to where the log goes, to the second", () => {
    expect(restoreWindow([first], at("21T05:00:00") + 700, 7, at("21T05:01:00"))).toEqual({
      earliest: at("21T03:00:02"),
      latest: at("21T05:00:00"),
    });
  });

  test("not further back than backups are kept", () => {
    expect(restoreWindow([first], at("23T12:00:00"), 1, at("23T12:00:00"))?.earliest).toBe(at("22T12:00:00"));
  });

  test.each([
    ["without a backup", [], at("21T05:00:00")],
    ["without its log", [first], undefined],
    ["before a second of it is whole", [first], first.to + 100],
  ])("to no time %s", (_, backups, latest) => {
    expect(restoreWindow(backups, latest, 7, at("21T06:00:00"))).toBeUndefined();
  });
});

test("an automated snapshot is named by instance and minute, or the next that is free", () => {
  const taken = new Set<string>();
  const name = (): string => automatedName("orders", at("21T23:59:30"), (each) => taken.has(each));
  expect(name()).toBe("rds:orders-2026-11-21-23-59");
  taken.add(name());
  expect(name()).toBe("rds:orders-2026-11-22-00-00");
});
