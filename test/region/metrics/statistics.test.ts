import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byPeriod, datapoint, ofValue } from "../../../src/region/metrics/statistics.js";

const seconds = (...pairs: readonly (readonly [second: number, value: number])[]) =>
  pairs.map(([second, value]) => ofValue(second * 1000, value));

describe("datapoints", () => {
  test.each([
    ["of nothing are none", [], 60, []],
    [
      "begin with their period",
      seconds([61, 5]),
      60,
      [{ at: 60_000, sampleCount: 1, sum: 5, minimum: 5, maximum: 5, average: 5 }],
    ],
    [
      "have the statistics of their samples",
      seconds([0, 1], [10, 4], [50, 1]),
      60,
      [{ at: 0, sampleCount: 3, sum: 6, minimum: 1, maximum: 4, average: 2 }],
    ],
    [
      "are ascending, and a period without samples has none",
      seconds([130, 3], [10, 1]),
      60,
      [
        { at: 0, sampleCount: 1, sum: 1, minimum: 1, maximum: 1, average: 1 },
        { at: 120_000, sampleCount: 1, sum: 3, minimum: 3, maximum: 3, average: 3 },
      ],
    ],
    ["may be below zero", seconds([0, -1]), 10, [{ at: 0, sampleCount: 1, sum: -1, minimum: -1, maximum: -1, average: -1 }]],
  ])("%s", (_, samples, period, expected) => {
    expect(byPeriod(samples, period).map(datapoint)).toEqual(expected);
  });

  const samples = fc.array(
    fc
      .record({ at: fc.integer({ min: 0, max: 7200 }), value: fc.integer({ min: -1000, max: 1000 }) })
      .map(({ at, value }) => ofValue(at * 1000, value)),
  );

  test("what is put together by the minute first gives the same five minutes", () => {
    fc.assert(
      fc.property(samples, (all) => {
        expect(byPeriod(byPeriod(all, 60), 300)).toEqual(byPeriod(all, 300));
      }),
    );
  });

  test("no sample is lost or counted twice, whatever the order", () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 3600 }), (all, period) => {
        const sets = byPeriod(all, period);
        expect(sets.reduce((sum, { sampleCount }) => sum + sampleCount, 0)).toBe(all.length);
        expect(sets.reduce((sum, set) => sum + set.sum, 0)).toBe(all.reduce((sum, set) => sum + set.sum, 0));
        expect(byPeriod(all.toReversed(), period)).toEqual(sets);
        for (const { average, minimum, maximum } of sets.map(datapoint)) {
          expect(average).toBeGreaterThanOrEqual(minimum);
          expect(average).toBeLessThanOrEqual(maximum);
        }
      }),
    );
  });
});
