import { expect, test } from "vitest";
import { readPattern } from "../../src/template/pattern.js";

test.each<[pattern: string, value: string, matches: boolean]>([
  ["[a-z]+", "abc", true],
  ["[a-z]+", "abc1", false],
  ["a|b", "ab", false],
  ["(?i)[a-z]+", "AbC", true],
  ["(?is)a.c", "A\nC", true],
  [String.raw`[\p{L}]+`, "Zoë", true],
  [String.raw`\p{L}+`, "Zo3", false],
  [String.raw`\p{Lu}\p{Ll}*`, "Éa", true],
  [String.raw`[\p{L}\p{Nd}\_\@-]+`, "a_b@3-é", true],
  [String.raw`\p{Alpha}\p{Alnum}*`, "a1", true],
  [String.raw`[\p{Alpha}_]+`, "a_b", true],
  [String.raw`[\p{Alpha}_]+`, "é", false],
  [String.raw`\P{Digit}+`, "abc", true],
  [String.raw`\P{Digit}+`, "ab1", false],
  [String.raw`[\p{Punct}]+`, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", true],
  [String.raw`\Aabc\z`, "abc", true],
  [String.raw`\Qa.b\E+`, "a.b", true],
  [String.raw`\Qa.b\E`, "axb", false],
  [String.raw`[a-zA-Z0-9\-_]*`, "a-b_c", true],
  [String.raw`[+*]\++`, "*++", true],
])("%s against %j: %s", (pattern, value, matches) => {
  const read = readPattern(pattern);
  expect("matches" in read ? read.matches(value) : read.why).toBe(matches);
});

test.each([
  ["[a-z]++", "Sandtable does not model possessive quantifiers (a++) in an AllowedPattern yet"],
  ["(?>ab)c", "Sandtable does not model atomic groups ((?>…)) in an AllowedPattern yet"],
  [
    "[a-z&&[^b]]",
    "Sandtable does not model unions and intersections of character classes ([a-z&&[^b]]) in an AllowedPattern yet",
  ],
  ["a(?i)b", "Sandtable does not model the flags (?i) in an AllowedPattern yet"],
  [String.raw`\p{IsGreek}`, String.raw`Sandtable does not model \p{IsGreek} in an AllowedPattern yet`],
  ["(a", "AllowedPattern is not a regular expression: (a"],
])("%s is refused by name", (pattern, why) => expect(readPattern(pattern)).toEqual({ why }));

test("one that would be searched for years is given up", () => {
  const read = readPattern("(a+)+");
  expect("matches" in read && read.matches(`${"a".repeat(60)}!`)).toBeUndefined();
  expect("matches" in read && read.matches("aaa")).toBe(true);
});
