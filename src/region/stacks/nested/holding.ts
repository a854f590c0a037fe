import type { StackStatus } from "@aws-sdk/client-cloudformation";
import type { Scope } from "../../operations/call.js";
import { stackOf, type Work } from "../engine/work.js";
import { isMoving, Stacks, type Stack } from "../records.js";

/*
 * A nested stack that was updated (or went back) keeps everything until the stack above all has come that far, too: what a clean-up
 * deletes cannot be taken back any more.
 */

/** Where the parent may still want its nested stacks to be what they were. */
const undecided: readonly StackStatus[] = [
  "UPDATE_IN_PROGRESS",
  "UPDATE_FAILED",
  "UPDATE_ROLLBACK_IN_PROGRESS",
  "UPDATE_ROLLBACK_FAILED",
];

function isReleased(scope: Scope, { parentId }: Stack): boolean {
  const parent = parentId === undefined ? undefined : scope.records.get(Stacks, parentId);
  return parent === undefined || (!undecided.includes(parent.status) && isReleased(scope, parent));
}

/** Resolves with true when the stack may clean up, with false when it has something else to do. */
export async function mayCleanUp(work: Work): Promise<boolean> {
  const before = stackOf(work);
  const hasMoved = (): boolean => stackOf(work).status !== before.status;
  try {
    await work.scope.until(() => hasMoved() || isReleased(work.scope, before), work.signal);
  } catch (error) {
    if (!hasMoved()) throw error;
  }
  return !hasMoved();
}

/** Resolves when no nested stack of this one is on its way any more. */
export const nestedAtRest = ({ scope, stackId, signal }: Work): Promise<void> =>
  scope.until(() => !scope.records.list(Stacks).some((stack) => stack.parentId === stackId && isMoving(stack)), signal);
