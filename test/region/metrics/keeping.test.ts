import { describe, expect, test } from "vitest";
import { resolutionAt, tidying, type SegmentFile } from "../../../src/region/metrics/keeping.js";

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 21, 12);
const file = (ago: number, resolution: SegmentFile["resolution"], bytes = 1): SegmentFile => ({
  start: now - ago,
  resolution,
  bytes,
});

test.each([
  ["the hour that is written to", 0, 0],
  ["of three hours ago", 3 * hour, 0],
  ["that ended three hours ago", 4 * hour, 60],
  ["of a day ago", day, 60],
  ["that ended a day ago", day + hour, 300],
  ["of 15 days ago", 15 * day, 300],
  ["that ended 15 days ago", 15 * day + hour, undefined],
])("samples are kept as finely as their age allows: %s", (_, ago, expected) => {
  expect(resolutionAt(now - ago, now)).toBe(expected);
});

describe("tidying", () => {
  const table: readonly (readonly [string, readonly SegmentFile[], number, readonly string[]])[] = [
    ["nothing is to be done to what is as it should be", [file(day, 60), file(hour, 0), file(0, 0)], 100, []],
    [
      "what is too fine for its age is put together",
      [file(2 * day, 60), file(5 * hour, 0)],
      100,
      ["coarsen -48h to 300", "coarsen -5h to 60"],
    ],
    ["what was away for long is put together at once", [file(2 * day, 0)], 100, ["coarsen -48h to 300"]],
    ["what is too old goes", [file(16 * day, 300)], 100, ["remove -384h age"]],
    ["the finer goes of two of one hour", [file(5 * hour, 0), file(5 * hour, 60)], 100, ["remove -5h double"]],
    ["the oldest go for the size of all", [file(2 * hour, 0, 5), file(hour, 0, 5), file(0, 0, 5)], 10, ["remove -2h size"]],
    ["but never the newest", [file(0, 0, 50)], 10, []],
    ["what goes for its size is not put together", [file(5 * hour, 0, 50), file(0, 0)], 10, ["remove -5h size"]],
    ["what goes for its age leaves room", [file(16 * day, 300, 50), file(hour, 0, 5), file(0, 0, 5)], 10, ["remove -384h age"]],
  ];
  test.each(table)("%s", (_, files, largest, expected) => {
    const said = tidying(files, now, largest).map((change) => {
      const ago = `-${(now - change.file.start) / hour}h`;
      return change.do === "remove" ? `remove ${ago} ${change.because}` : `coarsen ${ago} to ${change.to}`;
    });
    expect(said).toEqual(expected);
  });
});
