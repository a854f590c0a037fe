import type { Scope } from "../../operations/call.js";
import { put, remove, type Change } from "../../records/records.js";
import { ChangeSets, type ChangeSet } from "../records.js";

/**
 * What becomes of a stack's change sets when the stack begins to change: they were made for what it no longer is. Is it one of them
 * that does it, that one stays, to be described, and AWS deletes the others; at UpdateStack it keeps them, as obsolete.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ChangeSetSummary.html
 */
export function outdatedBy(scope: Scope, stackId: string, executing?: ChangeSet): readonly Change[] {
  const all = scope.records.list(ChangeSets).filter((changeSet) => changeSet.stackId === stackId);
  if (executing === undefined)
    return all.filter(({ executed }) => !executed).map((open) => put(ChangeSets, open.changeSetId, { ...open, obsolete: true }));
  const others = all.filter(({ changeSetId }) => changeSetId !== executing.changeSetId);
  return [
    ...others.map(({ changeSetId }) => remove(ChangeSets, changeSetId)),
    put(ChangeSets, executing.changeSetId, { ...executing, executed: true }),
  ];
}
