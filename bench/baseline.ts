type Measured<Name extends string> = Record<Name, number[]>;

export interface Compared<Name extends string> {
  readonly baseline: number[];
  readonly found: Measured<Name>;
  /** What was found, as a share of the mean of the baseline before it and the baseline after it. */
  readonly shares: Measured<Name>;
}

/**
 * Each thing measured between two measurements of the same baseline: what this machine gives changes from one second to the next, and
 * a baseline that is measured on one side only takes the change for a difference.
 */
export async function against<Name extends string>(
  baseline: () => Promise<number>,
  things: Record<Name, () => Promise<number>>,
  rounds: number,
): Promise<Compared<Name>> {
  const names = Object.keys(things) as Name[];
  // `fromEntries` forgets which names there are.
  const empty = () => Object.fromEntries(names.map((name) => [name, [] as number[]])) as Measured<Name>;
  const compared = { baseline: [] as number[], found: empty(), shares: empty() };
  // Warm-up.
  await baseline();
  for (const name of names) await things[name]();
  let before = await baseline();
  compared.baseline.push(before);
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      const value = await things[name]();
      const after = await baseline();
      compared.baseline.push(after);
      compared.found[name].push(value);
      compared.shares[name].push(value / ((before + after) / 2));
      before = after;
    }
  return compared;
}
