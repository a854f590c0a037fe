import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paginate } from "../../../src/region/protocol/paginate.js";

const key = (item: { id: string }): string => item.id;
const ids = (...names: string[]) => names.map((id) => ({ id }));

describe("pages", () => {
  test("without a limit there is one, in order of key", () => {
    expect(paginate(ids("b", "a"), key, {})).toEqual({ items: ids("a", "b"), NextToken: undefined });
  });

  test("the last one has no token, even when it is full", () => {
    const first = paginate(ids("a", "b"), key, { MaxResults: 1 });
    expect(first.items).toEqual(ids("a"));
    expect(paginate(ids("a", "b"), key, { MaxResults: 1, NextToken: first.NextToken })).toEqual({
      items: ids("b"),
      NextToken: undefined,
    });
  });

  test("go on behind the last key, though that item is gone meanwhile and others are new", () => {
    const { NextToken } = paginate(ids("a", "c", "e"), key, { MaxResults: 2 });
    expect(paginate(ids("a", "b", "d", "e"), key, { NextToken }).items).toEqual(ids("d", "e"));
  });

  test("may go downwards", () => {
    const { items, NextToken } = paginate(ids("a", "b", "c"), key, { MaxResults: 2 }, { descending: true });
    expect(items).toEqual(ids("c", "b"));
    expect(paginate(ids("a", "b", "c"), key, { NextToken }, { descending: true }).items).toEqual(ids("a"));
  });

  test.each(["", "x", "YWZ0ZXI6YQ==", "YWZ0ZXI6YQ\n", "é"])("refuse the token %j", (NextToken) => {
    expect(() => paginate(ids("a"), key, { NextToken })).toThrow(expect.objectContaining({ code: "InvalidNextToken" }) as Error);
  });

  test("refuse it by the service's own code", () => {
    expect(() => paginate(ids("a"), key, { NextToken: "x" }, { invalid: "InvalidParameterValue" })).toThrow(
      expect.objectContaining({ code: "InvalidParameterValue" }) as Error,
    );
  });

  test("together have every item once, whatever the keys and the limit", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: "binary" })), fc.integer({ min: 1, max: 5 }), (names, MaxResults) => {
        const seen: string[] = [];
        let NextToken: string | undefined;
        do {
          const page = paginate(ids(...names), key, { MaxResults, NextToken });
          seen.push(...page.items.map(key));
          NextToken = page.NextToken;
        } while (NextToken !== undefined);
        expect(seen).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)));
      }),
      { numRuns: 50 },
    );
  });
});
