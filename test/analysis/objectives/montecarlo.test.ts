import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/analysis/objectives/montecarlo/random.js";
import { simulate } from "../../../src/analysis/objectives/montecarlo/simulate.js";
import { betweenFailures, closedForm, type System } from "../../../src/analysis/objectives/montecarlo/system.js";

const part = (availability: number, repair = 3600, name = "part"): System => ({ kind: "part", name, availability, repair });
const series = (...parts: readonly System[]): System => ({ kind: "series", parts });
const parallel = (...parts: readonly System[]): System => ({ kind: "parallel", parts, unnoticed: 0 });

describe("the simulation agrees with the closed form, within its interval, for", () => {
  test.each<[string, System, number]>([
    ["one part", part(0.99), 0.99],
    ["two that are both needed", series(part(0.99), part(0.98, 600)), 0.9702],
    ["two of which one is enough", parallel(part(0.9), part(0.9)), 0.99],
    ["two ways behind one entry", series(part(0.999, 600), parallel(part(0.95), part(0.9, 7200))), 0.999 * 0.995],
    ["a part that never fails", series(part(1), part(0.99)), 0.99],
  ])("%s", (_, system, expected) => {
    expect(closedForm(system)).toBeCloseTo(expected, 12);
    const { interval } = simulate(system, { seed: 7, months: 600 });
    expect(interval[0]).toBeLessThanOrEqual(expected);
    expect(interval[1]).toBeGreaterThanOrEqual(expected);
    expect(interval[1] - interval[0]).toBeLessThan(0.02);
  });
});

test("the same seed gives the same months, another one gives others", () => {
  const system = series(part(0.99), part(0.999));
  const run = (seed: number) => simulate(system, { seed, months: 50, objective: 0.99 });
  expect(run(3)).toEqual(run(3));
  expect(run(3).mean).not.toBe(run(4).mean);
});

test("a failure that is noticed late costs its share of the requests", () => {
  const two = [part(0.99, 3600, "a"), part(0.99, 3600, "b")];
  const run = (unnoticed: number) => simulate({ kind: "parallel", parts: two, unnoticed }, { seed: 5, months: 400 }).mean;
  expect(run(60)).toBeLessThan(run(0));
  // Each fails every 99 h; while the other works, half the requests fail for a minute.
  const failures = 2 / (3600 / 0.01);
  expect(run(0) - run(60)).toBeCloseTo(failures * 60 * 0.5, 5);
});

test("what is up a share A of the time and repaired in R fails every R × A / (1 - A)", () => {
  expect(betweenFailures({ kind: "part", name: "db", availability: 0.9995, repair: 90 })).toBeCloseTo(179_910, 6);
});

test("numbers of a seed are evenly spread below one", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = seeded(seed);
      const numbers = Array.from({ length: 2000 }, random);
      expect(Math.max(...numbers)).toBeLessThan(1);
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
      const mean = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
    }),
    { numRuns: 20 },
  );
});
