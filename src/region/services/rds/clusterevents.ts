import type { Scope } from "../../operations/call.js";
import type { Change } from "../../records/records.js";
import { eventOf, ofCluster } from "./events.js";
import type { Told } from "./instanceevents.js";
import type { DBCluster } from "./records.js";

/** What is to be told when a DB cluster's record becomes another; as of DB instances, all that a record shows is told this way. Pure. */
export function clusterEventsBetween(before: DBCluster, after: DBCluster): readonly Told[] {
  const events: Told[] = [];
  if (!before.born && after.born) events.push(["RDS-EVENT-0170"]);
  if (before.born && before.masterPassword !== undefined && after.masterPassword === undefined) events.push(["RDS-EVENT-0016"]);
  if (after.failover !== undefined && after.failover.to !== before.failover?.to)
    events.push([after.failover.crossesZones ? "RDS-EVENT-0073" : "RDS-EVENT-0072", { name: after.failover.to }]);
  if (before.failover !== undefined && after.failover === undefined)
    events.push(["RDS-EVENT-0071", { name: before.failover.to }]);
  if (before.status !== "stopped" && after.status === "stopped") events.push(["RDS-EVENT-0150"]);
  if (before.status === "starting" && after.status === "available") events.push(["RDS-EVENT-0151"]);
  return events;
}

/** The same, for the commit of the change. */
export const clusterEvents = (scope: Scope, before: DBCluster, after: DBCluster): readonly Change[] =>
  clusterEventsBetween(before, after).map(([id, words]) => eventOf(scope, ofCluster(scope, after), id, words));
