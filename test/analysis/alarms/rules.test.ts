import { expect, test } from "vitest";
import { alarmRules } from "../../../src/analysis/alarms/rules.js";
import { anyone, group, host, judged, network, userData } from "../../support/analysed.js";

type Resources = Parameters<typeof judged>[2];

const alarm = (properties: object) =>
  [
    "CloudWatch::Alarm",
    {
      Namespace: "AWS/EC2",
      MetricName: "CPUUtilization",
      Statistic: "Average",
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 80,
      ComparisonOperator: "GreaterThanThreshold",
      ...properties,
    },
  ] as const;
const one = (properties: object): Resources => ({ Alarm: alarm(properties) });
const onHost = (properties: object, more: object = {}): Resources => ({
  ...network,
  Group: group(),
  Host: host("Private", more),
  Alarm: alarm({ Dimensions: [{ Name: "InstanceId", Value: { Ref: "Host" } }], ...properties }),
});
const storage = { Namespace: "AWS/RDS", MetricName: "FreeStorageSpace", Threshold: 5e9 };
const topic = { Ref: "Topic" };
const reversed = "alarm-comparison-reversed";
const loaded = (properties: object): Resources => ({
  Topic: ["SNS::Topic"],
  Fewer: ["AutoScaling::ScalingPolicy", { AutoScalingGroupName: "g", ScalingAdjustment: -1 }],
  Alarm: alarm({ ComparisonOperator: "LessThanThreshold", AlarmActions: [topic], ...properties }),
});
const query = {
  Namespace: undefined,
  MetricName: undefined,
  Statistic: undefined,
  Period: undefined,
  Metrics: [
    { Id: "m", MetricStat: { Metric: { Namespace: "AWS/EC2", MetricName: "CPUUtilization" }, Period: 60, Stat: "Average" } },
  ],
};
const balancer = (type: string, more: Resources = {}): Resources => ({
  ...network,
  Balancer: ["ElasticLoadBalancingV2::LoadBalancer", { Type: type, Subnets: [{ Ref: "Public" }, { Ref: "Private" }] }],
  Acl: ["WAFv2::WebACL", { Scope: "REGIONAL", DefaultAction: { Allow: {} }, VisibilityConfig: {} }],
  Association: ["WAFv2::WebACLAssociation", { ResourceArn: { Ref: "Balancer" }, WebACLArn: { "Fn::GetAtt": ["Acl", "Arn"] } }],
  Targets: ["ElasticLoadBalancingV2::TargetGroup", { VpcId: { Ref: "Vpc" }, Protocol: "TCP", Port: 80 }],
  ...more,
});

test.each<readonly [name: string, rule: string, resources: Resources, found: readonly string[]]>([
  ["free storage is bad when it is low", "alarm-comparison-reversed", one(storage), ["Alarm fails"]],
  [
    "free storage below a threshold",
    "alarm-comparison-reversed",
    one({ ...storage, ComparisonOperator: "LessThanThreshold" }),
    [],
  ],
  [
    "free storage, compared who knows how",
    "alarm-comparison-reversed",
    one({ ...storage, ComparisonOperator: anyone }),
    ["Alarm unknown"],
  ],
  [
    "errors below a threshold",
    "alarm-comparison-reversed",
    one({ Namespace: "AWS/ApplicationELB", MetricName: "HTTPCode_ELB_5XX_Count", ComparisonOperator: "LessThanThreshold" }),
    ["Alarm fails"],
  ],
  ["an idle CPU may be meant", "alarm-comparison-reversed", one({ ComparisonOperator: "LessThanThreshold", Threshold: 5 }), []],
  ["a load below 80 % is no news", reversed, loaded({}), ["Alarm fails"]],
  ["… as a metric query", reversed, loaded(query), ["Alarm fails"]],
  ["… for a topic elsewhere", reversed, loaded({ AlarmActions: ["arn:aws:sns:eu-west-3:1:ops"] }), ["Alarm fails"]],
  ["… below half of it is idleness", reversed, loaded({ Threshold: 49 }), []],
  ["… that scales in", reversed, loaded({ AlarmActions: [{ Ref: "Fewer" }] }), []],
  ["… that scales in and tells", reversed, loaded({ AlarmActions: [{ Ref: "Fewer" }, topic] }), []],
  ["… for who knows whom", reversed, loaded({ AlarmActions: [anyone] }), ["Alarm unknown"]],
  ["… that tells nobody", reversed, loaded({ AlarmActions: [] }), []],
  ["… added up", reversed, loaded({ Statistic: "Sum" }), []],
  ["… above 80 %", reversed, loaded({ ComparisonOperator: "GreaterThanThreshold" }), []],
  ["more than 100 %", "alarm-threshold-out-of-range", one({ Threshold: 100 }), ["Alarm fails"]],
  [
    "always above",
    "alarm-threshold-out-of-range",
    one({ Threshold: 0, ComparisonOperator: "GreaterThanOrEqualToThreshold" }),
    ["Alarm fails"],
  ],
  ["within 100 %", "alarm-threshold-out-of-range", one({ Threshold: 99 }), []],
  ["a threshold that nobody knows", "alarm-threshold-out-of-range", one({ Threshold: anyone }), ["Alarm unknown"]],
  ["3 of 2", "alarm-datapoints-impossible", one({ EvaluationPeriods: 2, DatapointsToAlarm: 3 }), ["Alarm fails"]],
  ["2 of 3", "alarm-datapoints-impossible", one({ EvaluationPeriods: 3, DatapointsToAlarm: 2 }), []],
  ["a minute over basic monitoring", "alarm-period-finer-than-metric", onHost({ Period: 60 }), ["Alarm fails"]],
  ["a minute over detailed monitoring", "alarm-period-finer-than-metric", onHost({ Period: 60 }, { Monitoring: true }), []],
  [
    "a minute over who knows which monitoring",
    "alarm-period-finer-than-metric",
    onHost({ Period: 60 }, { Monitoring: anyone }),
    ["Alarm unknown"],
  ],
  ["five minutes over basic monitoring", "alarm-period-finer-than-metric", onHost({}), []],
  [
    "a status check comes each minute",
    "alarm-period-finer-than-metric",
    onHost({ MetricName: "StatusCheckFailed", Period: 60, Threshold: 0 }),
    [],
  ],
  [
    "a bucket's size comes each day",
    "alarm-period-finer-than-metric",
    one({ Namespace: "AWS/S3", MetricName: "BucketSizeBytes", Period: 3600 }),
    ["Alarm fails"],
  ],
  [
    "HTTP statuses of a Network Load Balancer",
    "alarm-on-a-metric-that-does-not-exist",
    one({ Namespace: "AWS/NetworkELB", MetricName: "HTTPCode_Target_5XX_Count" }),
    ["Alarm fails"],
  ],
  [
    "HTTP statuses of an Application Load Balancer",
    "alarm-on-a-metric-that-does-not-exist",
    one({ Namespace: "AWS/ApplicationELB", MetricName: "HTTPCode_Target_5XX_Count" }),
    [],
  ],
  ["a namespace of one's own", "alarm-on-a-metric-that-does-not-exist", one({ Namespace: "Shop", MetricName: "Orders" }), []],
  [
    "memory without an agent",
    "alarm-needs-an-agent",
    onHost({ Namespace: "CWAgent", MetricName: "mem_used_percent" }),
    ["Alarm fails"],
  ],
  [
    "memory with an agent",
    "alarm-needs-an-agent",
    onHost(
      { Namespace: "CWAgent", MetricName: "mem_used_percent" },
      userData("#!/bin/bash\ndnf install -y amazon-cloudwatch-agent"),
    ),
    [],
  ],
  [
    "memory of who knows what",
    "alarm-needs-an-agent",
    onHost({ Namespace: "CWAgent", MetricName: "mem_used_percent" }, { UserData: anyone }),
    ["Alarm unknown"],
  ],
  [
    "a class of databases",
    "alarm-dimension-names-no-resource",
    one({ ...storage, Dimensions: [{ Name: "DatabaseClass", Value: "db.t3.micro" }] }),
    ["Alarm fails"],
  ],
  ["a host of the environment", "alarm-dimension-names-no-resource", onHost({}), []],
  [
    "a host of another",
    "alarm-dimension-names-no-resource",
    onHost({ Dimensions: [{ Name: "InstanceId", Value: "i-0123456789abcdef0" }] }),
    ["Alarm fails"],
  ],
  [
    "a host that nobody knows",
    "alarm-dimension-names-no-resource",
    onHost({ Dimensions: [{ Name: "InstanceId", Value: anyone }] }),
    ["Alarm unknown"],
  ],
  ["nobody is told", "alarm-without-action", one({}), ["Alarm fails"]],
  ["somebody is told", "alarm-without-action", one({ AlarmActions: ["arn:aws:sns:eu-west-3:1:t"] }), []],
  ["actions that are turned off", "alarm-actions-disabled", one({ ActionsEnabled: false }), ["Alarm fails"]],
  ["actions of which nobody knows", "alarm-actions-disabled", one({ ActionsEnabled: anyone }), ["Alarm unknown"]],
  ["no word of its end", "alarm-silent-on-recovery", one({ AlarmActions: ["arn:aws:sns:eu-west-3:1:t"] }), ["Alarm fails"]],
  [
    "a word of its end",
    "alarm-silent-on-recovery",
    one({ AlarmActions: ["arn:aws:sns:eu-west-3:1:t"], OKActions: ["arn:aws:sns:eu-west-3:1:t"] }),
    [],
  ],
  ["a topic without subscribers", "topic-without-subscriber", { Topic: ["SNS::Topic"] }, ["Topic fails"]],
  [
    "a topic with a subscriber",
    "topic-without-subscriber",
    { Topic: ["SNS::Topic", { Subscription: [{ Protocol: "email", Endpoint: "a@example.com" }] }] },
    [],
  ],
  [
    "a subscriber who cannot confirm",
    "topic-without-subscriber",
    { Topic: ["SNS::Topic", { Subscription: [{ Protocol: "email", Endpoint: "operators" }] }] },
    ["Topic fails"],
  ],
  [
    "a subscriber whom nobody knows",
    "topic-without-subscriber",
    { Topic: ["SNS::Topic", { Subscription: [{ Protocol: "email", Endpoint: anyone }] }] },
    ["Topic unknown"],
  ],
  ["20 here and 50 there", "alarms-contradict", { A: alarm({ Threshold: 20 }), B: alarm({ Threshold: 50 }) }, ["B fails"]],
  [
    "a warning for some and an emergency for others",
    "alarms-contradict",
    {
      A: alarm({ Threshold: 20, AlarmActions: ["arn:aws:sns:eu-west-3:1:a"] }),
      B: alarm({ Threshold: 50, AlarmActions: ["arn:aws:sns:eu-west-3:1:b"] }),
    },
    [],
  ],
  ["a service that nobody watches", "availability-alarm-missing", balancer("network"), ["Targets fails"]],
  [
    "a service that is watched",
    "availability-alarm-missing",
    balancer("network", {
      Alarm: alarm({ Namespace: "AWS/NetworkELB", MetricName: "UnHealthyHostCount", AlarmActions: [topic] }),
      Topic: ["SNS::Topic"],
    }),
    [],
  ],
  [
    "a service watched by a metric that nobody knows",
    "availability-alarm-missing",
    balancer("network", { Alarm: alarm({ MetricName: anyone }) }),
    ["Targets unknown"],
  ],
  ["a web ACL on a Network Load Balancer", "web-acl-on-network-balancer", balancer("network"), ["Balancer fails"]],
  ["a web ACL on an Application Load Balancer", "web-acl-on-network-balancer", balancer("application"), []],
])("%s (%s)", (_, rule, resources, found) => {
  expect(judged(alarmRules, rule, resources)).toEqual(found);
});
