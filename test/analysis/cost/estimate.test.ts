import { describe, expect, test } from "vitest";
import { EnvironmentBuilder } from "../../../src/environment/builder.js";
import type { Environment } from "../../../src/environment/environment.js";
import { isKnown, Unknown } from "../../../src/environment/maybe.js";
import { estimate } from "../../../src/analysis/cost/estimate.js";
import { arithmetic, difference, dollars } from "../../../src/analysis/cost/lines.js";
import { costRules } from "../../../src/analysis/cost/rules.js";
import { smaller } from "../../../src/analysis/cost/savings.js";
import { shop, type Shop } from "../objectives/worlds.js";

const linesOf = (environment: Environment, options = {}) =>
  estimate(environment, options).lines.map((line) => `${line.resource.name}: ${line.what}: ${arithmetic(line)}`);

describe("a month in Paris", () => {
  test.each<[string, Shop, string]>([
    ["an instance", {}, "app-1: 1 × t3.micro, Linux On-Demand: 730 × $0.0118 per hour = $8.61 (paris-cv, 2026-09-24)"],
    ["its volume", {}, "app-1: 1 × gp3 /dev/xvda: 8 × $0.0928 per GB-month = $0.74 (paris-bulk, 2026-10-08)"],
    [
      "an Auto Scaling group",
      { scaling: { min: 3, checks: "ELB" } },
      "asg: 3 × t3.micro, Linux On-Demand: 2190 × $0.0118 per hour = $25.84 (paris-cv, 2026-09-24)",
    ],
    [
      "an application load balancer",
      {},
      "web: application load balancer: 730 × $0.02646 per hour = $19.32 (paris-bulk, 2026-09-11)",
    ],
    ["a NAT gateway", { natZones: ["eu-west-3a"] }, "nat-0: NAT gateway: 730 × $0.05 per hour = $36.50 (paris-bulk, 2026-10-08)"],
    ["its address", { natZones: ["eu-west-3a"] }, "nat-0-ip: Elastic IP: 730 × $0.005 per hour = $3.65 (paris-bulk, 2026-09-17)"],
    [
      "an address that nothing uses",
      { elasticIps: [undefined] },
      "ip-0: Elastic IP that nothing uses: 730 × $0.005 per hour = $3.65 (paris-cv, 2026-09-24)",
    ],
    [
      "a Single-AZ database",
      { database: { multiAz: false } },
      "orders: db.t4g.micro postgres, Single-AZ: 730 × $0.018 per hour = $13.14 (paris-bulk, 2026-10-06)",
    ],
    [
      "a Multi-AZ one, which is two",
      {},
      "orders: db.t4g.micro postgres, Multi-AZ: 730 × $0.036 per hour = $26.28 (paris-bulk, 2026-10-06, derived: twice the Single-AZ price)",
    ],
    [
      "what depends on use",
      {},
      "web: capacity units: ? × $0.0084 per capacity unit hour = unknown: it depends on use: balancerUnits is not stated (paris-bulk, 2026-09-11)",
    ],
    [
      "what the table lacks",
      { balancer: "network" },
      "web: network load balancer: 730 × ? per hour = unknown: the table of prices has none for balancer:network:hour in eu-west-3",
    ],
    [
      "a class that is a parameter",
      { database: { instanceClass: new Unknown("P has no value") } },
      "orders: DB instance postgres, Multi-AZ: 730 × ? = unknown: P has no value",
    ],
    [
      "a group whose size is a parameter",
      { scaling: { min: new Unknown("P has no value"), checks: "ELB" } },
      "asg: t3.micro, Linux On-Demand: ? × $0.0118 per hour = unknown: P has no value (paris-cv, 2026-09-24)",
    ],
  ])("%s", (_, asked, line) => expect(linesOf(shop(asked))).toContain(line));
});

test("stated use is counted", () => {
  const lines = linesOf(shop({ natZones: ["eu-west-3a"] }), { usage: { natGb: 100, balancerUnits: 0.5 } });
  expect(lines).toContain("nat-0: data through the NAT gateway: 100 × $0.05 per GB = $5.00 (paris-bulk, 2026-10-08)");
  expect(lines).toContain("web: capacity units: 365 × $0.0084 per capacity unit hour = $3.07 (paris-bulk, 2026-09-11)");
});

describe("another region's prices are never taken in silence", () => {
  test("a region that the table lacks costs an unknown amount, not nothing", () => {
    const { standing } = estimate(shop({ region: "ap-south-2" }));
    expect([standing.known, standing.unknown.length > 0]).toEqual([0, true]);
  });

  test("so does a region that is not known", () => {
    const [line] = linesOf(shop({ region: new Unknown("AWS::Region has no value") }));
    expect(line).toContain("unknown: the region is not known (AWS::Region has no value), and prices are a region's own");
  });

  test("asked for, they are taken, and each says so", () => {
    const [line] = linesOf(shop({ region: "ap-south-2" }), { priceRegion: "eu-west-3" });
    expect(line).toBe(
      "app-1: 1 × t3.micro, Linux On-Demand: 730 × $0.0118 per hour = $8.61 (paris-cv, 2026-09-24, a price of eu-west-3)",
    );
  });
});

describe("the budget", () => {
  const usage = { balancerUnits: 1, backupGb: 0, internetGb: 10, zonesGb: 10 };
  test.each<[string, number, typeof usage | Record<string, never>, "within" | "over" | "unknown"]>([
    ["is kept when everything is known and fits", 100, usage, "within"],
    ["is not known to be kept when use is not stated", 100, {}, "unknown"],
    ["is exceeded by what is known alone", 60, {}, "over"],
  ])("%s", (_, budget, stated, verdict) => {
    expect(estimate(shop({ objectives: { budget } }), { usage: stated }).budget?.verdict).toBe(verdict);
  });

  test("a resource that was not examined may cost, so it is not known", () => {
    const builder = new EnvironmentBuilder();
    builder.leaveOut({ id: "Function", type: "AWS::Lambda::Function", why: "the graph does not hold it" });
    builder.leaveOut({ id: "Profile", type: "AWS::IAM::InstanceProfile", why: "the graph does not hold it" });
    const about = { sources: [], from: "template", region: "eu-west-3", account: "0", objectives: { budget: 1 } } as const;
    const { budget, notExamined } = estimate(builder.build(about));
    expect([budget?.verdict, notExamined.map(({ id }) => id)]).toEqual(["unknown", ["Function"]]);
  });

  test("findings tell of it, and of each price that is missing", () => {
    const judged = (asked: Shop) =>
      costRules.flatMap((rule) => rule.judge(shop(asked))).map(({ rule, verdict }) => [rule, verdict]);
    expect(judged({})).toEqual([]);
    expect(judged({ objectives: { budget: 10 } })).toEqual([["cost-over-budget", "fails"]]);
    expect(judged({ balancer: "network", objectives: { budget: 500 } })).toEqual([
      ["cost-over-budget", "unknown"],
      ["cost-price-unknown", "unknown"],
    ]);
  });
});

describe("the three changes that save most", () => {
  const savingsOf = (asked: Shop) =>
    estimate(shop(asked)).savings.map(({ change, saves }) => [change, isKnown(saves) ? dollars(saves) : "?"]);

  test("with a NAT gateway in each of three zones", () => {
    expect(savingsOf({ natZones: ["eu-west-3a", "eu-west-3b", "eu-west-3c"] })).toEqual([
      ["keep one NAT gateway of 3 and route all private subnets to it", "$80.30"],
      ["turn Multi-AZ off for orders", "$15.80"],
      ["run app-1 on t3.nano", "$4.31"],
    ]);
  });

  test("with an address that nothing uses", () => {
    expect(savingsOf({ database: null, instanceZones: [], elasticIps: [undefined, undefined] })).toEqual([
      ["release 2 Elastic IPs that nothing uses", "$7.30"],
    ]);
  });

  test("each with its price in resilience", () => {
    for (const { price } of estimate(shop({})).savings) expect(price).not.toBe("");
  });
});

test.each([
  ["t3.small", "t3.micro"],
  ["db.t4g.small", "db.t4g.micro"],
  ["db.t4g.micro", undefined],
  ["t3.nano", undefined],
  ["m5.metal", undefined],
])("one size below %s is %s", (type, expected) => expect(smaller(type)).toBe(expected));

test("what stays the same cancels out of a difference, even without a price", () => {
  const of = (asked: Shop) => estimate(shop({ balancer: "network", ...asked })).lines;
  expect(difference(of({}), of({ natZones: ["eu-west-3a"] }))).toBeCloseTo(36.5 + 3.65, 6);
});
