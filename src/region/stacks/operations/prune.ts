import type { Scope } from "../../operations/call.js";
import { remove } from "../../records/records.js";
import { ChangeSets, eventKey, resourceKey, resourcesOf, StackEvents, StackResources, Stacks } from "../records.js";

/** A deleted stack can be described by id for ninety days, as on AWS. */
const memory = 90 * 24 * 3_600_000;

/** Forget stacks that were deleted long ago, with all that belongs to them. */
export function pruneDeleted(scope: Scope): void {
  const old = scope.records.list(Stacks).filter(({ deletedAt }) => deletedAt !== undefined && scope.now() - deletedAt > memory);
  for (const { stackId } of old)
    scope.commit(
      remove(Stacks, stackId),
      ...resourcesOf(scope, stackId).map(({ logicalId }) => remove(StackResources, resourceKey(stackId, logicalId))),
      ...scope.records
        .list(StackEvents)
        .filter((event) => event.stackId === stackId)
        .map((event) => remove(StackEvents, eventKey(event))),
      ...scope.records
        .list(ChangeSets)
        .filter((changeSet) => changeSet.stackId === stackId)
        .map(({ changeSetId }) => remove(ChangeSets, changeSetId)),
    );
}
