import { describe, expect, test } from "vitest";
import { Unknown } from "../../../src/environment/maybe.js";
import { disruptionsOf, type DisruptionKind } from "../../../src/analysis/objectives/disruptions.js";
import { servicePaths } from "../../../src/analysis/objectives/find.js";
import { durationText } from "../../../src/analysis/objectives/span.js";
import { flaskAsItWas, shop, type Shop } from "./worlds.js";

const restore =
  "(assumed: a restore makes a new DB instance, which takes 10 to 20 minutes; assumed: storage is loaded at 100 MiB a second or faster)";

const of = (kind: DisruptionKind, asked: Shop) => {
  const [path] = servicePaths(shop(asked));
  const found =
    path === undefined ? undefined : disruptionsOf(path, { availability: 99.98 }, {}).find((each) => each.kind === kind);
  if (found === undefined) throw new Error("no such disruption");
  return found;
};

describe("what is to be expected when", () => {
  test.each<[DisruptionKind, string, Shop, string, string]>([
    ["instance", "one of two stops, with the balancer's own health check", {}, "35 s to 65 s", "0 s"],
    [
      "instance",
      "one of two stops, with E1's",
      { healthCheck: { interval: 10, timeout: 10, unhealthy: 3 } },
      "30 s to 40 s",
      "0 s",
    ],
    [
      "instance",
      "one of two stops, with E4's",
      { healthCheck: { interval: 60, timeout: 2, unhealthy: 2 } },
      "62 s to 2 min",
      "0 s",
    ],
    [
      "instance",
      "how often is asked is not known",
      { healthCheck: { interval: new Unknown("P has no value"), timeout: 5, unhealthy: 2 } },
      "unknown: P has no value",
      "0 s",
    ],
    [
      "instance",
      "it is the only one",
      { instanceZones: ["eu-west-3a"] },
      "no end: it is the only server, and nothing starts another one",
      "0 s",
    ],
    [
      "instance",
      "an Auto Scaling group of one replaces it",
      { scaling: { min: 1, checks: "ELB" } },
      "95 s to 11.1 min (assumed: an instance boots and starts its application in 1 to 10 minutes)",
      "0 s",
    ],
    [
      "instance",
      "an Auto Scaling group that asks EC2 alone has one",
      { scaling: { min: 1, checks: "EC2" } },
      "no end: it is the only server, and the Auto Scaling group's health check type is EC2: an application that dies is never replaced",
      "0 s",
    ],
    ["engine", "a second server takes over", {}, "60 s to 2.5 min", "0 s"],
    ["engine", "there is one server", { database: { multiAz: false } }, "10 min", "0 s"],
    ["engine", "there is no database", { database: null }, "0 s", "0 s"],
    ["zone", "everything is in two", {}, "60 s to 2.5 min", "0 s"],
    ["zone", "E1 as it was loses one", flaskAsItWas, "no end: the load balancer web is in zone eu-west-3c only", "0 s to 5 min"],
    ["zone", "the database alone is in one", { database: { multiAz: false } }, `10 min to 23.4 min ${restore}`, "0 s to 5 min"],
    ["deletion", "logs are uploaded every five minutes", {}, `10 min to 23.4 min ${restore}`, "0 s to 5 min"],
    [
      "deletion",
      "automated backups are off",
      { database: { backupRetention: 0 } },
      "no end: it has no backups",
      "no end: it has no backups",
    ],
    [
      "deletion",
      "whether there are backups is a parameter",
      { database: { backupRetention: new Unknown("P has no value") } },
      `10 min to 23.4 min ${restore}`,
      "unknown: P has no value",
    ],
    [
      "deletion",
      "deleting the instance takes its backups along",
      { database: { deletionProtection: false, deletionPolicy: "Delete" } },
      `10 min to 23.4 min ${restore}`,
      "no end: deletion protection is off, and deleting it deletes its automated backups without a last snapshot",
    ],
    [
      "deletion",
      "the size is not known",
      { database: { storage: new Unknown("P has no value") } },
      "unknown: P has no value",
      "0 s to 5 min",
    ],
    ["region", "all is in one", {}, "no end: everything is in one region", "no end: no copy of the data is in another region"],
  ])("%s: %s", (kind, _, asked, rto, rpo) => {
    const disruption = of(kind, asked);
    expect([durationText(disruption.rto), durationText(disruption.rpo)]).toEqual([rto, rpo]);
  });
});

test("one failover spends a share of what the month allows", () => {
  expect(of("engine", {}).lines).toContain(
    "one such event takes 60 s to 2.5 min, 11 % to 29 % of the 526 s that 99.98 % leaves in a month",
  );
});

test("a NAT gateway in one zone leaves it open whether the other zone still answers", () => {
  expect(durationText(of("zone", { natZones: ["eu-west-3a"], usesS3: true }).rto)).toMatch(
    /^unknown: .*whether requests wait for S3 is not known$/,
  );
  expect(durationText(of("zone", { natZones: ["eu-west-3a", "eu-west-3b"], usesS3: true }).rto)).toBe("60 s to 2.5 min");
});
