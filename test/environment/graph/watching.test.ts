import { describe, expect, test } from "vitest";
import { graphOfResources, nodeIn } from "../../support/graphs.js";

describe("what looks on", () => {
  const graph = graphOfResources(`
Db: {Type: AWS::RDS::DBInstance, Properties: {DBInstanceIdentifier: orders, Engine: postgres}}
Topic: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: email, Endpoint: a@example.com}]}}
Second: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: sms, Endpoint: "+331"}}
Low: {Type: AWS::CloudWatch::Alarm, Properties: {Namespace: AWS/RDS, MetricName: FreeStorageSpace, Dimensions: [{Name: DBInstanceIdentifier, Value: orders}], ComparisonOperator: LessThanThreshold, Threshold: 5000, Statistic: Average, Period: 300, EvaluationPeriods: 2, AlarmActions: [!Ref Topic], OKActions: ["arn:aws:sns:eu-west-3:1:elsewhere"]}}
Sum: {Type: AWS::CloudWatch::Alarm, Properties: {ComparisonOperator: GreaterThanThreshold, Threshold: 1, EvaluationPeriods: 1, Metrics: [{Id: a, Expression: b+c}, {Id: b, MetricStat: {}}]}}
Both: {Type: AWS::CloudWatch::CompositeAlarm, Properties: {AlarmRule: "ALARM(Low)", AlarmActions: [!Ref Topic]}}
Trail: {Type: AWS::CloudTrail::Trail, Properties: {IsLogging: true, S3BucketName: b}}
Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 30}}
Plan: {Type: AWS::Backup::BackupPlan, Properties: {BackupPlan: {BackupPlanName: p, BackupPlanRule: [{RuleName: daily, TargetBackupVault: v, ScheduleExpression: "cron(0 5 * * ? *)", Lifecycle: {DeleteAfterDays: 30}}]}}}
Selection: {Type: AWS::Backup::BackupSelection, Properties: {BackupPlanId: !Ref Plan, BackupSelection: {SelectionName: s, IamRoleArn: r, Resources: [!GetAtt Db.DBInstanceArn], ListOfTags: [{ConditionType: STRINGEQUALS, ConditionKey: backup, ConditionValue: "yes"}]}}}
Nightly: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day), State: DISABLED, Targets: [{Id: a, Arn: b}]}}
Snapshots: {Type: AWS::DLM::LifecyclePolicy, Properties: {State: ENABLED, PolicyDetails: {TargetTags: [{Key: a, Value: b}], Schedules: [{CreateRule: {Interval: 12, IntervalUnit: HOURS}}]}}}
Acl: {Type: AWS::WAFv2::WebACL, Properties: {Scope: REGIONAL}}
Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {}}
OfLb: {Type: AWS::WAFv2::WebACLAssociation, Properties: {ResourceArn: !Ref Lb, WebACLArn: !GetAtt Acl.Arn}}`);

  test("an alarm knows what it is about and whom it tells", () => {
    expect(nodeIn(graph.alarms, "Low")).toMatchObject({
      metric: "FreeStorageSpace",
      dimensions: [{ name: "DBInstanceIdentifier", value: "orders", node: "Db" }],
      comparison: "LessThanThreshold",
      threshold: 5000,
      statistic: "Average",
      period: 300,
      evaluationPeriods: 2,
      treatMissingData: "missing",
      actionsEnabled: true,
      alarmActions: ["Topic"],
      okActions: ["arn:aws:sns:eu-west-3:1:elsewhere"],
      isComputed: false,
    });
    expect([nodeIn(graph.alarms, "Sum").isComputed, nodeIn(graph.alarms, "Both").isComputed]).toEqual([true, true]);
  });

  test.each<[string, () => unknown, object]>([
    [
      "a topic has all of its subscriptions",
      () => nodeIn(graph.topics, "Topic"),
      { subscriptions: [{ protocol: "email" }, { protocol: "sms" }], encrypted: false },
    ],
    [
      "a trail is of one region and not validated unless it says so",
      () => nodeIn(graph.trails, "Trail"),
      { multiRegion: false, validated: false, logging: true },
    ],
    ["a log group keeps for some days", () => nodeIn(graph.logGroups, "Logs"), { retention: 30 }],
    [
      "a backup plan has rules, and selections by reference and by tag",
      () => nodeIn(graph.backupPlans, "Plan"),
      {
        rules: [{ name: "daily", schedule: "cron(0 5 * * ? *)", deleteAfter: 30, continuous: false }],
        selections: [{ nodes: ["Db"], tags: [{ key: "backup", value: "yes" }] }],
      },
    ],
    [
      "a rule by the clock may be switched off",
      () => nodeIn(graph.schedules, "Nightly"),
      { expression: "rate(1 day)", enabled: false, targets: 1 },
    ],
    [
      "a lifecycle policy is a schedule",
      () => nodeIn(graph.schedules, "Snapshots"),
      { expression: "rate(12 hours)", enabled: true },
    ],
    ["a web ACL knows what it protects", () => nodeIn(graph.webAcls, "Acl"), { associated: ["Lb"] }],
    ["and is known by it", () => nodeIn(graph.balancers, "Lb"), { webAcl: "Acl" }],
  ])("%s", (_, node, expected) => {
    expect(node()).toMatchObject(expected);
  });
});
