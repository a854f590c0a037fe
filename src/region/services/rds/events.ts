import type { SourceType } from "@aws-sdk/client-rds";
import type { Scope } from "../../operations/call.js";
import { put, recordType, remove, type Change } from "../../records/records.js";
import { eventMessage, eventMessages, type EventId } from "./eventmessages.js";
import type { BackupKind } from "./backups/kinds.js";
import { snapshotArn } from "./backups/names.js";
import type { Snapshot } from "./backups/records.js";
import { clusterArn, instanceArn } from "./names.js";
import type { DBCluster, DBInstance } from "./records.js";

/** What happened to a thing of RDS; kept for 14 days. */
export interface RdsEvent {
  /** Unique, and in the order in which things happened. */
  readonly key: string;
  readonly id: EventId;
  readonly source: EventSource;
  readonly message: string;
  readonly category: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
/** By key. */
export const RdsEvents = recordType<RdsEvent>("rds:Event");

export interface EventSource {
  readonly type: SourceType;
  readonly identifier: string;
  readonly arn: string;
}

type Where = Pick<Scope, "accountId" | "regionName">;

export const ofInstance = (scope: Where, db: Pick<DBInstance, "identifier">): EventSource => ({
  type: "db-instance",
  identifier: db.identifier,
  arn: instanceArn(scope, db),
});

export const ofCluster = (scope: Where, cluster: Pick<DBCluster, "identifier">): EventSource => ({
  type: "db-cluster",
  identifier: cluster.identifier,
  arn: clusterArn(scope, cluster.identifier),
});

export const ofSnapshot = (scope: Where, kind: BackupKind, identifier: string): EventSource => ({
  type: kind.of === "cluster" ? "db-cluster-snapshot" : "db-snapshot",
  identifier,
  arn: snapshotArn(scope, kind, identifier),
});

const snapshotEvents = {
  instance: {
    manual: { begun: "RDS-EVENT-0040", made: "RDS-EVENT-0042" },
    automated: { begun: "RDS-EVENT-0090", made: "RDS-EVENT-0091" },
  },
  cluster: {
    manual: { begun: "RDS-EVENT-0074", made: "RDS-EVENT-0075" },
    automated: { begun: "RDS-EVENT-0168", made: "RDS-EVENT-0169" },
  },
} as const satisfies Record<BackupKind["of"], Record<Snapshot["type"], Record<"begun" | "made", EventId>>>;

/** That a snapshot is being made, or has been. */
export const snapshotEvent = (
  scope: Where & Pick<Scope, "now">,
  kind: BackupKind,
  { identifier, type }: Pick<Snapshot, "identifier" | "type">,
  what: "begun" | "made",
): Change => eventOf(scope, ofSnapshot(scope, kind, identifier), snapshotEvents[kind.of][type][what]);

/** Events of this process: what happens in one millisecond stays in its order. */
let told = 0;

/**
 * An event, to be put into the commit of what it tells of, so that neither is there without the other.
 * @param words for the places in its message, e.g. `{ name: "nightly" }` of `Restored from snapshot {name}`
 */
export function eventOf(
  scope: Pick<Scope, "now">,
  source: EventSource,
  id: EventId,
  words: Readonly<Record<string, string>> = {},
): Change {
  const at = scope.now();
  told += 1;
  const key = `${String(at).padStart(14, "0")}-${String(told).padStart(9, "0")}`;
  return put(RdsEvents, key, { key, id, source, message: eventMessage(id, words), category: eventMessages[id].category, at });
}

/** How long AWS keeps an event, in milliseconds. */
const keptFor = 14 * 24 * 60 * 60 * 1000;

/** From when on there are events. */
export const oldestEvent = (scope: Pick<Scope, "now">): number => scope.now() - keptFor;

/** The events that are to be kept no longer go. */
export const pruneEvents = (scope: Pick<Scope, "now" | "records">): readonly Change[] =>
  scope.records
    .list(RdsEvents)
    .filter(({ at }) => at < oldestEvent(scope))
    .map(({ key }) => remove(RdsEvents, key));
