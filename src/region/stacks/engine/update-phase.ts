import type { BoundTemplate } from "../../../template/bind.js";
import { canChange, differingKeys, planChanges, type PlannedChange } from "../plan.js";
import type { Stack, StackResource } from "../records.js";
import { boundDeployment } from "../validation/prepare.js";
import { recordedNotes } from "../validation/resources.js";
import { boundOf, outputsOf, walkCancelling } from "./create-phase.js";
import { changeInPlace } from "./change.js";
import { refreshed } from "./cleanup-phase.js";
import { entryOf, moveResource, moveStack } from "./journal.js";
import { createResource, make, propertiesNow } from "./make.js";
import { awaitedSignals } from "./signals.js";
import { Closed, providerOf, reasonOf, stackOf, type Work } from "./work.js";

/*
 * UPDATE_IN_PROGRESS -> UPDATE_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_COMPLETE
 *        | a resource failed
 * UPDATE_ROLLBACK_IN_PROGRESS -> UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_ROLLBACK_COMPLETE
 *        | and could not be put back
 * UPDATE_ROLLBACK_FAILED
 *
 * Nothing is deleted before the clean-up, so going back is always possible. An entry keeps what it was in `former`; clean-up
 * deletes what the stack's present deployment does not have: entries outside it, and former physical resources.
 */

/** UPDATE_IN_PROGRESS: create, change and replace, in order of references. */
export async function updatePhase(work: Work): Promise<void> {
  const bound = boundOf(work);
  const plan = new Map(planOf(work, bound).map((change) => [change.logicalId, change]));
  const failures = await walkCancelling(work, bound, async (inner, logicalId) => {
    const change = plan.get(logicalId);
    if (change?.action === "Add") await createResource(inner, bound, logicalId);
    else if (change?.action === "Modify") await changeResource(inner, bound, change);
  });
  const now = stackOf(work);
  if (now.status !== "UPDATE_IN_PROGRESS") return; // it was cancelled
  const failed = [...failures.keys()];
  const outputs = failed.length > 0 ? [] : outputsOf(work, bound);
  if (!("fault" in outputs) && failed.length === 0)
    return void moveStack(work.scope, now, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", { outputs }, refreshed(work, bound));
  const created = failed.filter((logicalId) => plan.get(logicalId)?.action === "Add");
  const updated = failed.filter((logicalId) => plan.get(logicalId)?.action !== "Add");
  const statusReason =
    "fault" in outputs
      ? outputs.fault
      : [
          ...(created.length === 0 ? [] : [`The following resource(s) failed to create: [${created.join(", ")}]. `]),
          ...(updated.length === 0 ? [] : [`The following resource(s) failed to update: [${updated.join(", ")}]. `]),
        ].join("");
  if (now.keepFailedUpdate === true) moveStack(work.scope, now, "UPDATE_FAILED", { statusReason });
  else moveStack(work.scope, now, "UPDATE_ROLLBACK_IN_PROGRESS", { statusReason, ...turnedBack(now) });
}

/** A stack whose update is undone: what it was is its wish again. */
export const turnedBack = ({ deployment, previous }: Stack): Partial<Stack> => ({
  deployment: previous,
  previous: deployment,
  keepFailedUpdate: undefined,
});

function planOf(work: Work, after: BoundTemplate): readonly PlannedChange[] {
  const stack = stackOf(work);
  if (stack.previous === undefined) throw new Error(`The stack ${stack.stackName} has nothing to come from.`);
  const before = boundDeployment(work.scope, stack, stack.previous);
  const tagsChanged = JSON.stringify(stack.previous.tags) !== JSON.stringify(stack.deployment?.tags);
  return planChanges(before, after, work.context.specification, { tagsChanged });
}

/** Change one resource in place, or put another in its place; the old one stays until the clean-up. */
async function changeResource(work: Work, bound: BoundTemplate, change: PlannedChange): Promise<void> {
  const { scope, stackId } = work;
  const stack = stackOf(work);
  const { logicalId } = change;
  const entry = entryOf(scope, stackId, logicalId);
  if (entry === undefined || entry.status === "UPDATE_FAILED")
    throw new Error(entry?.statusReason ?? `${logicalId} has no entry`);
  if (entry.former !== undefined) {
    if (entry.status === "UPDATE_COMPLETE") return;
    return entry.former.physicalId === entry.physicalId ? changeInPlace(work, entry) : make(work, entry, "UPDATE");
  }
  if (work.signal.aborted) throw work.signal.reason;
  const provider = providerOf(work, entry.type);
  const former = { physicalId: entry.physicalId, properties: entry.properties, dependsOn: entry.dependsOn };
  try {
    const { properties, shown } = propertiesNow(work, bound, logicalId);
    const names = differingKeys(entry.properties, properties);
    if (names.length === 0 && !change.scope.includes("Tags")) return;
    const specs = work.context.specification.of(entry.type)?.properties ?? {};
    const replaces =
      names.some((name) => specs[name]?.replaces === "yes") ||
      (names.some((name) => specs[name]?.replaces === "maybe") &&
        provider.replaces?.({ from: entry.properties, to: properties }) === true);
    const awaits = replaces ? awaitedSignals(work, bound, logicalId) : undefined;
    const fixed = (names.length === 0 ? ["Tags"] : names).filter((name) => !canChange(provider, name));
    if (!replaces && fixed.length > 0)
      throw new Error(`Sandtable does not model changing ${fixed.join(", ")} of ${entry.type} in a stack yet.`);
    const changed: StackResource = {
      ...entry,
      status: "UPDATE_IN_PROGRESS",
      properties,
      dependsOn: bound.dependencies.get(logicalId) ?? [],
      recorded: recordedNotes(properties, provider),
      former,
      physicalId: replaces ? undefined : entry.physicalId,
      ...(awaits === undefined ? {} : { awaits }),
    };
    const reason = replaces
      ? "Requested update requires the creation of a new physical resource; hence creating one."
      : undefined;
    moveResource(scope, stack, changed, { reason, shown });
    await (replaces ? make(work, changed, "UPDATE") : changeInPlace(work, changed));
  } catch (error) {
    const now = entryOf(scope, stackId, logicalId);
    // What failed on the way was told where it failed; what failed before is told here.
    if (!(error instanceof Closed) && now?.former === undefined)
      moveResource(scope, stack, { ...entry, former, status: "UPDATE_FAILED" }, { reason: reasonOf(error) });
    throw error;
  }
}
