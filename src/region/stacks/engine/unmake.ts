import { reversed } from "../../../template/graph.js";
import { isGone, resourcesOf, type Incarnation, type StackResource } from "../records.js";
import { moveResource } from "./journal.js";
import { walk } from "./walk.js";
import { callOf, Closed, providerOf, reasonOf, stackOf, type Work } from "./work.js";

/**
 * Delete all resources of a stack, each after those that depend on it. What a failed one depends on stays. Resolves with the
 * logical ids that could not be deleted. `keep` tells which ones stay though the stack goes.
 */
export async function deleteResources(work: Work, keep: (entry: StackResource) => boolean): Promise<readonly string[]> {
  const entries = new Map(
    resourcesOf(work.scope, work.stackId)
      .filter((entry) => !isGone(entry))
      .map((entry) => [entry.logicalId, entry]),
  );
  const graph = new Map(
    [...entries].map(([logicalId, entry]) => [logicalId, [...entry.dependsOn, ...(entry.former?.dependsOn ?? [])]]),
  );
  const failures = await walk(
    reversed(graph),
    async (logicalId) => {
      const entry = entries.get(logicalId);
      if (entry !== undefined) await deleteResource(work, entry, keep(entry));
    },
    { stop: false },
  );
  rethrowClosed(failures);
  return [...failures.keys()];
}

async function deleteResource(work: Work, entry: StackResource, keep: boolean): Promise<void> {
  const stack = stackOf(work);
  if (keep) return moveResource(work.scope, stack, { ...entry, status: "DELETE_SKIPPED" });
  const { former } = entry;
  if (entry.physicalId === undefined && former?.physicalId === undefined)
    return moveResource(work.scope, stack, { ...entry, status: "DELETE_COMPLETE" });
  const leaving: StackResource = { ...entry, status: "DELETE_IN_PROGRESS" };
  if (entry.status !== "DELETE_IN_PROGRESS") moveResource(work.scope, stack, leaving);
  try {
    if (former !== undefined && former.physicalId !== entry.physicalId) await deletePhysical(work, entry.type, former);
    await deletePhysical(work, entry.type, entry);
    moveResource(work.scope, stackOf(work), { ...leaving, status: "DELETE_COMPLETE" });
  } catch (error) {
    if (error instanceof Closed) throw error;
    moveResource(work.scope, stackOf(work), { ...leaving, status: "DELETE_FAILED" }, { reason: reasonOf(error) });
    throw error;
  }
}

/** Delete a physical resource and wait until it is gone. */
export async function deletePhysical(work: Work, type: string, { physicalId, properties }: Incarnation): Promise<void> {
  if (physicalId === undefined) return;
  await providerOf(work, type).delete(callOf(work, stackOf(work)), physicalId, properties, work.signal);
}

export function rethrowClosed(failures: ReadonlyMap<string, unknown>): void {
  for (const error of failures.values()) if (error instanceof Closed) throw error;
}
