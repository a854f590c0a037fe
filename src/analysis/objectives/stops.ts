import type { Environment } from "../../environment/environment.js";
import type { NodeId } from "../../environment/node.js";
import { unreachableBalancer } from "../exposure/groups.js";
import type { Finding } from "../finding.js";
import { closedHealthCheck } from "../redundancy/health-checks.js";
import type { Stop } from "./path.js";

/** Of one environment, asked once for all of its paths. */
const asked = new WeakMap<Environment, readonly Finding[]>();

function findingsOf(environment: Environment): readonly Finding[] {
  const found = asked.get(environment) ?? [unreachableBalancer, closedHealthCheck].flatMap((rule) => rule.judge(environment));
  asked.set(environment, found);
  return found;
}

/** What the rules about reachability have found on the way from these listeners to these target groups. */
export const stopsAt = (environment: Environment, parts: ReadonlySet<NodeId>): readonly Stop[] =>
  findingsOf(environment)
    .filter(({ resource }) => parts.has(resource.id))
    .map(({ resource, title, verdict, rule }) => ({
      why: `${resource.name}: ${title} (${rule}), and what does not get through is not available`,
      certain: verdict === "fails",
    }));
