import type { BoundTemplate } from "../../../template/bind.js";
import type { Values } from "../../../template/value.js";
import type { Scope } from "../../operations/call.js";
import { canChange, differingKeys, planChanges, type PlannedChange } from "../plan.js";
import type { Incarnation, Stack, StackResource } from "../records.js";
import { boundDeployment } from "../validation/prepare.js";
import { recordedNotes } from "../validation/resources.js";
import { boundOf, outputsOf, walkResources } from "./create-phase.js";
import { changeInPlace } from "./change.js";
import { refreshed } from "./cleanup-phase.js";
import { drop, entryOf, moveResource, moveStack } from "./journal.js";
import { createResource, make, propertiesNow } from "./make.js";
import { awaitedSignals, withoutSignals } from "./signals.js";
import { deletePhysical } from "./unmake.js";
import { Closed, providerOf, reasonOf, stackOf, type Work } from "./work.js";

/*
 * UPDATE_IN_PROGRESS -> UPDATE_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_COMPLETE
 *        | a resource failed
 * UPDATE_ROLLBACK_IN_PROGRESS -> UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS -> UPDATE_ROLLBACK_COMPLETE
 *        | and could not be put back
 * UPDATE_ROLLBACK_FAILED
 *
 * A failed update may be kept (UPDATE_FAILED, and CREATE_FAILED likewise); another one then begins where that left off, and goes back to
 * what the stack was when it was last complete, or to nothing.
 *
 * Nothing is deleted before the clean-up, so going back is always possible. An entry keeps what it was in `former`; clean-up
 * deletes what the stack's present deployment does not have: entries outside it, and former physical resources.
 */

/** UPDATE_IN_PROGRESS: create, change and replace, in order of references. */
export async function updatePhase(work: Work): Promise<void> {
  const bound = boundOf(work);
  const before = stackOf(work);
  const plan = planOf(work, bound);
  const failures = await walkResources(
    work,
    bound,
    async (inner, logicalId) => {
      const change = plan.get(logicalId);
      const entry = entryOf(inner.scope, inner.stackId, logicalId);
      if (entry === undefined || entry.status === "CREATE_IN_PROGRESS") await createResource(inner, bound, logicalId);
      else if (change !== undefined || isLeftover(entry, before)) await changeResource(inner, bound, change, entry);
    },
    { goesOn: before.keepFailedUpdate === true },
  );
  const now = stackOf(work);
  if (now.status !== "UPDATE_IN_PROGRESS") return; // it was cancelled
  const failed = [...failures.keys()];
  const outputs = failed.length > 0 ? [] : outputsOf(work, bound);
  if (!("fault" in outputs) && failed.length === 0)
    return void moveStack(
      work.scope,
      now,
      "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
      { outputs, ...taken(now) },
      refreshed(work, bound),
    );
  const isNew = (logicalId: string): boolean => entryOf(work.scope, work.stackId, logicalId)?.status === "CREATE_FAILED";
  const created = failed.filter(isNew);
  const updated = failed.filter((logicalId) => !isNew(logicalId));
  const statusReason =
    "fault" in outputs
      ? outputs.fault
      : [
          ...(created.length === 0 ? [] : [`The following resource(s) failed to create: [${created.join(", ")}]. `]),
          ...(updated.length === 0 ? [] : [`The following resource(s) failed to update: [${updated.join(", ")}]. `]),
        ].join("");
  if (now.keepFailedUpdate === true) moveStack(work.scope, now, "UPDATE_FAILED", { statusReason });
  else turnBack(work.scope, now, { statusReason });
}

/** A nested stack may have to give its new outputs back. */
const taken = ({ parentId, outputs, previousOutputs = outputs }: Stack): Partial<Stack> =>
  parentId === undefined ? {} : { previousOutputs };

/** Undo the update of a stack: what it was is its wish again. One that was never complete goes back to nothing. */
export function turnBack(scope: Scope, stack: Stack, change: Partial<Stack>): void {
  const { deployment, previous, outputs, previousOutputs = outputs } = stack;
  if (previous === undefined)
    return void moveStack(scope, stack, "ROLLBACK_IN_PROGRESS", { ...change, keepFailedUpdate: undefined });
  const turned = {
    ...{ deployment: previous, previous: deployment, keepFailedUpdate: undefined },
    ...{ outputs: previousOutputs, previousOutputs: undefined },
  };
  moveStack(scope, stack, "UPDATE_ROLLBACK_IN_PROGRESS", { ...change, ...turned });
}

/** What is to be done with each resource, by what the stack last was when it was complete. */
function planOf(work: Work, after: BoundTemplate): ReadonlyMap<string, PlannedChange> {
  const stack = stackOf(work);
  const before = stack.previous === undefined ? undefined : boundDeployment(work.scope, stack, stack.previous);
  const plan = planChanges(before, after, work.context.specification, { tagsChanged: stack.retags === true });
  return new Map(plan.map((change) => [change.logicalId, change]));
}

/** Has a failed update or creation left the entry as it is, and this update not reached it yet? */
const isLeftover = ({ status, former, reachedBy }: StackResource, { updatedAt, previous }: Stack): boolean =>
  (former !== undefined || previous === undefined || status.endsWith("_FAILED")) && reachedBy !== updatedAt;

/** Change one resource in place, or put another in its place; the old one stays until the clean-up. */
async function changeResource(
  work: Work,
  bound: BoundTemplate,
  change: PlannedChange | undefined,
  entry: StackResource,
): Promise<void> {
  const { scope, stackId } = work;
  const stack = stackOf(work);
  const { logicalId } = entry;
  const reachedBy = stack.updatedAt;
  if (entry.former !== undefined && entry.reachedBy === reachedBy) {
    if (entry.status === "UPDATE_FAILED") throw new Error(entry.statusReason);
    if (entry.status === "UPDATE_COMPLETE") return;
    return entry.former.physicalId === entry.physicalId ? changeInPlace(work, entry) : make(work, entry, "UPDATE");
  }
  if (work.signal.aborted) throw work.signal.reason;
  if (entry.status === "CREATE_FAILED") {
    if (entry.reachedBy === reachedBy) throw new Error(entry.statusReason);
    return createAgain(work, bound, entry);
  }
  const provider = providerOf(work, entry.type);
  const present = { physicalId: entry.physicalId, properties: entry.properties, dependsOn: entry.dependsOn };
  // What it was when the stack was last complete, whatever a failed update has made of it since.
  const former = entry.former ?? present;
  try {
    const specs = work.context.specification.of(entry.type)?.properties ?? {};
    const { properties: read, shown, dynamic } = propertiesNow(work, bound, logicalId);
    // A secret that is another by now changes what can be changed; nobody asked for another physical resource because of it.
    const isFixed = (name: string): boolean => specs[name]?.replaces !== undefined || !canChange(provider, name);
    const unasked = dynamic.filter((name) => isFixed(name) && change?.properties.every((planned) => planned.name !== name));
    const properties = { ...read, ...pick(entry.properties, unasked) };
    const names = differingKeys(entry.properties, properties);
    const retries = entry.status === "UPDATE_FAILED";
    const isAnother = present.physicalId !== former.physicalId;
    if (isAnother && differingKeys(former.properties, properties).length === 0) return takeBack(work, entry, reachedBy);
    const retags = change?.scope.includes("Tags") === true || (stack.retags === true && canChange(provider, "Tags"));
    if (names.length === 0 && !retries && !retags && provider.refreshes !== true) return;
    const replaces =
      (retries && isAnother) ||
      names.some((name) => specs[name]?.replaces === "yes") ||
      (names.some((name) => specs[name]?.replaces === "maybe") &&
        provider.replaces?.({ from: entry.properties, to: properties }) === true);
    const awaits = replaces ? awaitedSignals(work, bound, logicalId) : undefined;
    const fixed = (names.length > 0 || retries ? names : ["Tags"]).filter((name) => !canChange(provider, name));
    // It failed before it was begun, and is wanted as it was.
    if (retries && names.length === 0 && provider.update === undefined && !replaces)
      return moveResource(scope, stack, { ...entry, reachedBy, status: "UPDATE_COMPLETE" });
    if (!replaces && fixed.length > 0)
      throw new Error(`Sandtable does not model changing ${fixed.join(", ")} of ${entry.type} in a stack yet.`);
    const changed: StackResource = {
      ...withoutSignals(entry),
      status: "UPDATE_IN_PROGRESS",
      properties,
      dependsOn: bound.dependencies.get(logicalId) ?? [],
      recorded: recordedNotes(properties, provider),
      former,
      reachedBy,
      // A failed update's own physical resource goes for good.
      ...(replaces && isAnother ? { strays: withStray(entry) } : {}),
      ...(entry.former === undefined ? {} : { interim: present.properties }),
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
    if (!(error instanceof Closed) && (now?.former === undefined || now.reachedBy !== reachedBy))
      moveResource(scope, stack, { ...entry, former, reachedBy, status: "UPDATE_FAILED" }, { reason: reasonOf(error) });
    throw error;
  }
}

const pick = (properties: Values, names: readonly string[]): Values =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));

/** The physical resource of when the stack was last complete is what is wanted: what a failed update had put in its place goes. */
function takeBack(work: Work, entry: StackResource, reachedBy: number | undefined): void {
  const back: StackResource = {
    ...withoutSignals(entry),
    ...entry.former,
    strays: withStray(entry),
    reachedBy,
    status: "UPDATE_COMPLETE",
  };
  moveResource(work.scope, stackOf(work), back);
}

const withStray = ({ strays = [], physicalId, properties, dependsOn }: StackResource): readonly Incarnation[] =>
  physicalId === undefined ? strays : [...strays, { physicalId, properties, dependsOn }];

/** A creation that failed in an earlier operation: what there is of it makes way for another try. */
async function createAgain(work: Work, bound: BoundTemplate, entry: StackResource): Promise<void> {
  try {
    await deletePhysical(work, entry.type, entry);
  } catch (error) {
    if (error instanceof Closed) throw error;
    const stack = stackOf(work);
    const reason = work.signal.aborted ? "Resource creation cancelled" : reasonOf(error);
    moveResource(work.scope, stack, { ...entry, reachedBy: stack.updatedAt }, { reason });
    throw error;
  }
  work.scope.commit(drop(entry));
  await createResource(work, bound, entry.logicalId);
}
