import { differingKeys } from "../plan.js";
import { resourcesOf, type StackResource } from "../records.js";
import { changeInPlace } from "./change.js";
import { refreshed } from "./cleanup-phase.js";
import { boundOf } from "./create-phase.js";
import { entryOf, moveResource, moveStack } from "./journal.js";
import { withoutSignals } from "./signals.js";
import { rethrowClosed } from "./unmake.js";
import { walk } from "./walk.js";
import { providerOf, stackOf, type Work } from "./work.js";

/** UPDATE_ROLLBACK_IN_PROGRESS: the stack's deployment is the old one again; every changed entry becomes what it was. */
export async function updateRollbackPhase(work: Work): Promise<void> {
  const bound = boundOf(work);
  // What failed updates have added goes whatever it is: there is nothing that it has to be again.
  const touched = resourcesOf(work.scope, work.stackId).filter(
    ({ former, logicalId }) => former !== undefined && bound.resources.has(logicalId),
  );
  // In the order of what the stack was: of an entry on its way back that is no longer the former's.
  const graph = new Map(
    touched.map(({ logicalId, wentBack, dependsOn, former }) => [
      logicalId,
      wentBack === true ? dependsOn : (former?.dependsOn ?? []),
    ]),
  );
  const failures = await walk(graph, (logicalId) => putBack(work, logicalId), { stop: false });
  rethrowClosed(failures);
  const stack = stackOf(work);
  if (failures.size === 0)
    return void moveStack(work.scope, stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", {}, refreshed(work, bound));
  const statusReason = `The following resource(s) failed to update: [${[...failures.keys()].join(", ")}]. `;
  moveStack(work.scope, stack, "UPDATE_ROLLBACK_FAILED", { statusReason });
}

/** An entry as what it was. What replaced it becomes the former, for the clean-up to delete; once, for it swaps the two. */
export function takenBack(entry: StackResource): StackResource {
  const { physicalId, properties, dependsOn, former } = entry;
  if (former === undefined || entry.wentBack === true) return entry;
  return { ...withoutSignals(entry), ...former, former: { physicalId, properties, dependsOn }, wentBack: true };
}

/** One entry becomes what it was. */
async function putBack(work: Work, logicalId: string): Promise<void> {
  const { scope, stackId } = work;
  const entry = entryOf(scope, stackId, logicalId);
  if (entry?.former === undefined) return;
  const stack = stackOf(work);
  if (entry.wentBack === true) {
    if (entry.status === "UPDATE_COMPLETE") return;
    const again: StackResource = { ...entry, status: "UPDATE_IN_PROGRESS" };
    if (entry.status === "UPDATE_FAILED") moveResource(scope, stack, again); // the user continues a rollback that failed
    return changeInPlace(work, again);
  }
  const { physicalId, properties, former } = entry;
  const back = takenBack(entry);
  const { update, refreshes } = providerOf(work, entry.type);
  const isSame = [properties, entry.interim ?? properties].every((now) => differingKeys(now, former.properties).length === 0);
  const nothingToDo = isSame && refreshes !== true && (stack.retags !== true || update === undefined);
  if (former.physicalId !== physicalId || nothingToDo) return moveResource(scope, stack, { ...back, status: "UPDATE_COMPLETE" });
  const started: StackResource = { ...back, status: "UPDATE_IN_PROGRESS" };
  moveResource(scope, stack, started);
  await changeInPlace(work, started);
}
