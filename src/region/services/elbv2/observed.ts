import type { TargetHealth } from "../../../parts/balancers/spec.js";
import type { Records } from "../../records/records.js";
import { lastPart } from "./arns.js";
import { targetId } from "./nodes.js";
import { Listeners, TargetGroups, type LoadBalancer, type Target, type TargetGroup } from "./records.js";
import { newTarget, targetPlace } from "./targets.js";

/** What the nodes of a load balancer say, by zone. */
export type NodeReports = ReadonlyMap<string, readonly TargetHealth[]>;

/**
 * The target groups of a load balancer as they must be recorded after its nodes have reported; only those that change.
 * Pure, level-driven, and given the records as they are now: a target that was deregistered meanwhile is not brought back.
 */
export function observedGroups(records: Records, balancer: LoadBalancer, reports: NodeReports, now: number): TargetGroup[] {
  const listeners = records.list(Listeners).filter((listener) => listener.loadBalancerArn === balancer.arn);
  return [...new Set(listeners.map((listener) => listener.targetGroupArn))].flatMap((arn) => {
    const group = records.get(TargetGroups, arn);
    if (group === undefined) return [];
    const ids = new Set(listeners.filter((each) => each.targetGroupArn === arn).map((each) => lastPart(each.arn)));
    const targets = group.targets.flatMap((target) => {
      if (target.drainedAt !== undefined) return target.drainedAt <= now ? [] : [target];
      if ("unusable" in targetPlace(records, group, target))
        return [target.health === "registering" && !target.settled ? target : newTarget(target, now)];
      return [observedTarget(group, target, byZone(reports, ids, targetId(target)), now)];
    });
    const changed = targets.length !== group.targets.length || targets.some((target, index) => target !== group.targets[index]);
    return changed ? [{ ...group, targets }] : [];
  });
}

type Report = Pick<TargetHealth, "state" | "reason">;

/** What the node of each zone says of one target: healthy when any of the group's listeners finds it so. */
function byZone(reports: NodeReports, listenerIds: ReadonlySet<string>, id: string): ReadonlyMap<string, Report> {
  const zones = new Map<string, Report>();
  for (const [zone, healths] of reports) {
    const mine = healths.filter((health) => listenerIds.has(health.listenerId) && health.targetId === id);
    const said = (["healthy", "unhealthy", "checking"] as const).flatMap((state) =>
      mine.filter((health) => health.state === state),
    );
    if (said[0] !== undefined) zones.set(zone, said[0]);
  }
  return zones;
}

/**
 * One target, the same value when nothing is new. It is healthy when any node finds it so and sends it traffic. `checking` is no news: what was
 * known stands. A new target that fails is not unhealthy before the checks AWS would have made.
 */
function observedTarget(group: TargetGroup, target: Target, zones: ReadonlyMap<string, Report>, now: number): Target {
  const healthyIn = [...zones]
    .filter(([zone, said]) => said.state === "healthy" || (said.state === "checking" && target.healthyIn.includes(zone)))
    .map(([zone]) => zone);
  const failed = [...zones.values()].find((said) => said.state === "unhealthy");
  const next = ((): Target => {
    if (healthyIn.length > 0) {
      // Nobody sends it anything before the nodes have been told that it has settled, which the next look finds.
      if (!target.settled) return { ...target, settled: true, healthyIn };
      const { reason: _past, ...rest } = target;
      return { ...rest, health: "healthy", healthyIn };
    }
    if (failed === undefined) return target;
    const { intervalSeconds, unhealthyThreshold } = group.healthCheck;
    const early =
      !target.settled && target.health !== "unhealthy" && now - target.since < intervalSeconds * unhealthyThreshold * 1000;
    return { ...target, health: early ? "checking" : "unhealthy", healthyIn: [], reason: failed.reason };
  })();
  return same(target, next) ? target : next;
}

const same = (one: Target, other: Target): boolean =>
  one.health === other.health &&
  one.settled === other.settled &&
  one.reason === other.reason &&
  one.healthyIn.length === other.healthyIn.length &&
  one.healthyIn.every((zone) => other.healthyIn.includes(zone));
