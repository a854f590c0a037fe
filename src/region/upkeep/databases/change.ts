import type { Scope } from "../../operations/call.js";
import { put, type Commit } from "../../records/records.js";
import { instanceEvents } from "../../services/rds/instanceevents.js";
import { DBInstances, type DBInstance } from "../../services/rds/records.js";

/**
 * Change the record as it is now, not as it was before we waited; with its events and further changes in the same commit. Gives the record as it is
 * then; nothing where it is another's or gone.
 */
export function change(
  scope: Scope,
  was: DBInstance,
  how: (now: DBInstance) => DBInstance,
  ...also: Commit
): DBInstance | undefined {
  const now = scope.records.get(DBInstances, was.identifier);
  if (now === undefined || now.resourceId !== was.resourceId) return undefined;
  const next = how(now);
  if (also.length > 0 || JSON.stringify(next) !== JSON.stringify(now))
    scope.commit(put(DBInstances, was.identifier, next), ...instanceEvents(scope, now, next), ...also);
  return next;
}
