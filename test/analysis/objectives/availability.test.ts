import { describe, expect, test } from "vitest";
import { Unknown } from "../../../src/environment/maybe.js";
import { promised, reaches } from "../../../src/analysis/objectives/availability.js";
import { servicePaths } from "../../../src/analysis/objectives/find.js";
import { percent } from "../../../src/analysis/objectives/span.js";
import { shop, type Shop } from "./worlds.js";

const promiseOf = (asked: Shop) => {
  const [path] = servicePaths(shop(asked));
  if (path === undefined) throw new Error("no service");
  return promised(path);
};

describe("AWS's agreements promise a path the product of its parts", () => {
  test.each<[string, Shop, number, number]>([
    ["a balancer, EC2 in two zones and RDS Multi-AZ", {}, 99.93, 99.93],
    ["the same with the instances in one zone", { instanceZones: ["eu-west-3c", "eu-west-3c"] }, 99.44, 99.44],
    ["the same with a Single-AZ database", { database: { multiAz: false } }, 99.48, 99.48],
    ["without a database", { database: null }, 99.98, 99.98],
    ["with a NAT gateway that requests for S3 wait for, at worst", { natZones: ["eu-west-3a"], usesS3: true }, 99.83, 99.93],
    ["with a NAT gateway that only updates pass", { natZones: ["eu-west-3a"] }, 99.93, 99.93],
    ["an Auto Scaling group of two in two zones", { scaling: { min: 2, checks: "ELB" } }, 99.93, 99.93],
    ["an Auto Scaling group of one, which is in one zone at a time", { scaling: { min: 1, checks: "ELB" } }, 99.44, 99.44],
    ["a database whose Multi-AZ is a parameter without a value", { database: { multiAz: new Unknown("P") } }, 99.48, 99.93],
    ["instances of which one's zone is not known", { instanceZones: ["eu-west-3a", new Unknown("P")] }, 99.44, 99.93],
    ["an Auto Scaling group of unknown size", { scaling: { min: new Unknown("P"), checks: "ELB" } }, 99.44, 99.93],
    ["a database that may not be its own", { databaseAdmits: "unknown" }, 99.93, 99.98],
    ["a database that admits somebody else", { databaseAdmits: "nobody" }, 99.98, 99.98],
  ])("%s", (_, asked, low, high) => {
    const result = promiseOf(asked);
    expect([result.low, result.high].map((each) => Number((each * 100).toFixed(2)))).toEqual([low, high]);
  });

  test("the arithmetic is shown, with what it leaves of a month", () => {
    expect(promiseOf({}).lines).toEqual([
      "web 99.99 % × app-1, app-2 (EC2 in 2 zones) 99.99 % × orders (RDS in several zones) 99.95 % = 99.93 %, which allows 30.7 min a month",
    ]);
  });
});

test.each<[number, number, number, string]>([
  [0.9993, 0.9993, 99.98, "not achievable"],
  [0.9993, 0.9993, 99.93, "achievable"],
  [0.9999 * 0.9999, 0.9999 * 0.9999, 99.98, "achievable"],
  [0.99, 0.9999, 99.9, "unknown"],
  [0, 1, 99, "unknown"],
])("what is promised %d to %d is, for an objective of %d %%, %s", (low, high, objective, verdict) => {
  expect(reaches({ low, high }, objective)).toBe(verdict);
});

test.each([
  [1, "100 %"],
  [0.9993, "99.93 %"],
  [0.999975, "99.9975 %"],
  [1 - 9e-8, "99.999991 %"],
])("%d is written %s", (fraction, text) => expect(percent(fraction)).toBe(text));
