import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Unknown } from "../../../src/environment/maybe.js";
import { assess } from "../../../src/analysis/objectives/assess.js";
import { promised } from "../../../src/analysis/objectives/availability.js";
import { servicePaths } from "../../../src/analysis/objectives/find.js";
import { objectiveRules } from "../../../src/analysis/objectives/rules.js";
import { flaskAsItWas, flaskObjectives, shop, type Shop } from "./worlds.js";

const quick = { months: 0 };

describe("E1 as it was", () => {
  const assessment = assess(shop(flaskAsItWas), quick);

  test("cannot keep its availability nor its recovery time", () => {
    expect(assessment.verdicts).toEqual({ availability: "not achievable", rto: "not achievable", rpo: "unknown" });
  });

  test("names what must not fail", () => {
    expect(assessment.singlePoints.map(({ why, stoppedBy }) => [why, stoppedBy])).toEqual([
      ["the load balancer web is in zone eu-west-3c only", ["zone"]],
      ["all of app-1, app-2 is in zone eu-west-3c", ["zone"]],
      ["orders is in zone eu-west-3b only", ["zone"]],
      ["orders has one server", ["engine"]],
    ]);
  });

  test("is brought furthest by three changes, whose prices are told", () => {
    expect(assessment.plan?.changes.map(({ text }) => text)).toEqual([
      "give web a subnet in zone eu-west-3a",
      "move app-2 to zone eu-west-3a",
      "turn Multi-AZ on for orders",
    ]);
    // 730 h × $0.005 for an address; 730 h × $0.018 and 20 GB × $0.133 once more.
    expect(assessment.plan?.monthly).toBeCloseTo(3.65 + 13.14 + 2.66, 6);
  });

  test("is promised more for more money, step by step", () => {
    expect(assessment.steps.map(({ availability }) => Number((availability * 100).toFixed(2)))).toEqual([99.48, 99.93]);
  });

  test("is told that no design of these parts in one region reaches 99.98 %, and what would", () => {
    expect(assessment.ceiling).toEqual([
      "web: the best that these parts are promised in one region is a load balancer 99.99 % × EC2 in two zones 99.99 % × Aurora in two zones 99.99 % = 99.97 %: 99.98 % is above it, whatever is changed",
      "web: two regions that both serve, behind Route 53 (100 %), would be promised 1 - (1 - 99.97 %)² = 99.999991 %, if they fail independently and both have the data; or state an objective of 99.97 % or less",
    ]);
  });

  test("keeps nothing of its servers' user data in what is reported", () => {
    expect(JSON.stringify(assessment.services)).not.toContain("userData");
  });
});

describe("what is not known is never a pass", () => {
  const why = new Unknown("the parameter P has no value");
  test.each<[string, Shop, "availability" | "rto" | "rpo"]>([
    ["Multi-AZ", { database: { multiAz: why }, objectives: { availability: 99.9 } }, "availability"],
    ["the zone of an instance", { instanceZones: ["eu-west-3a", why], objectives: { availability: 99.9 } }, "availability"],
    ["whether the balancer faces the internet", { scheme: why, objectives: { availability: 90 } }, "availability"],
    [
      "the interval of the health check",
      { database: null, healthCheck: { interval: why, timeout: 5, unhealthy: 2 }, objectives: { rto: 86_400 } },
      "rto",
    ],
    ["how long backups are kept", { database: { backupRetention: why }, objectives: { rpo: 86_400 } }, "rpo"],
    ["how long a restore takes", { objectives: { rto: 86_400 } }, "rto"],
    ["what the internet reaches at all", { scheme: "internal", objectives: { availability: 90 } }, "availability"],
  ])("%s", (_, asked, objective) => {
    expect(assess(shop(asked), quick).verdicts[objective]).toBe("unknown");
  });
});

test("a restore that was drilled takes the place of what is assumed of one", () => {
  const environment = shop({ objectives: flaskObjectives });
  expect(assess(environment, { ...quick, measured: { restore: 900 } }).verdicts.rto).toBe("achievable");
  expect(assess(environment, { ...quick, measured: { restore: 1900 } }).verdicts.rto).toBe("not achievable");
});

const zone = fc.constantFrom("eu-west-3a", "eu-west-3b", "eu-west-3c");
const shops = fc.record({
  instanceZones: fc.array(zone, { minLength: 1, maxLength: 3 }),
  balancerZones: fc.uniqueArray(zone, { minLength: 1 }),
  database: fc.record({ multiAz: fc.boolean(), backupRetention: fc.constantFrom(0, 7), deletionProtection: fc.boolean() }),
  natZones: fc.uniqueArray(zone, { maxLength: 2 }),
  usesS3: fc.boolean(),
});

test("one more instance, or a second server, never promises less", () => {
  const least = (asked: Shop): number => Math.min(...servicePaths(shop(asked)).map((path) => promised(path).low));
  fc.assert(
    fc.property(shops, zone, (asked, added) => {
      const before = least(asked);
      expect(least({ ...asked, instanceZones: [...asked.instanceZones, added] })).toBeGreaterThanOrEqual(before);
      expect(least({ ...asked, database: { ...asked.database, multiAz: true } })).toBeGreaterThanOrEqual(before);
    }),
    { numRuns: 50 },
  );
});

test("the changes that are advised leave no objective worse than it was", () => {
  const rank = { "not achievable": 0, unknown: 1, achievable: 2 };
  fc.assert(
    fc.property(shops, (asked) => {
      const { verdicts, plan } = assess(shop({ ...asked, objectives: { availability: 99.9, rto: 3600, rpo: 600 } }), quick);
      for (const name of ["availability", "rto", "rpo"] as const) {
        expect(rank[plan?.verdicts[name] ?? "achievable"]).toBeGreaterThanOrEqual(
          plan === undefined ? 0 : rank[verdicts[name] ?? "unknown"],
        );
      }
    }),
    { numRuns: 30 },
  );
});

describe("findings", () => {
  const rulesOf = (asked: Shop): readonly (readonly [string, string, string])[] =>
    objectiveRules.flatMap((rule) => rule.judge(shop(asked))).map(({ rule, verdict, title }) => [rule, verdict, title] as const);

  test("E1 as it was misses two objectives, and the third has no margin, as is told of its backups", () => {
    expect(rulesOf(flaskAsItWas)).toEqual([
      ["objective-availability", "fails", "The availability of 99.98 % is not achievable"],
      ["objective-rto", "fails", "The recovery time (RTO) of 30 min is not achievable"],
      ["objective-rpo", "unknown", "The data loss (RPO) of 5 min is not known to be achievable"],
    ]);
  });

  test.each<[string, Shop["objectives"], string]>([
    ["nothing is stated", {}, "availability, RTO and RPO are not stated"],
    ["RTO and RPO are headings without numbers", { availability: 99.9 }, "RTO and RPO are not stated"],
    ["one is missing", { availability: 99.9, rto: 3600 }, "RPO is not stated"],
  ])("one tells what has no number when %s", (_, objectives, title) => {
    expect(rulesOf({ objectives }).filter(([rule]) => rule === "objectives-not-stated")).toEqual([
      ["objectives-not-stated", "fails", title],
    ]);
  });

  test.each<[string, Shop, readonly string[]]>([
    ["backups that are as young as that", { objectives: { rpo: 600 } }, []],
    ["no backups", { database: { backupRetention: 0 }, objectives: { rpo: 600 } }, ["fails"]],
    [
      "backups of which nobody knows",
      { database: { backupRetention: new Unknown("no value") }, objectives: { rpo: 600 } },
      ["unknown"],
    ],
  ])("the data loss that is stated, with %s", (_, asked, verdicts) => {
    const found = rulesOf(asked).filter(([rule]) => rule === "objective-rpo");
    expect(found.map(([, verdict]) => verdict)).toEqual(verdicts);
  });

  test("a verdict that rests on an assumption is unknown", () => {
    expect(rulesOf({ objectives: { ...flaskObjectives, availability: 99.9, rpo: 600 } })).toEqual([
      ["objective-rto", "unknown", "The recovery time (RTO) of 30 min is not known to be achievable"],
    ]);
  });
});
