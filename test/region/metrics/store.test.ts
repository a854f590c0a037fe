import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sameMetric, type Metric, type Sample } from "../../../src/region/metrics/metric.js";
import { MetricStore } from "../../../src/region/metrics/store.js";
import { temporaryFolder } from "../../support/records.js";

const hour = 3_600_000;
const day = 24 * hour;
const noon = Date.UTC(2026, 10, 21, 12);

const cpu: Metric = {
  accountId: "000000000000",
  regionName: "eu-west-3",
  namespace: "AWS/RDS",
  name: "CPUUtilization",
  dimensions: { DBInstanceIdentifier: "orders" },
};
const sample = (at: number, value: number, metric = cpu): Sample => ({ metric, unit: "Percent", at, value });
const add = (store: MetricStore, ...samples: readonly Sample[]): void => samples.forEach((each) => store.add([each], each.at));
const values = (store: MetricStore, from: number, to: number, periodSeconds = 10): (readonly [number, number])[] =>
  store.read(cpu, { from, to, periodSeconds }).map(({ at, average }) => [at - noon, average] as const);

describe("a metric's samples", () => {
  test("are read by time and period, the end left out", () => {
    const store = new MetricStore(temporaryFolder());
    add(store, sample(noon, 1), sample(noon + 10_000, 3), sample(noon + 60_000, 5));
    expect(values(store, noon, noon + 60_000, 60)).toEqual([[0, 2]]);
    expect(values(store, noon, noon + 60_001, 60)).toEqual([
      [0, 2],
      [60_000, 5],
    ]);
    expect(values(store, noon + 5000, noon + hour)).toEqual([
      [10_000, 3],
      [60_000, 5],
    ]);
  });

  test.each<[string, Partial<Metric>]>([
    ["name", { name: "FreeStorageSpace" }],
    ["namespace", { namespace: "AWS/EC2" }],
    ["dimension", { dimensions: { DBInstanceIdentifier: "other" } }],
    ["further dimension", { dimensions: { DBInstanceIdentifier: "orders", Role: "writer" } }],
    ["region", { regionName: "us-east-1" }],
    ["account", { accountId: "111111111111" }],
  ])("are not those of another %s", (_, other) => {
    const store = new MetricStore(temporaryFolder());
    add(store, sample(noon, 1, { ...cpu, ...other }));
    expect(values(store, noon, noon + hour)).toEqual([]);
  });

  test("of two units are told apart", () => {
    const store = new MetricStore(temporaryFolder());
    store.add([sample(noon, 1), { ...sample(noon, 7), unit: "Count" }], noon);
    const read = (unit?: Sample["unit"]) =>
      store.read(cpu, { from: noon, to: noon + 1, periodSeconds: 60, ...(unit && { unit }) });
    expect(read().map(({ unit, sum }) => [unit, sum])).toEqual([
      ["Percent", 1],
      ["Count", 7],
    ]);
    expect(read("Count")).toMatchObject([{ unit: "Count", sum: 7 }]);
  });

  test("the order of dimensions says nothing", () => {
    const one = { ...cpu, dimensions: { A: "1", B: "2" } };
    expect(sameMetric(one, { ...cpu, dimensions: { B: "2", A: "1" } })).toBe(true);
    expect(sameMetric(one, { ...cpu, dimensions: { A: "2", B: "1" } })).toBe(false);
  });

  test("are there for another process, which goes on with them", () => {
    const folder = temporaryFolder();
    add(new MetricStore(folder), sample(noon, 1));
    const next = new MetricStore(folder);
    add(next, sample(noon + 10_000, 2));
    expect(values(next, noon, noon + hour)).toEqual([
      [0, 1],
      [10_000, 2],
    ]);
    // The series was known, and is not named again.
    expect(readFileSync(join(folder, `${noon}-0.jsonl`), "utf8").match(/"series"/g)).toHaveLength(1);
  });
});

describe("whatever the last write came to", () => {
  test("at every byte, what was written before is read, and what comes after", () => {
    const whole = temporaryFolder();
    add(new MetricStore(whole), sample(noon, 1), sample(noon + 10_000, 2));
    const text = readFileSync(join(whole, `${noon}-0.jsonl`));
    const first = text.indexOf("\n[") + text.subarray(text.indexOf("\n[") + 1).indexOf("\n") + 2;
    for (let bytes = 0; bytes <= text.length; bytes += 1) {
      const folder = temporaryFolder();
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${noon}-0.jsonl`), text.subarray(0, bytes));
      const store = new MetricStore(folder);
      add(store, sample(noon + 20_000, 3));
      expect(values(store, noon, noon + hour)).toEqual([
        ...(bytes >= first ? [[0, 1]] : []),
        ...(bytes === text.length ? [[10_000, 2]] : []),
        [20_000, 3],
      ]);
    }
  });

  test("a damaged line is left out", () => {
    const folder = temporaryFolder();
    const store = new MetricStore(folder);
    add(store, sample(noon, 1));
    appendFileSync(join(folder, `${noon}-0.jsonl`), 'null\n[]\n[9,1,2]\n["x",1,2]\n{"series":1}\n[0,1,2,3]\n\0\0\n');
    const next = new MetricStore(folder);
    add(next, sample(noon + 10_000, 2));
    expect(values(next, 0, noon + hour)).toEqual([
      [0, 1],
      [10_000, 2],
    ]);
  });

  test("an hour that is there both fine and coarse counts once, before and after the next sample", () => {
    const folder = temporaryFolder();
    add(new MetricStore(folder), sample(noon, 1), sample(noon + 10_000, 3));
    const fine = readFileSync(join(folder, `${noon}-0.jsonl`));
    add(new MetricStore(folder), sample(noon + 5 * hour, 9));
    // As after a death between the two steps.
    writeFileSync(join(folder, `${noon}-0.jsonl`), fine);
    writeFileSync(join(folder, `${noon}-60.jsonl.making`), "half");
    const store = new MetricStore(folder);
    const counted = (): readonly number[] =>
      store.read(cpu, { from: noon, to: noon + hour, periodSeconds: 60 }).map(({ sampleCount }) => sampleCount);
    expect(counted()).toEqual([2]);
    add(store, sample(noon + 5 * hour + 10_000, 9));
    expect(counted()).toEqual([2]);
    expect(readdirSync(folder).toSorted()).toEqual([`${noon}-60.jsonl`, `${noon + 5 * hour}-0.jsonl`]);
  });
});

describe("as time passes", () => {
  test("samples get coarser and keep their statistics, and go after 15 days", () => {
    const store = new MetricStore(temporaryFolder());
    const all = Array.from({ length: 360 }, (_, n) => sample(noon + n * 10_000, n));
    store.add(all, noon);
    const statistics = (periodSeconds: number) => store.read(cpu, { from: noon, to: noon + hour, periodSeconds });
    const hourly = statistics(3600);
    expect(hourly).toMatchObject([{ sampleCount: 360, minimum: 0, maximum: 359, sum: (359 * 360) / 2 }]);
    for (const [later, points] of [
      [2 * hour, 360],
      [5 * hour, 60],
      [2 * day, 12],
    ] as const) {
      add(store, sample(noon + later, 1));
      expect(statistics(10)).toHaveLength(points);
      expect(statistics(3600)).toEqual(hourly);
    }
    add(store, sample(noon + 16 * day, 1));
    expect(statistics(3600)).toEqual([]);
  });

  test("a sample of an hour that is put together already is left out", () => {
    const store = new MetricStore(temporaryFolder());
    add(store, sample(noon, 1), sample(noon + 5 * hour, 1));
    store.add([sample(noon + 10_000, 5)], noon + 5 * hour);
    expect(values(store, noon, noon + hour)).toEqual([[0, 1]]);
  });

  test("the files never have more than they may, and the newest samples are there", () => {
    const folder = temporaryFolder();
    const store = new MetricStore(folder, { largest: 4000 });
    for (let n = 0; n < 200; n += 1) {
      add(store, sample(noon + n * 600_000, n));
      const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
      expect(bytes).toBeLessThanOrEqual(4000);
    }
    expect(values(store, noon + 199 * 600_000, Infinity)).toHaveLength(1);
  });

  test("an hour that alone is too large takes no more", () => {
    const folder = temporaryFolder();
    const store = new MetricStore(folder, { largest: 500 });
    for (let n = 0; n < 200; n += 1) add(store, sample(noon + n * 1000, n));
    expect(statSync(join(folder, `${noon}-0.jsonl`)).size).toBeLessThan(600);
  });
});

test("any samples are read as they were added, across hours and restarts", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ second: fc.integer({ min: 0, max: 10_000 }), value: fc.integer({ min: 0, max: 99 }), again: fc.boolean() }),
        {
          maxLength: 30,
        },
      ),
      (added) => {
        const folder = temporaryFolder();
        let store = new MetricStore(folder);
        const now = noon + 10_000_000;
        for (const { second, value, again } of added) {
          if (again) store = new MetricStore(folder);
          store.add([sample(noon + second * 1000, value)], now);
        }
        const sums = store.read(cpu, { from: 0, to: Infinity, periodSeconds: 86_400 * 365 });
        expect(sums.reduce((count, { sampleCount }) => count + sampleCount, 0)).toBe(added.length);
        expect(sums.reduce((sum, set) => sum + set.sum, 0)).toBe(added.reduce((sum, { value }) => sum + value, 0));
      },
    ),
    { numRuns: 30 },
  );
});

test("a file that was cut short by hand is no reason to fail", () => {
  const folder = temporaryFolder();
  add(new MetricStore(folder), sample(noon, 1));
  truncateSync(join(folder, `${noon}-0.jsonl`), 3);
  expect(values(new MetricStore(folder), noon, noon + hour)).toEqual([]);
});
