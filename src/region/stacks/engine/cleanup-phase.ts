import type { BoundTemplate } from "../../../template/bind.js";
import type { Change } from "../../records/records.js";
import { bodiesOf, incarnationsOf, resourcesOf, type Incarnation, type Stack, type StackResource } from "../records.js";
import { boundOf } from "./create-phase.js";
import { orderOfDeletion } from "./deletion-order.js";
import { mayCleanUp, nestedAtRest } from "../nested/holding.js";
import { drop, entryOf, keep, moveStack, resourceChanges, resourceEvent } from "./journal.js";
import { deletePhysical, finalSnapshotOf, lastWish, rethrowClosed } from "./unmake.js";
import { walk } from "./walk.js";
import { Closed, reasonOf, stackOf, type Work } from "./work.js";

/** UPDATE_COMPLETE_CLEANUP_IN_PROGRESS and its twin after a rollback: what the stack's deployment does not have goes. */
export async function cleanupPhase(work: Work, done: "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE"): Promise<void> {
  const { scope, stackId } = work;
  if (!(await mayCleanUp(work))) return;
  const bound = boundOf(work);
  const leaving = resourcesOf(scope, stackId).filter(
    ({ logicalId, former, strays }) => !bound.resources.has(logicalId) || former !== undefined || strays !== undefined,
  );
  const going = leaving.map((entry): [string, readonly Incarnation[]] => [
    entry.logicalId,
    bound.resources.has(entry.logicalId) ? supersededOf(entry) : incarnationsOf(entry),
  ]);
  const failures = await walk(
    orderOfDeletion(new Map(going)),
    async (logicalId) => {
      const entry = entryOf(scope, stackId, logicalId);
      if (entry === undefined) return;
      await (bound.resources.has(logicalId) ? forgetFormer(work, entry) : leave(work, entry));
    },
    { stop: false },
  );
  rethrowClosed(failures);
  await nestedAtRest(work);
  moveStack(scope, stackOf(work), done, {
    ...{ previous: undefined, previousOutputs: undefined, keepFailedUpdate: undefined, retags: undefined },
  });
}

/** What an entry was, where that is another physical resource than the one that stays. */
const supersededOf = (entry: StackResource): readonly Incarnation[] =>
  incarnationsOf(entry).filter(({ physicalId }) => physicalId !== entry.physicalId);

/** Does the policy keep a resource that leaves the stack? What a failed update had created is not worth keeping to all of them. */
const stays = ({ status, retainExceptOnCreate }: Stack, { deletionPolicy }: StackResource): boolean =>
  status === "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    ? deletionPolicy === "Retain" && retainExceptOnCreate !== true
    : deletionPolicy !== "Delete" && deletionPolicy !== "Snapshot";

/** A resource that is no longer in the template. What will not go is left behind, as on AWS: an event tells of it. */
async function leave(work: Work, entry: StackResource): Promise<void> {
  const { scope } = work;
  const end = (status: "DELETE_COMPLETE" | "DELETE_SKIPPED" | "DELETE_FAILED", reason?: string): void =>
    scope.commit(drop(entry), resourceEvent(scope, stackOf(work), { ...entry, status }, { reason }));
  if (stays(stackOf(work), entry)) return end("DELETE_SKIPPED");
  if (bodiesOf(entry).length === 0) return end("DELETE_COMPLETE");
  if (entry.status !== "DELETE_IN_PROGRESS")
    scope.commit(...resourceChanges(scope, stackOf(work), { ...entry, status: "DELETE_IN_PROGRESS" }));
  try {
    for (const body of bodiesOf(entry)) await deletePhysical(work, entry.type, body, lastWish(work, entry, body));
    end("DELETE_COMPLETE");
  } catch (error) {
    if (error instanceof Closed) throw error;
    end("DELETE_FAILED", reasonOf(error));
  }
}

/** A resource that stays: its former physical resource goes, if that is another, and what failed updates have left. */
async function forgetFormer(work: Work, entry: StackResource): Promise<void> {
  const { scope } = work;
  for (const stray of entry.strays ?? []) await forget(work, { ...entry, wentBack: true, former: stray }, keep(entry));
  const { former, wentBack: _, strays: _gone, interim: _past, ...rest } = entry;
  if (former?.physicalId === undefined || former.physicalId === entry.physicalId) return scope.commit(keep(rest));
  await forget(work, { ...entry, former }, keep(rest));
}

/** Delete the former physical resource of an entry; `then` is committed with the event that tells of it. */
async function forget(work: Work, entry: StackResource & { readonly former: Incarnation }, then: Change): Promise<void> {
  const { scope } = work;
  const { former } = entry;
  const shown = { ...entry, physicalId: former.physicalId };
  const end = (status: "DELETE_COMPLETE" | "DELETE_SKIPPED" | "DELETE_FAILED", reason?: string): void =>
    scope.commit(then, resourceEvent(scope, stackOf(work), { ...shown, status }, { reason }));
  // The policy speaks of what was there before the update; what a rolled back update had made always goes.
  const policy = entry.wentBack === true ? "Delete" : entry.updateReplacePolicy;
  if (policy !== "Delete" && policy !== "Snapshot") return end("DELETE_SKIPPED");
  scope.commit(resourceEvent(scope, stackOf(work), { ...shown, status: "DELETE_IN_PROGRESS" }));
  try {
    await deletePhysical(work, entry.type, former, policy === "Snapshot" ? finalSnapshotOf(work, entry) : undefined);
    end("DELETE_COMPLETE");
  } catch (error) {
    if (error instanceof Closed) throw error;
    end("DELETE_FAILED", reasonOf(error));
  }
}

/** What entries keep of the template besides properties, brought up to date: policies, and the order of deletion. */
export function refreshed(work: Work, bound: BoundTemplate): readonly Change[] {
  return resourcesOf(work.scope, work.stackId).flatMap((entry): Change[] => {
    const resource = bound.resources.get(entry.logicalId);
    if (resource === undefined) return [];
    const { deletionPolicy, updateReplacePolicy } = resource;
    return [keep({ ...entry, deletionPolicy, updateReplacePolicy, dependsOn: bound.dependencies.get(entry.logicalId) ?? [] })];
  });
}
