import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Collector, type MetricSource } from "../../../src/region/metrics/collector.js";
import type { Metric, Sample } from "../../../src/region/metrics/metric.js";
import { MetricStore } from "../../../src/region/metrics/store.js";
import { temporaryFolder } from "../../support/records.js";

const metric: Metric = { accountId: "0", regionName: "eu-west-3", namespace: "AWS/RDS", name: "X", dimensions: {} };

function collecting(store: MetricStore, sources: readonly MetricSource[]) {
  const logged: object[] = [];
  const collector = new Collector({ store, sources, every: 5, now: Date.now, log: (entry) => void logged.push(entry) });
  onTestFinished(() => collector.close());
  collector.begin();
  return { collector, logged };
}
const good = (): Promise<readonly Sample[]> => Promise.resolve([{ metric, unit: "Count", at: Date.now(), value: 1 }]);
/** Gives what resolves when it was asked so often. */
function counted(source: MetricSource, times: number): { source: MetricSource; done: Promise<void> } {
  let asked = 0;
  let finish: () => void;
  const done = new Promise<void>((resolve) => (finish = resolve));
  return {
    source: () => {
      asked += 1;
      if (asked === times) finish();
      return source();
    },
    done,
  };
}
const kept = (store: MetricStore): number =>
  store.read(metric, { from: 0, to: Infinity, periodSeconds: 1e9 }).reduce((sum, { sampleCount }) => sum + sampleCount, 0);

test("samples are taken again and again, until it is closed", async () => {
  const store = new MetricStore(temporaryFolder());
  const { source, done } = counted(good, 3);
  const { collector } = collecting(store, [source]);
  await done;
  await collector.close();
  expect(kept(store)).toBe(3);
});

test("a source that fails is said once, and takes nothing from the others", async () => {
  const store = new MetricStore(temporaryFolder());
  const bad = counted(() => Promise.reject(new Error("no answer")), 3);
  const { collector, logged } = collecting(store, [bad.source, good]);
  await bad.done;
  await collector.close();
  expect(logged).toEqual([{ metrics: "collect", message: "Error: no answer" }]);
  expect(kept(store)).toBe(3);
});

test("where samples cannot be written it goes on, and says so once", async () => {
  const folder = join(temporaryFolder(), "metrics");
  writeFileSync(folder, "not a folder");
  const { source, done } = counted(good, 3);
  const { collector, logged } = collecting(new MetricStore(folder), [source]);
  await done;
  await collector.close();
  expect(logged).toHaveLength(1);
});
