import type { Scope } from "../operations/call.js";
import type { OwnerKind } from "./upkeep.js";

/**
 * Looks after every owner of one kind. `attend` is never run twice at once for the same owner; it may be run at any
 * time, in any state, as often as wanted, and after a `kill -9` at any instant: it asks the part what is, reads from the
 * records what is wished, takes the next step and commits what it saw.
 */
export interface Keeper {
  readonly kind: OwnerKind;
  /** Ids of the owners this scope has records of; all are attended to when the region starts. */
  owners(scope: Scope): readonly string[];
  /** Milliseconds until it wants to look again, or nothing. A rejection is logged and tried again after a pause. */
  attend(scope: Scope, id: string): Promise<number | void>;
}
