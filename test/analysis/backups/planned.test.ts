import { describe, expect, test } from "vitest";
import { pauseOf, plannedPause } from "../../../src/analysis/backups/planned.js";
import { isUnknown } from "../../../src/environment/maybe.js";
import { graphOfResources, nodeIn } from "../../support/graphs.js";

const hours = 3600;
const days = 24 * hours;

describe("the longest time between two backups of a rule", () => {
  test.each<[string, number | "none" | "unknown"]>([
    ["rate(12 hours)", 12 * hours],
    ["rate(1 day)", days],
    ["cron(0 5 * * ? *)", days],
    ["cron(30 * * * ? *)", hours],
    ["cron(0 0/6 * * ? *)", 6 * hours],
    ["cron(0 2,8 * * ? *)", 18 * hours],
    ["cron(0 5 ? * SUN *)", 7 * days],
    ["cron(0 5 1 * ? *)", 31 * days],
    ["at(2027-01-01T00:00:00)", "unknown"],
    ["cron(0 5 30 2 ? *)", "none"],
    ["whenever", "none"],
  ])("%s", (schedule, expected) => {
    const pause = pauseOf({ schedule, continuous: false });
    expect(pause === undefined ? "none" : isUnknown(pause) ? "unknown" : pause).toBe(expected);
  });

  test("continuous backups have the logs, and without a schedule there is one a day", () => {
    expect(pauseOf({ schedule: undefined, continuous: true })).toBe(300);
    expect(pauseOf({ schedule: undefined, continuous: false })).toBe(days);
  });
});

describe("all plans of a database together", () => {
  const planned = (selection: string, unexamined = false) => {
    const graph = graphOfResources(`
Database: {Type: AWS::RDS::DBInstance, Properties: {Engine: mysql, DBInstanceClass: db.t3.micro, Tags: [{Key: backup, Value: "yes"}]}}
Plan: {Type: AWS::Backup::BackupPlan, Properties: {BackupPlan: {BackupPlanName: p, BackupPlanRule: [{RuleName: r, TargetBackupVault: v, ScheduleExpression: "rate(6 hours)"}]}}}
${selection}`);
    const type = "AWS::Backup::BackupPlan";
    const known = unexamined ? [{ id: type, type, why: "ListBackupPlans was refused: AccessDenied" }] : [];
    return plannedPause({ ...graph, unexamined: known }, nodeIn(graph.databases, "Database"));
  };
  const selecting = (tag: string) =>
    `Selection: {Type: AWS::Backup::BackupSelection, Properties: {BackupPlanId: !Ref Plan, BackupSelection: {SelectionName: s, IamRoleArn: r, ListOfTags: [{ConditionType: STRINGEQUALS, ConditionKey: backup, ConditionValue: "${tag}"}]}}}`;

  test("one that selects it counts, one that does not is none", () => {
    expect(planned(selecting("yes"))).toBe(6 * hours);
    expect(planned(selecting("no"))).toBeUndefined();
  });

  test("where an account does not tell of its plans, it is not known", () => {
    expect(planned(selecting("no"), true)).toMatchObject({ why: expect.stringContaining("was refused") as string });
    expect(planned(selecting("yes"), true)).toBe(6 * hours);
  });
});
