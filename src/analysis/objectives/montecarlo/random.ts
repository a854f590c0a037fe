/** Numbers in [0, 1) that look like chance, and are the same for the same seed everywhere. */
export type Random = () => number;

/** sfc32 (Chris Doty-Humphrey's Small Fast Counting generator, PractRand): 128 bits of state, of which the seed fills one word. */
export function seeded(seed: number): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Until the seed has reached every word.
  for (let round = 0; round < 15; round++) next();
  return next;
}

/** A time until something happens at a constant rate, with this mean. */
export const exponential = (random: Random, mean: number): number => -Math.log(1 - random()) * mean;
