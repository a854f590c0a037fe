import { describe, expect, test } from "vitest";
import { Unknown } from "../../../src/environment/maybe.js";
import { bundledPrices, pricingFor, unitOf, type Item } from "../../../src/analysis/cost/prices.js";
import { readPrices } from "../../../src/analysis/cost/table.js";

test.each<[Item, string]>([
  ["instance:t3.micro", "hour"],
  ["volume:gp3", "GB-month"],
  ["balancer:network:hour", "hour"],
  ["balancer:network:units", "capacity unit hour"],
  ["nat:data", "GB"],
  ["address:idle", "hour"],
  ["database:mysql:db.t3.micro:multi", "hour"],
  ["database-storage:gp3:single", "GB-month"],
  ["database-backup", "GB-month"],
  ["aurora-storage", "GB-month"],
  ["aurora-requests", "request"],
  ["key:month", "month"],
  ["alarm:standard", "month"],
  ["metric:month", "month"],
  ["logs:ingestion", "GB"],
  ["logs:storage", "GB-month"],
  ["bucket:storage", "GB-month"],
  ["bucket:reads", "request"],
  ["web-acl:rule", "month"],
  ["transfer:internet", "GB"],
])("%s is counted in units of one %s", (item, unit) => expect(unitOf(item)).toBe(unit));

describe("the bundled table", () => {
  const table = bundledPrices();

  test("has the form of a table", () => expect(readPrices("prices.json", JSON.stringify(table))).toEqual(table));
  const rows = Object.entries(table.regions).flatMap(([region, items]) =>
    Object.entries(items).map(([item, row]) => ({ region, item, row })),
  );

  test("names a source that it describes, and a date, with every figure", () => {
    expect(rows.length).toBeGreaterThan(500);
    for (const { row } of rows) {
      expect(Object.keys(table.sources)).toContain(row[1]);
      expect(row[2]).toMatch(/^\d{4}(-\d\d-\d\d)?$/);
      expect(row[0]).toBeGreaterThan(0);
    }
  });

  test("has Multi-AZ at twice Single-AZ to the last published digit, which is why the one is derived from the other", () => {
    const eu = table.regions["eu-west-1"] ?? {};
    const pairs = Object.keys(eu).filter(
      (item) => /^database:.*:multi$/.test(item) && eu[item.replace(/multi$/, "single")] !== undefined,
    );
    expect(pairs.length).toBeGreaterThan(90);
    for (const item of pairs)
      expect(Math.abs((eu[item]?.[0] ?? 0) - 2 * (eu[item.replace(/multi$/, "single")]?.[0] ?? 0))).toBeLessThanOrEqual(0.0011);
  });

  test("has no price for what it lacks", () => {
    const { price } = pricingFor(table, "eu-west-3");
    expect(price("key:month")).toEqual(new Unknown("the table of prices has none for key:month in eu-west-3"));
    expect(price("database:aurora-mysql:db.t4g.medium:multi")).toBeInstanceOf(Unknown);
    expect(price("instance:constructor")).toBeInstanceOf(Unknown);
  });
});

test.each<[string, string, string]>([
  ["no JSON", "{", "the table of prices cannot be read: it is no JSON"],
  [
    "another form",
    '{"built":"2026-01-01","sources":{},"regions":{"eu-west-3":{"nat:hour":["a"]}}}',
    "regions.eu-west-3.nat:hour",
  ],
  [
    "a negative price",
    '{"built":"2026-01-01","sources":{},"regions":{"eu-west-3":{"nat:hour":[-1,"x","2026"]}}}',
    "regions.eu-west-3.nat:hour",
  ],
])("a file with %s is refused, and where it is wrong is told", (_, text, message) => {
  expect(() => readPrices("prices.json", text)).toThrow(message);
});
