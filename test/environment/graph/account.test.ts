import { expect, test } from "vitest";
import { alarmRules } from "../../../src/analysis/alarms/rules.js";
import { redundancyRules } from "../../../src/analysis/redundancy/rules.js";
import type { Described, Description } from "../../../src/environment/described.js";
import { graphOf } from "../../../src/environment/graph/graph.js";

const graph = (resources: readonly Described[], more: Partial<Description> = {}) =>
  graphOf({ sources: ["live"], from: "account", region: "eu-west-3", account: "1", resources, ...more });

const verdicts = (rule: string, ...of: Parameters<typeof graph>): readonly string[] =>
  [...alarmRules, ...redundancyRules]
    .filter(({ id }) => id === rule)
    .flatMap((each) => each.judge(graph(...of)))
    .map(({ resource, verdict }) => `${resource.id} ${verdict}`);

const topic: Described = { id: "Topic", type: "AWS::SNS::Topic", physicalId: "arn:aws:sns:eu-west-3:1:ops", properties: {} };
const subscription = (attributes: Described["properties"]): Described => ({
  id: "Mail",
  type: "AWS::SNS::Subscription",
  properties: { TopicArn: "arn:aws:sns:eu-west-3:1:ops", Protocol: "email", Endpoint: "ops@example.com" },
  attributes,
});
const targets: Described = {
  id: "Targets",
  type: "AWS::ElasticLoadBalancingV2::TargetGroup",
  physicalId: "arn:aws:elasticloadbalancing:eu-west-3:1:targetgroup/web/0123456789abcdef",
  properties: { Protocol: "TCP", Port: 80 },
};
const refused = (type: string) => ({ unexamined: [{ id: type, type, why: "it was refused" }] });

test("a subscription that nobody has confirmed hears nothing", () => {
  expect(verdicts("topic-without-subscriber", [topic, subscription({ PendingConfirmation: true })])).toEqual(["Topic fails"]);
  expect(verdicts("topic-without-subscriber", [topic, subscription({})])).toEqual([]);
});

test("an alarm's dimension names a target group by the end of its ARN, and no other", () => {
  const alarm = (Value: string): Described => ({
    id: "Alarm",
    type: "AWS::CloudWatch::Alarm",
    properties: { Namespace: "AWS/NetworkELB", MetricName: "UnHealthyHostCount", Dimensions: [{ Name: "TargetGroup", Value }] },
  });
  const nodeOf = (value: string) => graph([targets, alarm(value)]).alarms.get("Alarm")?.dimensions[0]?.node;
  expect(nodeOf("targetgroup/web/0123456789abcdef")).toBe("Targets");
  expect(nodeOf("group/web/0123456789abcdef")).toBeUndefined();
});

test("where alarms or scaling policies were refused, that there are none is not known", () => {
  expect(verdicts("availability-alarm-missing", [targets])).toEqual(["Targets fails"]);
  expect(verdicts("availability-alarm-missing", [targets], refused("AWS::CloudWatch::Alarm"))).toEqual(["Targets unknown"]);
  const hosts: Described = { id: "Hosts", type: "AWS::AutoScaling::AutoScalingGroup", properties: { MinSize: 1, MaxSize: 3 } };
  expect(verdicts("auto-scaling-group-never-scales", [hosts])).toEqual(["Hosts fails"]);
  expect(verdicts("auto-scaling-group-never-scales", [hosts], refused("AWS::AutoScaling::ScalingPolicy"))).toEqual([
    "Hosts unknown",
  ]);
});

test("an image is known by its name where the account tells it", () => {
  const host: Described = { id: "Host", type: "AWS::EC2::Instance", properties: { ImageId: "ami-1" } };
  const { settings } = graph([host], { imageNames: new Map([["ami-1", "ubuntu-noble-24.04"]]) }).instances.get("Host") ?? {};
  expect(settings).toMatchObject({ image: "ami-1", imageName: "ubuntu-noble-24.04" });
});
