import type { Scope } from "../../operations/call.js";
import type { Records } from "../../records/records.js";
import { DBClusters, DBInstances, type DBInstance } from "./records.js";
import { serversOf } from "./servers.js";

/** Servers of one database that copy each other, in one VPC. */
export interface ReplicationSet {
  /** Looks like a security group's, and is none of the user's. */
  readonly groupId: string;
  readonly interfaceIds: readonly string[];
}

/**
 * Which servers of a VPC must reach each other whatever the user's security groups say: RDS copies data by ways of its own. Those of one
 * instance, and of its read replicas. Pure.
 */
export function replicationSets(records: Records, vpcId: string): readonly ReplicationSet[] {
  const sets = new Map<string, string[]>();
  for (const db of records.list(DBInstances)) {
    if (db.vpcId !== vpcId) continue;
    const root = rootOf(records, db);
    const interfaces = serversOf(db).map(({ interfaceId }) => interfaceId);
    sets.set(root, [...(sets.get(root) ?? []), ...interfaces]);
  }
  return [...sets]
    .filter(([, interfaceIds]) => interfaceIds.length > 1)
    .map(([root, interfaceIds]) => ({ groupId: `rds-${root}`, interfaceIds }));
}

/** The instance at the beginning of a chain of replicas. */
function rootOf(records: Records, db: DBInstance): string {
  let root = db;
  // A chain has no circle, but records are no proof of that.
  for (let steps = 0; root.origin.kind === "replica" && steps < 20; steps += 1) {
    const source = records.get(DBInstances, root.origin.of);
    if (source === undefined) break;
    root = source;
  }
  // The members of a cluster are one set.
  return (root.clusterId === undefined ? undefined : records.get(DBClusters, root.clusterId)?.resourceId) ?? root.resourceId;
}

/** Those that copy an instance. */
export const replicasOf = (scope: Pick<Scope, "records">, identifier: string): readonly DBInstance[] =>
  scope.records.list(DBInstances).filter(({ origin }) => origin.kind === "replica" && origin.of === identifier);
