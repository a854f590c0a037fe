import { type CompositeAlarm, type MetricAlarm, type MetricDataQuery, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import type { Described, Said } from "../described.js";
import { told } from "../told.js";
import type { Names } from "./names.js";
import type { ReadRoom } from "./room.js";

const alarmType = "AWS::CloudWatch::Alarm";
const compositeType = "AWS::CloudWatch::CompositeAlarm";

/** Alarms on metrics, and those made of other alarms. Their tags are not asked for: that takes a request each, and no rule looks for them. */
export const readAlarms: ReadRoom = async (clients, reading) => {
  const client = await clients.cloudwatch();
  const pages = await reading.all(
    "cloudwatch:DescribeAlarms",
    [alarmType, compositeType],
    paginateDescribeAlarms({ client }, { AlarmTypes: ["MetricAlarm", "CompositeAlarm"] }),
    (page) => [page],
  );
  const alarms = pages.flatMap(({ MetricAlarms }) => MetricAlarms ?? []);
  const composites = pages.flatMap(({ CompositeAlarms }) => CompositeAlarms ?? []);
  return {
    register: (names) => {
      for (const { AlarmName = "", AlarmArn } of alarms)
        names.register({ type: alarmType, physicalId: AlarmName, also: [AlarmArn] });
      for (const { AlarmName = "", AlarmArn } of composites)
        names.register({ type: compositeType, physicalId: AlarmName, also: [AlarmArn] });
    },
    describe: (names) => [
      ...alarms.map((alarm) => describeAlarm(alarm, names)),
      ...composites.map((alarm) => ({
        id: names.idOf(compositeType, alarm.AlarmName),
        type: compositeType,
        physicalId: alarm.AlarmName,
        properties: told({ AlarmName: alarm.AlarmName, AlarmRule: alarm.AlarmRule, ...actionsOf(alarm, names) }),
      })),
    ],
  };
};

const describeAlarm = (alarm: MetricAlarm, names: Names): Described => ({
  id: names.idOf(alarmType, alarm.AlarmName),
  type: alarmType,
  physicalId: alarm.AlarmName,
  properties: told({
    AlarmName: alarm.AlarmName,
    Namespace: alarm.Namespace,
    MetricName: alarm.MetricName,
    Dimensions: alarm.MetricName === undefined ? undefined : dimensionsOf(alarm.Dimensions),
    Statistic: alarm.Statistic,
    ExtendedStatistic: alarm.ExtendedStatistic,
    Period: alarm.Period,
    EvaluationPeriods: alarm.EvaluationPeriods,
    DatapointsToAlarm: alarm.DatapointsToAlarm,
    Threshold: alarm.Threshold,
    ComparisonOperator: alarm.ComparisonOperator,
    TreatMissingData: alarm.TreatMissingData,
    Metrics: (alarm.Metrics ?? []).length === 0 ? undefined : (alarm.Metrics ?? []).map(describeQuery),
    ...actionsOf(alarm, names),
  }),
});

const dimensionsOf = (dimensions: MetricAlarm["Dimensions"]): Said =>
  (dimensions ?? []).map(({ Name, Value }) => told({ Name, Value }));

const describeQuery = ({ Id, Expression, MetricStat, Period, ReturnData }: MetricDataQuery): Said =>
  told({
    Id,
    Expression,
    Period,
    ReturnData,
    MetricStat:
      MetricStat === undefined
        ? undefined
        : told({
            Period: MetricStat.Period,
            Stat: MetricStat.Stat,
            Metric: told({
              Namespace: MetricStat.Metric?.Namespace,
              MetricName: MetricStat.Metric?.MetricName,
              Dimensions: dimensionsOf(MetricStat.Metric?.Dimensions),
            }),
          }),
  });

/** Topics and scaling policies by reference; what else an alarm may start (an EC2 action, a function) as its ARN. */
function actionsOf(alarm: MetricAlarm | CompositeAlarm, names: Names): Record<string, Said | undefined> {
  const refs = (arns: readonly string[] | undefined): Said | undefined =>
    (arns ?? []).length === 0 ? undefined : (arns ?? []).map((arn) => refOf(arn, names));
  return {
    ActionsEnabled: alarm.ActionsEnabled,
    AlarmActions: refs(alarm.AlarmActions),
    OKActions: refs(alarm.OKActions),
    InsufficientDataActions: refs(alarm.InsufficientDataActions),
  };
}

const refOf = (arn: string, names: Names): Said =>
  ["AWS::SNS::Topic", "AWS::AutoScaling::ScalingPolicy"]
    .map((type) => names.ref(type, arn))
    .find((said) => typeof said !== "string") ?? arn;
