import { describe, expect, test } from "vitest";
import { backupRules } from "../../../src/analysis/backups/rules.js";
import { timingOf } from "../../../src/analysis/backups/schedules.js";
import { judge } from "../../../src/analysis/verdict/judge.js";
import { graphOfResources } from "../../support/graphs.js";
import { anyone, group, host, judged, network, userData } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];

const database = (properties: object, more?: object): Resources => ({
  Db: [
    "RDS::DBInstance",
    {
      Engine: "mysql",
      DBInstanceClass: "db.t3.micro",
      AllocatedStorage: "20",
      MasterUsername: "u",
      ManageMasterUserPassword: true,
      ...properties,
    },
    more,
  ],
});
const plan = (schedule: unknown, deleteAfter = 30): Resources => ({
  Plan: [
    "Backup::BackupPlan",
    {
      BackupPlan: {
        BackupPlanName: "p",
        BackupPlanRule: [
          { RuleName: "r", TargetBackupVault: "v", ScheduleExpression: schedule, Lifecycle: { DeleteAfterDays: deleteAfter } },
        ],
      },
    },
  ],
});
const selection = (properties: object): Resources => ({
  Selection: [
    "Backup::BackupSelection",
    {
      BackupPlanId: { Ref: "Plan" },
      BackupSelection: { SelectionName: "s", IamRoleArn: "arn:aws:iam::1:role/b", ...properties },
    },
  ],
});
const tagged = (value: string) =>
  selection({ ListOfTags: [{ ConditionType: "STRINGEQUALS", ConditionKey: "backup", ConditionValue: value }] });
const rule = (expression: unknown, more: object = {}): Resources => ({
  Rule: [
    "Events::Rule",
    { ScheduleExpression: expression, Targets: [{ Id: "a", Arn: "arn:aws:lambda:eu-west-3:1:function:f" }], ...more },
  ],
});
const schedule = (expression: unknown, more: object = {}): Resources => ({
  Schedule: [
    "Scheduler::Schedule",
    {
      ScheduleExpression: expression,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: { Arn: "arn:aws:lambda:eu-west-3:1:function:f", RoleArn: "arn:aws:iam::1:role/r" },
      ...more,
    },
  ],
});
const exporter: Resources = {
  Role: [
    "IAM::Role",
    {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: "Allow", Principal: { Service: "export.rds.amazonaws.com" }, Action: "sts:AssumeRole" }],
      },
    },
  ],
};
const daily = "cron(0 5 ? * * *)";

type Case = readonly [name: string, rule: string, resources: Resources, found: readonly string[], objectives?: object];

const cases: readonly Case[] = [
  ["no backups", "automated-backups-off", database({ BackupRetentionPeriod: 0 }), ["Db fails"]],
  ["a week of backups", "automated-backups-off", database({ BackupRetentionPeriod: 7 }), []],
  ["fewer than none", "automated-backups-off", database({ BackupRetentionPeriod: -5 }), ["Db unknown"]],
  ["more than AWS keeps", "automated-backups-off", database({ BackupRetentionPeriod: 36 }), ["Db unknown"]],
  ["a time that is over", "schedule-never-fires", schedule("at(2020-01-01T00:00:00)"), ["Schedule fails"]],
  ["a time that is to come", "schedule-never-fires", schedule("at(2030-01-01T00:00:00)"), []],
  ["a time for a rule", "schedule-never-fires", rule("at(2030-01-01T00:00:00)"), ["Rule fails"]],
  [
    "an end that is over",
    "schedule-never-fires",
    schedule("rate(1 day)", { EndDate: "2020-01-01T00:00:00Z" }),
    ["Schedule fails"],
  ],
  ["an end to come", "schedule-never-fires", schedule("rate(1 day)", { EndDate: "2030-01-01T00:00:00Z" }), []],
  ["who knows how many", "automated-backups-off", database({ BackupRetentionPeriod: anyone }), ["Db unknown"]],
  [
    "an RPO as long as the logs' upload",
    "backups-cannot-meet-rpo",
    database({ BackupRetentionPeriod: 7 }),
    ["Db fails"],
    { RPO: "5m" },
  ],
  ["an RPO with a margin", "backups-cannot-meet-rpo", database({ BackupRetentionPeriod: 7 }), [], { RPO: "10m" }],
  ["no RPO", "backups-cannot-meet-rpo", database({ BackupRetentionPeriod: 0 }), []],
  [
    "snapshots each day for an RPO of an hour",
    "backups-cannot-meet-rpo",
    { ...database({ BackupRetentionPeriod: 0, Tags: [{ Key: "backup", Value: "yes" }] }), ...plan(daily), ...tagged("yes") },
    ["Db fails"],
    { RPO: "1h" },
  ],
  [
    "snapshots each day for an RPO of two days",
    "backups-cannot-meet-rpo",
    { ...database({ BackupRetentionPeriod: 0, Tags: [{ Key: "backup", Value: "yes" }] }), ...plan(daily), ...tagged("yes") },
    [],
    { RPO: "2d" },
  ],
  [
    "who knows which backups for an RPO",
    "backups-cannot-meet-rpo",
    database({ BackupRetentionPeriod: anyone }),
    ["Db unknown"],
    { RPO: "10m" },
  ],
  ["data that goes with its stack", "data-deleted-with-its-stack", database({}, { DeletionPolicy: "Delete" }), ["Db fails"]],
  ["a last snapshot, by default", "data-deleted-with-its-stack", database({}), []],
  ["a plan without a selection", "backup-plan-selects-nothing", plan(daily), ["Plan fails"]],
  [
    "a plan for a tag that nothing has",
    "backup-plan-selects-nothing",
    { ...database({}), ...plan(daily), ...tagged("yes") },
    ["Plan fails"],
  ],
  [
    "a plan for a tag that a database has",
    "backup-plan-selects-nothing",
    { ...database({ Tags: [{ Key: "backup", Value: "yes" }] }), ...plan(daily), ...tagged("yes") },
    [],
  ],
  [
    "a plan for who knows what",
    "backup-plan-selects-nothing",
    { ...plan(daily), ...selection({ Resources: [anyone] }) },
    ["Plan unknown"],
  ],
  ["the 30th of February", "backup-plan-never-fires", plan("cron(0 5 30 2 ? *)"), ["Plan fails"]],
  ["each day at five", "backup-plan-never-fires", plan(daily), []],
  ["who knows when", "backup-plan-never-fires", plan(anyone), ["Plan unknown"]],
  [
    "monthly copies that are kept for a week",
    "backup-plan-keeps-less-than-its-interval",
    plan("cron(0 5 1 * ? *)", 7),
    ["Plan fails"],
  ],
  ["daily copies that are kept for a week", "backup-plan-keeps-less-than-its-interval", plan(daily, 7), []],
  ["a rule on no day", "schedule-never-fires", rule("cron(0 5 31 4 ? *)"), ["Rule fails"]],
  ["a rule on some day", "schedule-never-fires", rule("rate(1 day)"), []],
  ["a rule who knows when", "schedule-never-fires", rule(anyone), ["Rule unknown"]],
  ["a rule that is turned off", "schedule-does-nothing", rule("rate(1 day)", { State: "DISABLED" }), ["Rule fails"]],
  ["a rule that works", "schedule-does-nothing", rule("rate(1 day)"), []],
  [
    "an export and nothing else",
    "export-is-no-backup",
    { ...database({ BackupRetentionPeriod: 0 }), ...exporter },
    ["Role fails"],
  ],
  ["an export beside backups", "export-is-no-backup", { ...database({ BackupRetentionPeriod: 7 }), ...exporter }, []],
  [
    "a dump at the first boot",
    "backup-made-once",
    { ...network, Group: group(), Host: host("Private", userData("#!/bin/bash\nmysqldump -h db shop > /tmp/shop.sql")) },
    ["Host fails"],
  ],
  [
    "a dump that a timer makes",
    "backup-made-once",
    {
      ...network,
      Group: group(),
      Host: host(
        "Private",
        userData("#!/bin/bash\ncat > /etc/cron.daily/dump <<'END'\nmysqldump -h db shop > /tmp/shop.sql\nEND"),
      ),
    },
    [],
  ],
];

test.each(cases.map(([name, id, resources, found, objectives]) => ({ name, id, resources, found, objectives })))(
  "$name ($id)",
  ({ id, resources, found, objectives }) => {
    expect(judged(backupRules, id, resources, objectives)).toEqual(found);
  },
);

describe("schedules", () => {
  test.each<readonly [expression: string, longestGap: number | undefined]>([
    ["rate(5 minutes)", 300],
    ["rate(1 day)", 86_400],
    ["cron(0 5 ? * * *)", 86_400],
    ["cron(0/15 * * * ? *)", 900],
    ["cron(0 18 ? * MON-FRI *)", 3 * 86_400],
    ["cron(0 9 ? * 2#1 *)", 35 * 86_400],
    ["at(2027-01-01T00:00:00)", undefined],
  ])("%s fires", (expression, longestGap) => {
    expect(timingOf(expression)).toEqual({ longestGap });
  });

  test.each(["cron(0 9 LW * ? *)", "cron(0 9 3W * ? *)", "cron(0 9 ? * 6L *)", "cron(0 9 29 2 ? *)"])(
    "%s fires now and then",
    (expression) => {
      expect(timingOf(expression)).not.toHaveProperty("never");
    },
  );

  test.each([
    ["cron(0 5 30 2 ? *)", /names no day/],
    ["cron(0 5 29 2 ? 2027)", /names no day/],
    ["cron(0 5 1 1 ? 2020)", /names no day/],
    ["cron(0 5 * * * *)", /must be \?/],
    ["cron(0 5 ? * ? *)", /must be \?/],
    ["cron(0 5 * * *)", /5 fields/],
    ["cron(61 5 ? * * *)", /cannot be read/],
    ["rate(1 days)", /refuses it/],
    ["rate(5 minute)", /refuses it/],
    ["rate(0 minutes)", /whole number/],
    ["every day", /none of/],
  ])("%s never does", (expression, why) => {
    expect(timingOf(expression)).toEqual({ never: expect.stringMatching(why) as string });
  });
});

test("what is over is told by the day of the check", () => {
  const now = new Date("2026-11-22T00:00:00Z");
  expect(timingOf("at(2026-11-21T23:59:59)", now)).toHaveProperty("never");
  expect(timingOf("at(2026-11-22T00:00:00)", now)).not.toHaveProperty("never");
  expect(timingOf("cron(0 12 1 3 ? 2026)", now)).toHaveProperty("never");
  expect(timingOf("cron(0 12 1 3 ? 2026)")).not.toHaveProperty("never");
  const graph = graphOfResources(
    `Once: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: "at(2026-03-01T00:00:00)", Target: {Arn: x}}}`,
  );
  const report = judge(graph, backupRules, { failOn: "high", today: "2026-11-22" });
  expect(report.findings.map(({ rule, reason }) => `${rule}: ${reason}`)).toEqual([
    "schedule-never-fires: at(2026-03-01T00:00:00) is over.",
  ]);
});
