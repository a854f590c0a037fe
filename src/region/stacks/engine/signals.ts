import type { BoundTemplate } from "../../../template/bind.js";
import { resolve } from "../../../template/resolve.js";
import { isScalar, type Value } from "../../../template/value.js";
import type { StackResource } from "../records.js";
import { deadlineAt } from "./deadline.js";
import { entryOf } from "./journal.js";
import type { Work } from "./work.js";

/**
 * CreationPolicy: a resource is complete when it has been sent enough signals (SignalResource, cfn-signal) in time.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html
 */
export function awaitedSignals(work: Work, bound: BoundTemplate, logicalId: string): StackResource["awaits"] {
  const policy = bound.resources.get(logicalId)?.creationPolicy;
  if (policy === undefined) return undefined;
  const path = ["Resources", logicalId, "CreationPolicy", "ResourceSignal"];
  const text = (value: Value, member: string): string => {
    const resolved = resolve(value, bound.lookup(), [...path, member]);
    if (!isScalar(resolved)) throw new Error(`${member} of the CreationPolicy of ${logicalId} must be one value`);
    return String(resolved);
  };
  const count = Number(text(policy.count, "Count"));
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`Count of the CreationPolicy of ${logicalId} must be a number of signals, not ${count}`);
  return { count, until: work.scope.now() + durationOf(text(policy.timeout, "Timeout")) };
}

/** An entry as the next attempt at it finds it: what it waited for and was sent was for the one that is over. */
export function withoutSignals(entry: StackResource): StackResource {
  const { awaits: _awaits, signals: _signals, ...rest } = entry;
  return rest;
}

/** `PT1H30M10S` in milliseconds. Throws an `Error`. AWS allows twelve hours at most. */
export function durationOf(text: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  const [days, hours, minutes, seconds] = (match ?? []).slice(1).map((part) => Number(part ?? 0));
  const total = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
  if (match === null || total === 0 || total > 12 * 3600)
    throw new Error(`Timeout must be a duration such as PT15M, of twelve hours at most, not ${text}`);
  return total * 1000;
}

/** Resolves when a resource has the signals it waits for; rejects at a failure signal, or when they do not come in time. */
export async function signalsReceived(work: Work, logicalId: string): Promise<void> {
  const { scope, stackId, signal } = work;
  const awaits = entryOf(scope, stackId, logicalId)?.awaits;
  if (awaits === undefined) return;
  const signals = (): [string, "SUCCESS" | "FAILURE"][] => Object.entries(entryOf(scope, stackId, logicalId)?.signals ?? {});
  const failed = (): string | undefined => signals().find(([, status]) => status === "FAILURE")?.[0];
  const successes = (): number => signals().filter(([, status]) => status === "SUCCESS").length;
  const deadline = deadlineAt(scope, awaits.until);
  try {
    const done = (): boolean => failed() !== undefined || successes() >= awaits.count;
    await scope.until(done, AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    if (signal.aborted || !deadline.signal.aborted) throw error;
    throw new Error(`Failed to receive ${awaits.count - successes()} resource signal(s) within the specified duration`, {
      cause: error,
    });
  } finally {
    deadline.clear();
  }
  const uniqueId = failed();
  if (uniqueId !== undefined) throw new Error(`Received FAILURE signal with UniqueId ${uniqueId}`);
}
