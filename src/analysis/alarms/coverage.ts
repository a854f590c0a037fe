import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { Alarm } from "../../environment/watching.js";
import type { Rule } from "../finding.js";
import { listed, notKnown, ruleOn, ruleOver, untold } from "../rule.js";
import { metricText } from "./comparison.js";

const direction = ({ comparison }: Alarm): string =>
  isKnown(comparison) ? (/^(Greater|Less)/.exec(comparison)?.[1] ?? comparison) : "";

/** What makes two alarms the same, but for the threshold: what they watch, and whom they tell. */
function sameness(alarm: Alarm): string | undefined {
  const { namespace, metric, dimensions, statistic, alarmActions, comparison } = alarm;
  const values = dimensions.map(({ name, value, node }) => `${name}=${node ?? (isKnown(value) ? value : "?")}`).sort();
  const isVague =
    [namespace, metric, comparison].some((part) => part === undefined || isUnknown(part)) ||
    values.some((value) => value.endsWith("=?"));
  if (isVague || alarm.isComputed) return undefined;
  const actions = alarmActions.map((action) => (isKnown(action) ? action : action.why)).sort();
  return JSON.stringify([namespace, metric, values, isKnown(statistic) ? statistic : "", direction(alarm), actions]);
}

export const contradicting: Rule = ruleOver(
  {
    id: "alarms-contradict",
    subject: "alarms",
    severity: "low",
    summary: "Two alarms on the same metric, for the same people, with different thresholds",
    sources: ["AWS Well-Architected Framework: OPS08 (alerts that are actionable)"],
  },
  function* (environment) {
    const alike = new Map<string, Alarm[]>();
    for (const alarm of environment.alarms.values()) {
      const key = sameness(alarm);
      if (key !== undefined) alike.set(key, [...(alike.get(key) ?? []), alarm]);
    }
    for (const [first, ...others] of alike.values()) {
      if (first === undefined) continue;
      const other = others.find(
        ({ threshold }) => isKnown(threshold) && isKnown(first.threshold) && threshold !== first.threshold,
      );
      if (other === undefined) continue;
      yield [
        other,
        {
          title: `contradicts ${first.name}`,
          reason: `Both watch ${metricText(first)} of the same resource and tell the same people, one at ${String(first.threshold)}, the other at ${String(other.threshold)}: which of them means that something must be done?`,
          fix: "keep one; or send the warning and the emergency to different topics",
        },
      ];
    }
  },
);

/** Metrics that say that a service does not answer. */
const ofAvailability: readonly string[] = [
  "UnHealthyHostCount",
  "HealthyHostCount",
  "StatusCheckFailed",
  "StatusCheckFailed_Instance",
  "HTTPCode_ELB_5XX_Count",
  "HTTPCode_ELB_503_Count",
  "HTTPCode_Target_5XX_Count",
  "HealthCheckStatus",
  "SuccessPercent",
  "ZonalHealthStatus",
];

/** An alarm on a metric that its namespace does not have measures nothing. */
const watchesAvailability = ({ metric, namespace }: Alarm): boolean =>
  isKnown(metric) &&
  metric !== undefined &&
  ofAvailability.includes(metric) &&
  !(namespace === "AWS/NetworkELB" && metric.startsWith("HTTPCode"));

export const noAvailabilityAlarm: Rule = ruleOver(
  {
    id: "availability-alarm-missing",
    subject: "alarms",
    severity: "medium",
    summary: "A service behind a load balancer, and no alarm that says that it does not answer",
    sources: [
      "Elastic Load Balancing User Guide: CloudWatch metrics (UnHealthyHostCount)",
      "AWS Well-Architected Framework: REL06-BP01 Monitor all components for the workload",
    ],
  },
  function* (environment) {
    const groups = [...environment.targetGroups.values()];
    const alarms = [...environment.alarms.values()];
    const [first] = groups;
    if (first === undefined || alarms.some(watchesAvailability)) return;
    const said = {
      title: "no alarm says that the service does not answer",
      reason: `${alarms.length === 0 ? "There is no alarm at all" : `The ${String(alarms.length)} alarms watch ${listed([...new Set(alarms.map(({ metric }) => (metric === undefined || isUnknown(metric) ? "?" : metric)))])}`}: ${listed(groups.map(({ name }) => name))} may have no healthy target left, and users tell first.`,
      fix: "alarm on UnHealthyHostCount (Maximum > 0 for 2 minutes) or HealthyHostCount (Minimum < 1) of each target group",
    };
    const unsure =
      alarms.map(({ metric }) => metric).find((metric) => metric !== undefined && isUnknown(metric)) ??
      untold(environment, "AWS::CloudWatch::Alarm");
    yield [first, unsure !== undefined && isUnknown(unsure) ? notKnown(said, unsure) : said];
  },
);

export const webAclOnNetworkBalancer: Rule = ruleOn(
  "balancers",
  {
    id: "web-acl-on-network-balancer",
    subject: "exposure",
    severity: "high",
    summary: "A web ACL on a Network Load Balancer, which takes none",
    sources: ["AWS WAF Developer Guide: Resources that you can protect with AWS WAF"],
  },
  function* (balancer, environment) {
    const acls = [...environment.webAcls.values()].filter(({ associated }) => associated.includes(balancer.id));
    if (balancer.kind === "application" || (acls.length === 0 && balancer.webAcl === undefined)) return;
    yield {
      title: "takes no web ACL",
      reason: `AWS WAF protects Application Load Balancers, CloudFront, API Gateway and others that read HTTP; a ${balancer.kind === "network" ? "Network" : "Gateway"} Load Balancer passes connections on unread. The association${acls.length === 0 ? "" : ` of ${listed(acls.map(({ name }) => name))}`} is refused, and the stack with it.`,
      fix: "put an Application Load Balancer (or CloudFront) in front, or leave the web ACL out",
    };
  },
);
