/**
 * Remembers what a pure function gave. A VPC is planned as a whole at each change, and nearly all of it is as it was: what is
 * the same object as before needs no comparing either. Forgets everything once it holds too much.
 */
export function memo<Result>(make: (key: string) => Result, limit = 20_000): (key: string) => Result {
  const known = new Map<string, Result>();
  return (key) => {
    const there = known.get(key);
    if (there !== undefined) return there;
    const made = make(key);
    if (known.size >= limit) known.clear();
    known.set(key, made);
    return made;
  };
}

/** The same by object: remembered as long as the object is. */
export function memoOf<Key extends object, Result>(make: (key: Key) => Result): (key: Key) => Result {
  const known = new WeakMap<Key, { readonly made: Result }>();
  return (key) => {
    const there = known.get(key);
    if (there !== undefined) return there.made;
    const made = make(key);
    known.set(key, { made });
    return made;
  };
}
