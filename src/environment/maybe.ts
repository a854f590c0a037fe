/**
 * What a source does not say, and why: a parameter without a value, an import of another stack, a value that AWS gives only when the
 * resource is made. A verdict that rests on one is itself unknown; it never counts as a pass.
 */
export class Unknown {
  /** `parameter`: the parameter that it is the value of; `isSecret`: one that is not to be shown (NoEcho). */
  constructor(
    readonly why: string,
    readonly parameter?: string,
    readonly isSecret = false,
  ) {}
}

/** Of an account nobody has named. Whatever it is, it is one account, and no pattern. */
export const accountNotKnown = "the account is not known";

export type Maybe<T> = T | Unknown;

export const isUnknown = (value: unknown): value is Unknown => value instanceof Unknown;

export const isKnown = <T>(value: Maybe<T>): value is T => !(value instanceof Unknown);

/** What is known of it, or `otherwise`. */
export const known = <T, U = undefined>(value: Maybe<T>, otherwise?: U): T | U =>
  value instanceof Unknown ? (otherwise as U) : value;

/** Both; unknown only where what is known does not already say no. */
export function andThen(left: Maybe<boolean>, right: () => Maybe<boolean>): Maybe<boolean> {
  if (left === false) return false;
  const other = right();
  return other === false || !isUnknown(left) ? other : left;
}
