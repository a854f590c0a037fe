import type { TargetHealth } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Records } from "../../records/records.js";
import { attribute, loadBalancerAttributes, targetGroupAttributes } from "./attributes.js";
import { Listeners, LoadBalancers, type LoadBalancer, type Target, type TargetGroup } from "./records.js";
import { targetPlace } from "./targets.js";

/**
 * The state of a target as DescribeTargetHealth tells it, with AWS's reason codes and words. Pure.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
 */
export function targetHealth(records: Records, group: TargetGroup, target: Target): TargetHealth {
  if (target.drainedAt !== undefined)
    return { State: "draining", Reason: "Target.DeregistrationInProgress", Description: "Target deregistration is in progress" };
  const balancer = balancerOf(records, group.arn);
  if (balancer === undefined)
    return {
      State: "unused",
      Reason: "Target.NotInUse",
      Description: "Target group is not configured to receive traffic from the load balancer",
    };
  const place = targetPlace(records, group, target);
  if ("unusable" in place)
    return place.unusable === "pending"
      ? registering
      : { State: "unused", Reason: "Target.InvalidState", Description: `Target is in the ${place.unusable} state` };
  if (place.zone !== "all" && !balancer.nodes.some((node) => node.zone === place.zone))
    return {
      State: "unused",
      Reason: "Target.NotInUse",
      Description: "Target is in an Availability Zone that is not enabled for the load balancer",
    };
  switch (target.health) {
    case "registering":
      return registering;
    case "checking":
      return { State: "initial", Reason: "Elb.InitialHealthChecking", Description: "Initial health checks in progress" };
    case "healthy":
      return { State: "healthy" };
    case "unhealthy":
      return { State: "unhealthy", Reason: "Target.FailedHealthChecks", Description: "Health checks failed" };
  }
}

const registering: TargetHealth = {
  State: "initial",
  Reason: "Elb.RegistrationInProgress",
  Description: "Target registration is in progress",
};

/** The load balancer that a group is used by. */
export function balancerOf(records: Records, groupArn: string): LoadBalancer | undefined {
  const listener = records.list(Listeners).find((each) => each.targetGroupArn === groupArn);
  return listener === undefined ? undefined : records.get(LoadBalancers, listener.loadBalancerArn);
}

/** Does a node of `zone` use this target? Across zones only when the group, or else the load balancer, says so. Pure. */
export function usedFrom(zone: string, targetZone: string, balancer: LoadBalancer, group: TargetGroup): boolean {
  if (targetZone === "all" || targetZone === zone) return true;
  const said = attribute(targetGroupAttributes(group.targetType), group.attributes, "load_balancing.cross_zone.enabled");
  const crossZone =
    said === "use_load_balancer_configuration"
      ? attribute(loadBalancerAttributes, balancer.attributes, "load_balancing.cross_zone.enabled")
      : said;
  return crossZone === "true" && balancer.nodes.some((node) => node.zone === targetZone);
}
