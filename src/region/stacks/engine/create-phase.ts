import { attempt, type BoundTemplate } from "../../../template/bind.js";
import { isPending, noValue, resolve } from "../../../template/resolve.js";
import { isScalar } from "../../../template/value.js";
import { faultOfExports } from "../exports.js";
import type { StackOutput } from "../records.js";
import { boundDeployment, malformedOutput } from "../validation/prepare.js";
import { deadlineAt } from "./deadline.js";
import { entryOf, moveStack } from "./journal.js";
import { createResource } from "./make.js";
import { deleteResources, rethrowClosed } from "./unmake.js";
import { walk } from "./walk.js";
import { existingResources, reasonOf, stackOf, type Work } from "./work.js";

/** CREATE_IN_PROGRESS: everything as parallel as references allow; the first failure cancels the rest, unless it is to stay. */
export async function createPhase(work: Work): Promise<void> {
  const stack = stackOf(work);
  const bound = boundOf(work);
  const deadline = deadlineAt(work.scope, stack.deadline);
  const timed: Work = { ...work, signal: AbortSignal.any([work.signal, deadline.signal]) };
  const goesOn = stack.onFailure === "DO_NOTHING";
  const failures = await walkResources(timed, bound, (inner, logicalId) => createResource(inner, bound, logicalId), {
    goesOn,
  }).finally(() => deadline.clear());
  const now = stackOf(work);
  if (now.status !== "CREATE_IN_PROGRESS") return; // it is being deleted
  const failed = [...failures.keys()].filter((logicalId) => entryOf(work.scope, work.stackId, logicalId) !== undefined);
  const outputs = failed.length > 0 ? [] : outputsOf(work, bound);
  if (!("fault" in outputs) && failures.size === 0) return void moveStack(work.scope, now, "CREATE_COMPLETE", { outputs });
  const reason =
    failures.size > 0 && deadline.signal.aborted
      ? "Stack creation time exceeded the specified timeout."
      : "fault" in outputs
        ? outputs.fault
        : `The following resource(s) failed to create: [${failed.join(", ")}].`;
  // A nested stack waits for its parent to take it back.
  if (stack.parentId !== undefined) moveStack(work.scope, now, "CREATE_FAILED", { statusReason: reason });
  else if (stack.onFailure === "DO_NOTHING") moveStack(work.scope, now, "CREATE_FAILED", { statusReason: `${reason} ` });
  else if (stack.onFailure === "DELETE")
    moveStack(work.scope, now, "DELETE_IN_PROGRESS", { statusReason: `${reason} Delete requested by user.` });
  else moveStack(work.scope, now, "ROLLBACK_IN_PROGRESS", { statusReason: `${reason} Rollback requested by user.` });
}

/** ROLLBACK_IN_PROGRESS: back to nothing. What says Retain stays, as on AWS, unless the operation said RetainExceptOnCreate. */
export async function rollbackPhase(work: Work): Promise<void> {
  const { retainExceptOnCreate } = stackOf(work);
  const failed = await deleteResources(
    work,
    ({ deletionPolicy }) => deletionPolicy === "Retain" && retainExceptOnCreate !== true,
  );
  const now = stackOf(work);
  if (now.status !== "ROLLBACK_IN_PROGRESS") return;
  if (failed.length === 0) moveStack(work.scope, now, "ROLLBACK_COMPLETE");
  else moveStack(work.scope, now, "ROLLBACK_FAILED", { statusReason: failedToDelete(failed) });
}

/** DELETE_IN_PROGRESS. */
export async function deletePhase(work: Work): Promise<void> {
  const { retained = [] } = stackOf(work);
  const failed = await deleteResources(
    work,
    ({ deletionPolicy, logicalId }) =>
      (deletionPolicy !== "Delete" && deletionPolicy !== "Snapshot") || retained.includes(logicalId),
  );
  const now = stackOf(work);
  if (failed.length === 0) moveStack(work.scope, now, "DELETE_COMPLETE", { deletedAt: work.scope.now(), retained: undefined });
  else moveStack(work.scope, now, "DELETE_FAILED", { statusReason: failedToDelete(failed), retained: undefined });
}

const failedToDelete = (failed: readonly string[]): string =>
  `The following resource(s) failed to delete: [${failed.join(", ")}]. `;

export function boundOf(work: Work): BoundTemplate {
  const stack = stackOf(work);
  if (stack.deployment === undefined) throw new Error(`The stack ${stack.stackName} has nothing to deploy.`);
  return boundDeployment(work.scope, stack, stack.deployment);
}

/**
 * Visit in order of references. The first failure cancels what is under way; with `goesOn`, what does not depend on it goes on to
 * its end (DisableRollback).
 */
export async function walkResources(
  work: Work,
  bound: BoundTemplate,
  visit: (work: Work, logicalId: string) => Promise<void>,
  { goesOn }: { readonly goesOn: boolean },
): Promise<ReadonlyMap<string, unknown>> {
  const cancel = new AbortController();
  const inner: Work = { ...work, signal: AbortSignal.any([work.signal, cancel.signal]) };
  const failures = await walk(bound.dependencies, (logicalId) => visit(inner, logicalId), {
    stop: !goesOn,
    ...(goesOn ? {} : { onFailure: () => cancel.abort() }),
  });
  rethrowClosed(failures);
  return failures;
}

export function outputsOf(work: Work, bound: BoundTemplate): readonly StackOutput[] | { readonly fault: string } {
  const lookup = bound.lookup(existingResources(work, stackOf(work)));
  const outputs: StackOutput[] = [];
  for (const { name, value, description, exportName } of bound.outputs.values()) {
    try {
      const resolved = attempt(() => resolve(value, lookup, ["Outputs", name, "Value"]), undefined);
      if (resolved === noValue || resolved === undefined) continue;
      if (!isScalar(resolved) || isPending(resolved)) return { fault: malformedOutput(name) };
      const shared = exportName === undefined ? undefined : resolve(exportName, lookup, ["Outputs", name, "Export", "Name"]);
      outputs.push({
        name,
        value: String(resolved),
        ...(description === undefined ? {} : { description }),
        ...(shared === undefined ? {} : { exportName: String(shared) }),
      });
    } catch (error) {
      return { fault: `Output ${name}: ${reasonOf(error)}` };
    }
  }
  const fault = faultOfExports(work.scope, stackOf(work), outputs);
  return fault === undefined ? outputs : { fault };
}
