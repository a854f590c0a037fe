import { namingOf } from "../naming.js";
import type { StackResource } from "../records.js";
import { moveResource } from "./journal.js";
import { callOf, Closed, providerOf, reasonOf, stackOf, type Work } from "./work.js";

/** Change the physical resource of an entry from its former properties to its present ones; may be done again after a crash. */
export async function changeInPlace(work: Work, entry: StackResource): Promise<void> {
  const { scope, signal } = work;
  const stack = stackOf(work);
  const provider = providerOf(work, entry.type);
  const { physicalId, former } = entry;
  try {
    if (physicalId === undefined || former === undefined || provider.update === undefined)
      throw new Error(`${entry.logicalId} (${entry.type}) cannot be changed in place.`);
    const call = callOf(work, stack);
    const naming = namingOf(stack, entry.logicalId);
    for (const from of new Set([former.properties, entry.interim ?? former.properties]))
      await provider.update(call, physicalId, { from, to: entry.properties }, naming, signal);
    moveResource(scope, stackOf(work), { ...entry, status: "UPDATE_COMPLETE" });
  } catch (error) {
    if (error instanceof Closed) throw error;
    const reason = signal.aborted ? "Resource update cancelled" : reasonOf(error);
    moveResource(scope, stackOf(work), { ...entry, status: "UPDATE_FAILED" }, { reason });
    throw error;
  }
}
