import { describe, expect, test } from "vitest";
import { enforced, recorded, reviewMembers, states, within, type MemberRules } from "../../../src/region/operations/members.js";

const rules: MemberRules = {
  Name: enforced,
  Note: recorded("nobody reads it"),
  Mode: states("a", 1),
  Shape: states({ X: 1, Y: [2] }),
  Rules: within({ Port: enforced, Peer: within({ Cidr: enforced, Why: recorded("a comment") }), Kind: states("tcp") }),
  Deep: within({ Lists: within({ A: enforced }) }),
};

const paths = (input: unknown) => {
  const { refused, recorded: kept } = reviewMembers(input, rules);
  return { refused: refused.map(({ path }) => path), kept: kept.map(({ path }) => path) };
};

describe("what was sent is held against the rules", () => {
  test.each<[string, unknown, string[], string[]?]>([
    ["what is understood", { Name: "x" }, []],
    ["a member without a rule", { Name: "x", Colour: "red" }, ["Colour"]],
    ["a member called like one of every object", { constructor: "x", toString: 1 }, ["constructor", "toString"]],
    ["a member of that name from JSON", JSON.parse('{"__proto__":{"A":1}}'), ["__proto__"]],
    ["in a structure in a list", { Rules: [{ Port: 1 }, { Port: 2, Colour: "red" }] }, ["Rules.2.Colour"]],
    ["two structures deep", { Rules: [{ Peer: { Cidr: "x", Colour: "red" } }] }, ["Rules.1.Peer.Colour"]],
    ["a structure where a list is usual", { Rules: { Colour: "red" } }, ["Rules.Colour"]],
    ["lists in lists", { Deep: { Lists: [[{ A: 1 }], [{ A: 1, B: 2 }]] } }, ["Deep.Lists.2.1.B"]],
    ["a word where a structure belongs", { Rules: "open" }, ["Rules"]],
    ["a word in a list of structures", { Rules: [{ Port: 1 }, "open"] }, ["Rules.2"]],
    ["a date where a structure belongs", { Rules: new Date() }, ["Rules"]],
    ["bytes where a structure belongs", { Rules: new Uint8Array([1]) }, ["Rules"]],
    ["another value than the default", { Mode: "b", Rules: [{ Kind: "udp" }] }, ["Mode", "Rules.1.Kind"]],
    ["the default, as a number or a word", { Mode: "1" }, []],
    ["the default of a structure, in any order", { Shape: { Y: [2], X: 1 } }, []],
    ["what is only kept, wherever it is", { Note: "x", Rules: [{ Peer: { Why: "y" } }] }, [], ["Note", "Rules.1.Peer.Why"]],
    ["everything at once", { A: 1, B: 2, Rules: [{ C: 3 }] }, ["A", "B", "Rules.1.C"]],
  ])("%s", (_what, input, refused, kept = []) => {
    expect(paths(input)).toEqual({ refused, kept });
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["an empty list", []],
    ["an empty structure", {}],
    ["a structure of nothing", { A: undefined }],
  ])("%s says nothing, of a member with a rule as of one without", (_what, value) => {
    expect(paths({ Colour: value, Mode: value, Note: value, Rules: value, Deep: { Lists: [value], Other: value } })).toEqual({
      refused: [],
      kept: [],
    });
  });

  test.each<[unknown]>([[false], [0], [""], [[""]], [[{}, { A: 1 }]]])("%j says something", (value) => {
    expect(paths({ Colour: value }).refused).toEqual(["Colour"]);
  });

  test("a long value is not repeated whole", () => {
    expect(reviewMembers({ Mode: "x".repeat(5000) }, rules).refused[0]!.because.length).toBeLessThan(300);
  });
});
