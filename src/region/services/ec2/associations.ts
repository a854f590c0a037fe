/**
 * Associations that CloudFormation replaces: it makes the new one while the old one is there, and ends the one or the other when
 * it knows how the update went. The new one takes the place of the old one and remembers it; so every association is a chain, the one
 * in force first.
 */
export interface Association<A> {
  readonly associationId: string;
  /** What a stack's association took the place of, until the stack's update is done or undone. */
  readonly replaced?: A | undefined;
}

/**
 * The chain without one association: what the one in force had replaced is in force again. Pure.
 * @param lives whether what an association leads to is still there; the others are forgotten
 */
export function ended<A extends Association<A>>(
  chain: A | undefined,
  associationId: string,
  lives: (association: A) => boolean,
): A | undefined {
  if (chain === undefined) return undefined;
  const replaced = ended(chain.replaced, associationId, lives);
  return chain.associationId === associationId || !lives(chain) ? replaced : { ...chain, replaced };
}

/** Whether an association is in force or replaced in the chain. Pure. */
export const isIn = <A extends Association<A>>(chain: A | undefined, associationId: string): boolean =>
  chain !== undefined && (chain.associationId === associationId || isIn(chain.replaced, associationId));
