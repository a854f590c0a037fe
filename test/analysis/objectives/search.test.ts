import fc from "fast-check";
import { expect, test } from "vitest";
import { Unknown } from "../../../src/environment/maybe.js";
import type { Change } from "../../../src/analysis/objectives/changes.js";
import type { ServicePath } from "../../../src/analysis/objectives/path.js";
import { cheaper, Search, type Judge } from "../../../src/analysis/objectives/search.js";

/** A path whose name is the letters of the changes that were made to it. */
const path: ServicePath = { name: "", entries: [], tiers: [], databases: [], nat: undefined, buckets: [], gaps: [] };

const change = (letter: string, monthly: Change["monthly"], group = letter): Change => ({
  text: letter,
  on: { id: letter, type: "T", name: letter },
  group,
  monthly,
  apply: (each) => ({ ...each, name: each.name + letter }),
});

/** Achievable once all these letters are there. */
const needs = (letters: string): Judge => ({
  judge: ([changed]) => {
    const missing = letters.split("").filter((letter) => changed?.name.includes(letter) !== true).length;
    return { verdicts: { rto: missing === 0 ? "achievable" : "not achievable" }, missed: missing, unknown: 0 };
  },
  availability: ([changed]) => 0.9 + (changed?.name.length ?? 0) / 1000,
});

const texts = (changes: readonly Change[] | undefined) => changes?.map(({ text }) => text);

test("nothing that helps nobody is advised", () => {
  expect(texts(new Search([path], [change("a", 1), change("b", 0)], needs("a")).cheapest()?.changes)).toEqual(["a"]);
  expect(new Search([path], [change("b", 0)], needs("a")).cheapest()).toBeUndefined();
});

test("of two changes of one thing the cheaper one is advised, and one without a price last", () => {
  const either: Judge = {
    judge: ([changed]) => ({ verdicts: { rto: changed?.name === "" ? "unknown" : "achievable" }, missed: 0, unknown: 0 }),
    availability: () => 1,
  };
  const changes = [change("a", new Unknown("no price"), "x"), change("b", 20, "x"), change("c", 10, "x")];
  expect(texts(new Search([path], changes, either).cheapest()?.changes)).toEqual(["c"]);
});

test("no other set that comes as far is cheaper", () => {
  const prices = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(new Unknown("no price"))), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(prices, fc.nat(63), (found, mask) => {
      const changes = found.map((monthly, index) => change("abcdef"[index] ?? "", monthly));
      const letters = changes.filter((_, index) => (mask & (1 << index)) !== 0).map(({ text }) => text);
      const plan = new Search([path], changes, needs(letters.join(""))).cheapest();
      expect(texts(plan?.changes ?? [])).toEqual(letters);
      changes.forEach((extra) => {
        const other = changes.filter((each) => letters.includes(each.text) || each === extra);
        expect(other.length === letters.length || cheaper(plan?.changes ?? [], other)).toBe(true);
      });
    }),
  );
});

test("each further step costs more and is promised more", () => {
  const steps = new Search([path], [change("a", 5), change("b", 3), change("c", 9)], needs("abc")).steps();
  expect(steps.map(({ monthly, availability }) => [monthly, Number(availability.toFixed(3))])).toEqual([
    [3, 0.901],
    [8, 0.902],
    [17, 0.903],
  ]);
});

test("of more changes than can be tried in all sets, what is not needed is still given up", () => {
  const changes = Array.from({ length: 14 }, (_, index) => change(String.fromCodePoint(97 + index), index));
  const judge: Judge = { ...needs("bd"), availability: () => 1 };
  const plan = new Search([path], changes, judge).cheapest();
  expect([texts(plan?.changes), plan?.exact]).toEqual([["b", "d"], false]);
});
