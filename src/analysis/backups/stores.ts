import type { Database, DatabaseCluster } from "../../environment/databases.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe, type Unknown } from "../../environment/maybe.js";
import type { Node } from "../../environment/node.js";
import type { BackupPlan } from "../../environment/watching.js";

export type DataStore = Database | DatabaseCluster;

/** What has backups of its own: clusters, and database instances that are neither in one nor a copy of another. */
export const dataStoresOf = (environment: Environment): readonly DataStore[] => [
  ...environment.databaseClusters.values(),
  ...[...environment.databases.values()].filter(({ cluster, replicaOf }) => cluster === undefined && replicaOf === undefined),
];

type Selection = BackupPlan["selections"][number];

/** Does a pattern of resources (`*`, `arn:aws:rds:*:*:db:*`) mean a node? */
function patternMeans(pattern: string, node: Node): boolean {
  if (pattern === "*") return true;
  if (!pattern.includes("*")) return node.physicalId !== undefined && pattern.endsWith(node.physicalId);
  const service = /^arn:[^:]*:([^:]*):/.exec(pattern)?.[1];
  return service === "*" || (service !== undefined && node.type.toLowerCase().startsWith(`aws::${service}::`));
}

/** Does a selection hold a node? Tags of a selection are alternatives. */
export function selects(selection: Selection, node: Node): Maybe<boolean> {
  if (selection.nodes.includes(node.id)) return true;
  if (selection.resources.filter(isKnown).some((pattern) => patternMeans(pattern, node))) return true;
  const unsure: (Unknown | undefined)[] = [];
  for (const { key, value } of selection.tags) {
    const own = node.tags[key];
    if (own === undefined) continue;
    if (isUnknown(own) || isUnknown(value)) unsure.push([own, value].find(isUnknown));
    else if (own === value) return true;
  }
  const known = selection.nodes.length > 0 ? undefined : selection.resources.find(isUnknown);
  return [...unsure, known].find((each) => each !== undefined) ?? false;
}

export interface PlanFor {
  readonly plan: BackupPlan;
  readonly isCertain: boolean;
}

/** The plans that back a node up, surely or perhaps. */
export function plansFor(environment: Environment, node: Node): readonly PlanFor[] {
  const plans: PlanFor[] = [];
  for (const plan of environment.backupPlans.values()) {
    const answers = plan.selections.map((selection) => selects(selection, node));
    if (answers.includes(true)) plans.push({ plan, isCertain: true });
    else if (answers.some(isUnknown)) plans.push({ plan, isCertain: false });
  }
  return plans;
}
