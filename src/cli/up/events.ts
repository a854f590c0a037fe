import type { StackEvent } from "@aws-sdk/client-cloudformation";

/** What a deployment has come to so far, folded from its stack events. */
export interface Deployment {
  /** When each resource's current step began, by logical id. */
  readonly begun: ReadonlyMap<string, number>;
  /** When each resource last ended a step: an event of the same millisecond may arrive after it. */
  readonly ended: ReadonlyMap<string, number>;
  readonly done: number;
  readonly firstFailure: Failure | undefined;
}

export interface Failure {
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

export const noEvents: Deployment = { begun: new Map(), ended: new Map(), done: 0, firstFailure: undefined };

/** A line worth a person's time: one for each resource that ended a step. */
export interface ProgressLine {
  readonly mark: "ok" | "failed" | "undone";
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  /** Undefined when the beginning was not seen. */
  readonly seconds: number | undefined;
  readonly reason: string | undefined;
}

/** Take in one event. Pure. The stack's own events give no line. */
export function takeEvent(before: Deployment, event: StackEvent): { after: Deployment; line?: ProgressLine } {
  const logicalId = event.LogicalResourceId ?? "";
  const status: string = event.ResourceStatus ?? "";
  const at = event.Timestamp?.getTime();
  if (event.ResourceType === "AWS::CloudFormation::Stack" && event.PhysicalResourceId === event.StackId) {
    const reason = event.ResourceStatusReason ?? "";
    // A stack that cannot even begin fails without a resource of its own.
    if (!status.endsWith("_FAILED") || before.firstFailure !== undefined) return { after: before };
    return { after: { ...before, firstFailure: { logicalId, type: event.ResourceType, status, reason } } };
  }
  const begun = new Map(before.begun);
  if (status.endsWith("_IN_PROGRESS")) {
    // The second in-progress event of a resource only adds its physical id.
    if (!begun.has(logicalId) && at !== undefined && at > (before.ended.get(logicalId) ?? 0)) begun.set(logicalId, at);
    return { after: { ...before, begun } };
  }
  const from = begun.get(logicalId);
  begun.delete(logicalId);
  const failed = status.endsWith("_FAILED");
  const reason = event.ResourceStatusReason;
  const failure: Failure = { logicalId, type: event.ResourceType ?? "", status, reason: reason ?? "no reason given" };
  const firstFailure = before.firstFailure ?? (failed && !isCancelled(reason) ? failure : undefined);
  const line: ProgressLine = {
    mark: failed ? "failed" : status.startsWith("DELETE") ? "undone" : "ok",
    logicalId,
    type: event.ResourceType ?? "",
    status,
    seconds: from === undefined || at === undefined ? undefined : Math.max(0, at - from) / 1000,
    reason,
  };
  const ended = new Map(before.ended).set(logicalId, at ?? 0);
  return { after: { begun, ended, done: before.done + (failed ? 0 : 1), firstFailure }, line };
}

/** Others of the stack are cancelled when one fails: they are not why. */
const isCancelled = (reason: string | undefined): boolean =>
  /creation cancelled|update cancelled|deletion cancelled/i.test(reason ?? "");
