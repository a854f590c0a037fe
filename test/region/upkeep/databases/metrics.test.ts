import { describe, expect, test } from "vitest";
import type { ServerMetrics } from "../../../../src/parts/databases/spec.js";
import { measured, type Measured, type Reading } from "../../../../src/region/upkeep/databases/metrics.js";

const metrics: ServerMetrics = {
  connections: 3,
  storageFree: 19e9,
  storageTotal: 20e9,
  memoryFree: 5e8,
  cpuSeconds: 10,
  readOperations: 100,
  writeOperations: 200,
  readBytes: 4096,
  writeBytes: 8192,
};
const reading = (at: number, more: Partial<ServerMetrics> = {}): Reading => ({ at, metrics: { ...metrics, ...more } });
const of = (list: readonly Measured[], name: string): number | undefined => list.find(([each]) => each === name)?.[2];

describe("what AWS/RDS makes of a server's counters", () => {
  test("the first reading has no rates", () => {
    expect(measured(reading(0), undefined, 2)).toEqual([
      ["DatabaseConnections", "Count", 3],
      ["FreeStorageSpace", "Bytes", 19e9],
      ["FreeableMemory", "Bytes", 5e8],
    ]);
  });

  test.each([
    ["CPUUtilization", "Percent", { cpuSeconds: 15 }, 2, 25],
    ["CPUUtilization", "Percent", { cpuSeconds: 15 }, 4, 12.5],
    ["CPUUtilization", "Percent", { cpuSeconds: 99 }, 2, 100],
    ["CPUUtilization", "Percent", {}, 2, 0],
    ["ReadIOPS", "Count/Second", { readOperations: 150 }, 2, 5],
    ["WriteIOPS", "Count/Second", { writeOperations: 300 }, 2, 10],
    ["ReadThroughput", "Bytes/Second", { readBytes: 14_096 }, 2, 1000],
    ["WriteThroughput", "Bytes/Second", { writeBytes: 10_192 }, 2, 200],
  ] as const)("%s (%s) of %o with %i vCPUs is %d", (name, unit, more, vcpus, expected) => {
    const found = measured(reading(10_000, more), reading(0), vcpus);
    expect(found.find(([each]) => each === name)).toEqual([name, unit, expected]);
  });

  test("counters that began anew give no rates", () => {
    const names = measured(reading(10_000, { cpuSeconds: 1, readOperations: 0 }), reading(0), 2).map(([name]) => name);
    expect(names).not.toContain("CPUUtilization");
    expect(names).not.toContain("ReadIOPS");
    expect(names).toContain("WriteIOPS");
  });

  test("a clock that went back gives no rates", () => {
    expect(of(measured(reading(0), reading(10_000), 2), "CPUUtilization")).toBeUndefined();
  });

  test.each([0, 2.5, -1])("a read replica has a lag: %d", (lag) => {
    expect(measured({ ...reading(0), lag }, undefined, 2)).toContainEqual(["ReplicaLag", "Seconds", lag]);
  });
});
