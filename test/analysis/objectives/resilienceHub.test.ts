import { expect, test } from "vitest";
import { assess } from "../../../src/analysis/objectives/assess.js";
import { classicReport, nextReport } from "../../../src/analysis/objectives/resilienceHub.js";
import { flaskAsItWas, flaskObjectives, shop } from "./worlds.js";

const assessed = (asked: Parameters<typeof shop>[0]) => assess(shop(asked), { months: 0 });

test("the API of 2020 has a verdict for each disruption, and no word for what is not known", () => {
  const { policy, compliance } = classicReport(assessed({ objectives: flaskObjectives }));
  expect(policy?.AZ).toEqual({ RtoInSecs: 1800, RpoInSecs: 300 });
  expect(compliance.AZ).toMatchObject({ complianceStatus: "PolicyMet", currentRtoInSecs: 150, currentRpoInSecs: 0 });
  expect(compliance.Software).toMatchObject({ complianceStatus: "PolicyBreached", currentRpoInSecs: 300 });
  expect(compliance.Software.message).toMatch(/^Not known: /);
  expect(compliance.Region.complianceStatus).toBe("MissingPolicy");
});

test("a recovery without an end has no seconds", () => {
  const { compliance } = classicReport(assessed(flaskAsItWas));
  expect(compliance.AZ.complianceStatus).toBe("PolicyBreached");
  expect(compliance.AZ).not.toHaveProperty("currentRtoInSecs");
});

test("without numbers there is no policy to meet", () => {
  const { policy, compliance } = classicReport(assessed({}));
  expect([policy, compliance.AZ.complianceStatus]).toEqual([undefined, "MissingPolicy"]);
});

test("the API of 2026 leaves out what is not known", () => {
  const report = nextReport(assessed({ objectives: flaskObjectives }), "flask ha");
  expect(report.achievability).toEqual({ AVAILABILITY_SLO: "NOT_ACHIEVABLE", MULTI_AZ_DISASTER_RECOVERY: "ACHIEVABLE" });
  expect(report.notKnown).toEqual(["DATA_RECOVERY"]);
  expect(report.policy).toEqual({
    name: "flask-ha",
    availabilitySlo: { target: 99.98 },
    multiAz: { disasterRecoveryApproach: "HOT_STANDBY", rtoInMinutes: 30, rpoInMinutes: 5 },
    dataRecovery: { timeBetweenBackupsInMinutes: 5 },
  });
});

test("single points of failure are findings of it", () => {
  expect(nextReport(assessed(flaskAsItWas)).findings.map(({ severity, resource }) => [severity, resource])).toEqual([
    ["MEDIUM", "balancer"],
    ["MEDIUM", "app-1"],
    ["MEDIUM", "db"],
    ["MEDIUM", "db"],
  ]);
});
