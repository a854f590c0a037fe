import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { Alarm } from "../../environment/watching.js";
import type { Rule, Said } from "../finding.js";
import { at, notKnown, ruleOn } from "../rule.js";
import { namespaces, type Metric } from "./metrics.js";

const alarmGuide = "Amazon CloudWatch User Guide: Using Amazon CloudWatch alarms";

export function metricOf({ namespace, metric }: Alarm): Metric | undefined {
  if (namespace === undefined || metric === undefined || isUnknown(namespace) || isUnknown(metric)) return undefined;
  return namespaces[namespace]?.metrics.get(metric);
}

/** `AWS/RDS FreeStorageSpace`. */
export const metricText = ({ namespace, metric }: Alarm): string =>
  [namespace, metric]
    .map((part) => (part === undefined ? "" : isUnknown(part) ? "?" : part))
    .join(" ")
    .trim();

export const reversedComparison: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-comparison-reversed",
    subject: "alarms",
    severity: "high",
    summary: "An alarm that is raised while all is well, and silent when it is not",
    sources: [
      alarmGuide,
      "Amazon RDS User Guide: Amazon CloudWatch metrics for Amazon RDS",
      "Elastic Load Balancing User Guide: CloudWatch metrics",
    ],
  },
  function* (alarm, environment) {
    const metric = metricOf(alarm);
    if (metric === undefined) return;
    if (metric.bad === "either") {
      yield* reversedLoad(alarm, metric, environment);
      return;
    }
    const said = {
      title: "compares the wrong way round",
      reason: `${metricText(alarm)} is bad when it is ${metric.bad}. Raised on the good side, the alarm is on while all is well, and off when it is not.`,
      fix: `use ${metric.bad === "low" ? "LessThanThreshold" : "GreaterThanThreshold"}`,
      ...at(alarm, "ComparisonOperator"),
    };
    if (isUnknown(alarm.comparison)) {
      yield notKnown({ ...said, title: "may compare the wrong way round" }, alarm.comparison);
      return;
    }
    const isGood = metric.bad === "low" ? /^Greater/ : /^Less(?!ThanLowerOrGreater)/;
    if (isGood.test(alarm.comparison))
      yield {
        ...said,
        reason: `${alarm.comparison}${isKnown(alarm.threshold) && alarm.threshold !== undefined ? ` ${String(alarm.threshold)}` : ""}, but ${said.reason}`,
      };
  },
);

/** Less than this part of a share is idle; to be below more than half of it is the rule. */
const idle = 0.5;

/** A load may be too low as well as too high, but one below 80 % is no news. */
function* reversedLoad(alarm: Alarm, { range }: Metric, environment: Environment): Generator<Said> {
  const { threshold, comparison, statistic } = alarm;
  const [, most] = range;
  if (most === Infinity || statistic === "Sum" || statistic === "SampleCount") return;
  if (threshold === undefined || isUnknown(threshold) || threshold < most * idle) return;
  if (isKnown(comparison) && !/^LessThan(?:OrEqualTo)?Threshold$/.test(comparison)) return;
  const notifies = onlyNotifies(alarm, environment);
  if (notifies === false) return;
  const said = {
    title: "compares the wrong way round",
    reason: `${isKnown(comparison) ? comparison : "LessThanThreshold"} ${String(threshold)}, but ${metricText(alarm)} is below that while all is well: a threshold of ${String(most * idle)} or more of ${String(most)} is a limit of load, not of idleness. The alarm tells people (it scales nothing in) while there is nothing to do, and is silent under load.`,
    fix: "use GreaterThanThreshold; to hear of what stands idle take a low threshold, e.g. LessThanThreshold 5",
    ...at(alarm, "ComparisonOperator"),
  };
  const unsure = [comparison, notifies].find(isUnknown);
  yield unsure === undefined ? said : notKnown({ ...said, title: "may compare the wrong way round" }, unsure);
}

/** Is all that it does to tell somebody? What it does besides (scaling in, stopping a host) is a use of a low load. */
function onlyNotifies({ alarmActions }: Alarm, { topics }: Environment): Maybe<boolean> {
  const isTold = alarmActions.filter(isKnown).map((action) => topics.has(action) || /:sns:/.test(action));
  return isTold.includes(false) ? false : (alarmActions.find(isUnknown) ?? isTold.length > 0);
}

export const thresholdOutOfRange: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-threshold-out-of-range",
    subject: "alarms",
    severity: "high",
    summary: "An alarm whose threshold its metric never passes, or always has",
    sources: [alarmGuide],
  },
  function* (alarm) {
    const metric = metricOf(alarm);
    const { threshold, comparison, statistic } = alarm;
    if (metric === undefined || threshold === undefined || isUnknown(comparison)) return;
    if (isUnknown(threshold)) {
      if (metric.range[1] === Infinity) return;
      yield notKnown(
        {
          title: "its threshold may be out of range",
          reason: `${metricText(alarm)} is between ${metric.range.join(" and ")}.`,
          fix: "take a threshold between them",
          ...at(alarm, "Threshold"),
        },
        threshold,
      );
      return;
    }
    // A sum of shares over a period is no share.
    const most = statistic === "Sum" || statistic === "SampleCount" ? Infinity : metric.range[1];
    const [least] = metric.range;
    const never =
      (comparison === "GreaterThanThreshold" && threshold >= most) ||
      (comparison === "GreaterThanOrEqualToThreshold" && threshold > most) ||
      (comparison === "LessThanThreshold" && threshold <= least) ||
      (comparison === "LessThanOrEqualToThreshold" && threshold < least);
    const always =
      (comparison === "GreaterThanThreshold" && threshold < least) ||
      (comparison === "GreaterThanOrEqualToThreshold" && threshold <= least) ||
      (comparison === "LessThanThreshold" && threshold > most) ||
      (comparison === "LessThanOrEqualToThreshold" && threshold >= most);
    if (!never && !always) return;
    yield {
      title: never ? "can never be raised" : "is always raised",
      reason: `${metricText(alarm)} is ${most === Infinity ? `${String(least)} and above` : `between ${String(least)} and ${String(most)}`}, and the alarm asks for ${comparison} ${String(threshold)}.`,
      fix: "take a threshold that the metric passes only when something is wrong",
      ...at(alarm, "Threshold"),
    };
  },
);

export const impossibleDatapoints: Rule = ruleOn(
  "alarms",
  {
    id: "alarm-datapoints-impossible",
    subject: "alarms",
    severity: "high",
    summary: "An alarm that wants more data points than it looks at",
    sources: ["Amazon CloudWatch User Guide: Evaluating an alarm (M out of N)"],
  },
  function* (alarm) {
    const { datapointsToAlarm: wanted, evaluationPeriods: seen } = alarm;
    if (wanted === undefined) return;
    const said = {
      title: "wants more data points than it looks at",
      reason: `It wants ${isUnknown(wanted) ? "?" : String(wanted)} of the last ${isUnknown(seen) ? "?" : String(seen)}: CloudWatch refuses that.`,
      fix: "set DatapointsToAlarm to at most EvaluationPeriods",
      ...at(alarm, "DatapointsToAlarm"),
    };
    const unsure = [wanted, seen].find(isUnknown);
    if (unsure !== undefined) yield notKnown(said, unsure);
    else if (isKnown(wanted) && isKnown(seen) && wanted > seen) yield said;
  },
);
