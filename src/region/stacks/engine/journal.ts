import { randomUUID } from "node:crypto";
import type { ResourceStatus, StackStatus } from "@aws-sdk/client-cloudformation";
import type { Scope } from "../../operations/call.js";
import { put, remove, type Change, type Records } from "../../records/records.js";
import {
  eventKey,
  resourceKey,
  StackEvents,
  StackResources,
  Stacks,
  type Stack,
  type StackEvent,
  type StackResource,
} from "../records.js";

/** What an event adds to the status that it tells. */
interface Telling {
  readonly reason?: string;
  /** Resolved properties as JSON, secrets hidden. */
  readonly shown?: string;
}

/** Move a stack to a status: its record and its event in one commit. */
export function moveStack(
  scope: Scope,
  stack: Stack,
  status: StackStatus,
  change: Partial<Stack> = {},
  further: readonly Change[] = [],
): Stack {
  const moved: Stack = { ...stack, statusReason: undefined, ...change, status };
  scope.commit(...further, put(Stacks, stack.stackId, moved), stackEvent(scope, moved));
  return moved;
}

/** The event that tells a stack's present status. */
export const stackEvent = (scope: Scope, stack: Stack): Change =>
  event(scope, {
    eventId: randomUUID(),
    stackId: stack.stackId,
    stackName: stack.stackName,
    logicalId: stack.stackName,
    physicalId: stack.stackId,
    type: "AWS::CloudFormation::Stack",
    status: stack.status as ResourceStatus, // every status of a stack is one of a resource of type stack
    reason: stack.statusReason,
    token: stack.token,
  });

/** The changes that move an entry to a status and tell it; to be committed with the resource's own. */
export const resourceChanges = (scope: Scope, stack: Stack, entry: StackResource, telling: Telling = {}): readonly Change[] => [
  keep({ ...entry, statusReason: telling.reason, updatedAt: scope.now() }),
  resourceEvent(scope, stack, entry, telling),
];

export const moveResource = (scope: Scope, stack: Stack, entry: StackResource, telling?: Telling): void =>
  scope.commit(...resourceChanges(scope, stack, entry, telling));

export const keep = (entry: StackResource): Change => put(StackResources, resourceKey(entry.stackId, entry.logicalId), entry);

/** Take an entry out of its stack. */
export const drop = (entry: StackResource): Change => remove(StackResources, resourceKey(entry.stackId, entry.logicalId));

export const entryOf = (scope: Scope, stackId: string, logicalId: string): StackResource | undefined =>
  scope.records.get(StackResources, resourceKey(stackId, logicalId));

/** The event alone: `entry` as it shall be shown. */
export const resourceEvent = (scope: Scope, stack: Stack, entry: StackResource, { reason, shown }: Telling = {}): Change =>
  event(scope, {
    eventId: `${entry.logicalId}-${entry.status}-${new Date(scope.now()).toISOString()}-${randomUUID().slice(0, 8)}`,
    stackId: stack.stackId,
    stackName: stack.stackName,
    logicalId: entry.logicalId,
    physicalId: entry.physicalId ?? "",
    type: entry.type,
    status: entry.status,
    reason,
    properties: shown,
    token: stack.token,
  });

/** No two events have the same millisecond: clients sort them by time, and what happened first must come first. */
function event(scope: Scope, facts: Omit<StackEvent, "sequence" | "at">): Change {
  // Events are many: the last one is looked up once. A commit that failed leaves a gap, which nobody minds.
  const last = latest.get(scope.records) ?? scope.records.list(StackEvents).at(-1);
  const sequence = (last?.sequence ?? 0) + 1;
  const at = Math.max(scope.now(), (last?.at ?? 0) + 1);
  latest.set(scope.records, { sequence, at });
  return put(StackEvents, eventKey({ sequence }), { ...facts, sequence, at });
}

const latest = new WeakMap<Records, Pick<StackEvent, "sequence" | "at">>();
