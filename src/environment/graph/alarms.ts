import type { EnvironmentBuilder } from "../builder.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { Alarm } from "../watching.js";
import type { Catalogue } from "./catalogue.js";
import { draftsOf, type Draft } from "./node.js";
import type { Reading } from "./reading.js";

export function drawAlarms(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  for (const draft of draftsOf(catalogue, "AWS::CloudWatch::Alarm")) builder.add("alarms", alarmOf(draft));
  for (const { node, read } of draftsOf(catalogue, "AWS::CloudWatch::CompositeAlarm"))
    builder.add("alarms", {
      ...node,
      metric: undefined,
      namespace: undefined,
      dimensions: [],
      comparison: new Unknown("it is made of other alarms and compares nothing itself"),
      threshold: undefined,
      statistic: undefined,
      period: undefined,
      evaluationPeriods: 1,
      datapointsToAlarm: undefined,
      treatMissingData: "missing",
      isComputed: true,
      ...actionsOf(read),
    });
}

function alarmOf({ node, read }: Draft): Alarm {
  const metrics = read.at("Metrics").list();
  const [only] = metrics;
  // A single metric may be written as a list of one query; what computes has no metric of its own.
  const stat = metrics.length === 1 && only !== undefined ? only.at("MetricStat") : undefined;
  const metric = stat === undefined ? read : stat.at("Metric");
  const { statistic, period } =
    stat === undefined
      ? { statistic: read.either("Statistic", "ExtendedStatistic"), period: read.at("Period") }
      : { statistic: stat.at("Stat"), period: stat.at("Period") };
  return {
    ...node,
    metric: metric.at("MetricName").text(),
    namespace: metric.at("Namespace").text(),
    dimensions: metric.at("Dimensions").list().map(dimensionOf),
    comparison: read.at("ComparisonOperator").text() ?? new Unknown(`${node.id} says not how it compares`),
    threshold: read.at("Threshold").number(),
    statistic: statistic.text(),
    period: period.number(),
    evaluationPeriods: read.at("EvaluationPeriods").number(1),
    datapointsToAlarm: read.at("DatapointsToAlarm").number(),
    treatMissingData: read.at("TreatMissingData").text("missing"),
    isComputed: metrics.length > 1 || (only !== undefined && !only.at("MetricStat").given),
    ...actionsOf(read),
  };
}

/** Dimensions whose values are names or ids of resources, and the types of these. */
const named: Readonly<Record<string, string>> = {
  AutoScalingGroupName: "AWS::AutoScaling::AutoScalingGroup",
  BucketName: "AWS::S3::Bucket",
  DBClusterIdentifier: "AWS::RDS::DBCluster",
  DBInstanceIdentifier: "AWS::RDS::DBInstance",
  InstanceId: "AWS::EC2::Instance",
  LoadBalancer: "AWS::ElasticLoadBalancingV2::LoadBalancer",
  LogGroupName: "AWS::Logs::LogGroup",
  NatGatewayId: "AWS::EC2::NatGateway",
  TargetGroup: "AWS::ElasticLoadBalancingV2::TargetGroup",
  TopicName: "AWS::SNS::Topic",
  WebACL: "AWS::WAFv2::WebACL",
};

function dimensionOf(dimension: Reading): Alarm["dimensions"][number] {
  const name = dimension.at("Name").rendered();
  const value = dimension.at("Value");
  const type = named[name];
  const node = value.refers() ?? (type === undefined ? undefined : nodeNamed(value, type));
  return {
    name,
    value: value.text() ?? new Unknown(`the dimension ${name} has no value`),
    ...(typeof node === "string" ? { node } : {}),
  };
}

/** Load balancers and target groups are named by the end of their ARN (`net/web/50dc6c495c0c9188`). */
function nodeNamed(value: Reading, type: string): Maybe<string> | undefined {
  const node = value.node(type);
  const text = value.text();
  if (typeof node === "string" || typeof text !== "string" || !text.includes("/")) return node;
  return (
    value.catalogue
      .of(type)
      .find(({ physicalId = "" }) => /[:/]$/.test(physicalId.slice(0, -text.length)) && physicalId.endsWith(text))?.id ?? node
  );
}

type Actions = Pick<Alarm, "actionsEnabled" | "alarmActions" | "okActions" | "insufficientDataActions">;

/** Each is the node that it names (a topic, a scaling policy), else the ARN as written. */
function actionsOf(read: Reading): Actions {
  const texts = (name: string): readonly Maybe<string>[] =>
    read
      .at(name)
      .list()
      .map((action) => action.refers() ?? nodeOrText(action));
  return {
    actionsEnabled: read.at("ActionsEnabled").flag(true),
    alarmActions: texts("AlarmActions"),
    okActions: texts("OKActions"),
    insufficientDataActions: texts("InsufficientDataActions"),
  };
}

function nodeOrText(action: Reading): Maybe<string> {
  const node = action.node("AWS::SNS::Topic", "AWS::AutoScaling::ScalingPolicy");
  return typeof node === "string" ? node : action.text("");
}
