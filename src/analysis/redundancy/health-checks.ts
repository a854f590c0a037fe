import type { Environment } from "../../environment/environment.js";
import type { Balancer, TargetGroup } from "../../environment/balancing.js";
import { isKnown, isUnknown, Unknown, type Maybe } from "../../environment/maybe.js";
import type { Rule } from "../finding.js";
import { portIn, reachabilityOf, tcp } from "../reaching.js";
import { at, listed, notKnown, ruleOn } from "../rule.js";
import { targetsOf } from "./zones.js";

const healthGuide = "Elastic Load Balancing User Guide: Health checks for Application Load Balancer target groups";

/** As long as this, and a target that is well again is missed for too long; the defaults (5 checks of 30 s) stay below. Seconds. */
const slow = 180;

export const slowHealthCheck: Rule = ruleOn(
  "targetGroups",
  {
    id: "health-check-slow",
    subject: "redundancy",
    severity: "low",
    summary: "A health check that takes minutes to find a target well, or dead",
    sources: [healthGuide],
  },
  function* (group) {
    const { interval, healthyThreshold, unhealthyThreshold, timeout } = group.healthCheck;
    const unsure = [interval, healthyThreshold, unhealthyThreshold, timeout].find(isUnknown);
    const said = {
      title: "takes minutes to notice",
      reason: "It is the interval times the threshold.",
      fix: "an interval of 10 s, 2 or 3 checks to find it healthy, 2 to find it unhealthy",
      ...at(group, "HealthCheckIntervalSeconds"),
    };
    if (unsure !== undefined) yield notKnown({ ...said, title: "may take minutes to notice" }, unsure);
    if (isUnknown(interval) || isUnknown(healthyThreshold) || isUnknown(unhealthyThreshold) || isUnknown(timeout)) return;
    const well = interval * healthyThreshold;
    const dead = interval * unhealthyThreshold + timeout;
    if (well < slow && dead < slow) return;
    yield {
      ...said,
      reason: `${String(healthyThreshold)} checks of ${String(interval)} s: a target that is well again gets requests after ${String(well)} s (a new one after its first pass). A dead one gets them for up to ${String(dead)} s (${String(unhealthyThreshold)} x ${String(interval)} s + ${String(timeout)} s).`,
    };
  },
);

/** The balancers whose listeners send to a target group. */
const balancersOf = (environment: Environment, group: TargetGroup): readonly Balancer[] => [
  ...new Set(
    [...environment.listeners.values()]
      .filter(({ rules }) =>
        rules.some(({ actions }) =>
          actions.some((action) => action.kind === "forward" && action.targetGroups.includes(group.id)),
        ),
      )
      .flatMap(({ balancer }) => (isKnown(balancer) ? (environment.balancers.get(balancer) ?? []) : [])),
  ),
];

/** The ports that are checked: each target's own, unless one is named. */
function checkedPorts(group: TargetGroup): readonly Maybe<number>[] {
  const { port } = group.healthCheck;
  if (isUnknown(port) || port !== "traffic-port") return [port];
  const own = group.targets.map((target) => target.port);
  return own.length === 0 ? [group.port] : [...new Set(own)];
}

export const closedHealthCheck: Rule = ruleOn(
  "targetGroups",
  {
    id: "health-check-port-closed",
    subject: "redundancy",
    severity: "critical",
    summary: "A health check that does not get through to its targets",
    sources: [
      healthGuide,
      "Elastic Load Balancing User Guide: Troubleshoot your Application Load Balancers (targets are not in service)",
    ],
  },
  function* (group, environment) {
    const ports = checkedPorts(group);
    const said = {
      title: "its health checks do not get through",
      reason: "The load balancer's nodes cannot open a connection to the targets.",
      fix: "let the load balancer's group in on that port in the targets' group",
      ...at(group, "HealthCheckPort"),
    };
    const balancers = balancersOf(environment, group);
    const targets = targetsOf(environment, group);
    if (balancers.length === 0 || targets.length === 0) return;
    const unsure = ports.find(isUnknown);
    const perhapsSaid = { ...said, title: "perhaps its health checks do not get through" };
    if (unsure !== undefined) yield notKnown(perhapsSaid, unsure);
    const reachability = reachabilityOf(environment);
    const paths = balancers.flatMap(({ interfaces }) =>
      interfaces.flatMap((from) => targets.flatMap((target) => target.interfaces.map((to) => ({ from, to, target })))),
    );
    const opened = paths.map((path) => ({
      ...path,
      opening: reachability.opening({ kind: "interface", id: path.from }, path.to),
    }));
    for (const port of ports.filter(isKnown)) {
      const named = (state: "closed" | "unknown") => [
        ...new Set(opened.filter(({ opening }) => portIn(opening, tcp, port) === state).map(({ target }) => target.name)),
      ];
      const [closed, perhaps] = [named("closed"), named("unknown")];
      const reason = `${listed(balancers.map(({ name }) => name))} to ${listed(closed.length > 0 ? closed : perhaps)} on TCP ${String(port)}: a group, an ACL or a route stops it. Targets that fail their checks get no requests (an Application Load Balancer with none healthy sends to all, and they answer with errors).`;
      if (closed.length > 0) yield { ...said, reason };
      else if (perhaps.length > 0) yield notKnown({ ...perhapsSaid, reason }, new Unknown("something on the way is not said"));
    }
  },
);
