import fc from "fast-check";
import { expect, test } from "vitest";
import { Pairs } from "../../../src/analysis/reachability/pairs.js";

const number = fc.oneof(fc.nat(40), fc.integer({ min: 0, max: 2 ** 32 - 2 }));

test("a memory of pairs has what was last set for each, however many there are and whatever order they come in", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number, number), { maxLength: 1000 }), (sets) => {
      const pairs = new Pairs();
      const expected = new Map<string, number>();
      for (const [a, b, value] of sets) {
        expect(pairs.get(a, b)).toBe(expected.get(`${a} ${b}`));
        pairs.set(a, b, value);
        expected.set(`${a} ${b}`, value);
      }
      for (const [a, b] of sets) expect(pairs.get(a, b)).toBe(expected.get(`${a} ${b}`));
    }),
    { numRuns: 50 },
  );
});
