import { isUnknown } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { at, notKnown, ruleOn, untold } from "../rule.js";

export const hostHealthOnly: Rule = ruleOn(
  "autoScalingGroups",
  {
    id: "dead-application-is-not-replaced",
    subject: "redundancy",
    severity: "medium",
    summary: "An Auto Scaling group behind a load balancer that looks at hosts only (health check type EC2)",
    sources: [
      "Amazon EC2 Auto Scaling User Guide: Health checks for instances in an Auto Scaling group",
      "AWS Security Hub control AutoScaling.1",
    ],
  },
  function* (group) {
    const { healthCheckType } = group;
    if (group.targetGroups.length === 0 || (!isUnknown(healthCheckType) && /ELB/.test(healthCheckType))) return;
    const said = {
      title: "never replaces a host whose application is dead",
      reason:
        "Its health check type is EC2: the load balancer finds the target unhealthy and sends it nothing, and the group sees a running host and keeps it, for ever.",
      fix: "set HealthCheckType to ELB, with a grace period longer than the application's start",
      ...at(group, "HealthCheckType"),
    };
    yield isUnknown(healthCheckType) ? notKnown(said, healthCheckType) : said;
  },
);

export const noScalingPolicy: Rule = ruleOn(
  "autoScalingGroups",
  {
    id: "auto-scaling-group-never-scales",
    subject: "redundancy",
    severity: "low",
    summary: "An Auto Scaling group with room to grow and nothing that makes it",
    sources: ["Amazon EC2 Auto Scaling User Guide: Dynamic scaling for Amazon EC2 Auto Scaling"],
  },
  function* (group, environment) {
    const { minSize, maxSize } = group;
    if (group.scalingPolicies.length > 0) return;
    const said = {
      title: "nothing changes how many hosts it has",
      reason: `It may have ${isUnknown(minSize) ? "?" : String(minSize)} to ${isUnknown(maxSize) ? "?" : String(maxSize)}, and no scaling policy: it stays at what was asked for, whatever the load.`,
      fix: "add a target tracking policy (ASGAverageCPUUtilization or ALBRequestCountPerTarget), or set both sizes alike",
      ...at(group, "MaxSize"),
    };
    const unsure = [minSize, maxSize].find(isUnknown) ?? untold(environment, "AWS::AutoScaling::ScalingPolicy");
    if (minSize === maxSize && !isUnknown(minSize)) return;
    yield unsure === undefined ? said : notKnown(said, unsure);
  },
);
