import fc from "fast-check";
import { expect, test } from "vitest";
import { compareKeys, listPage, urlEncoded, type ListPage } from "../../../../src/region/services/s3/listing.js";

const key = fc.string({ unit: fc.constantFrom("a", "b", "/", "-", "é", "\ufb00", "😀"), minLength: 1, maxLength: 6 });

test("keys are in the order of their bytes in UTF-8", () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
});

/** All that a list shows, by the words of the documentation and without pages. */
function oracle(keys: readonly string[], prefix: string, delimiter: string | undefined): readonly string[] {
  const names = keys
    .filter((name) => name.startsWith(prefix))
    .map((name) => {
      const rest = name.slice(prefix.length);
      const [head = ""] = delimiter === undefined ? [rest] : rest.split(delimiter);
      return delimiter !== undefined && rest.includes(delimiter) ? `P ${prefix}${head}${delimiter}` : `K ${name}`;
    });
  return [...new Set(names)];
}

test("pages of any size, one after the other, show all of it once and in order", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 30 }),
      fc.constantFrom("", "a", "a/", "/"),
      fc.constantFrom(undefined, "/", "-", "b"),
      fc.integer({ min: 1, max: 5 }),
      (unsorted, prefix, delimiter, most) => {
        const keys = [...unsorted].sort(compareKeys);
        const items = keys.map((name) => ({ key: name }));
        const shown: string[] = [];
        let page: ListPage<{ key: string }> | undefined;
        do {
          page = listPage(items, { prefix, delimiter, after: page?.next, most });
          expect(page.items.length + page.commonPrefixes.length).toBeLessThanOrEqual(most);
          const both = [...page.items.map((item) => `K ${item.key}`), ...page.commonPrefixes.map((name) => `P ${name}`)];
          shown.push(...both.sort((a, b) => compareKeys(a.slice(2), b.slice(2))));
        } while (page.next !== undefined);
        expect(shown).toEqual(oracle(keys, prefix, delimiter));
      },
    ),
  );
});

test("no page of no keys has more behind it", () => {
  expect(listPage([{ key: "a" }], { prefix: "", delimiter: undefined, after: undefined, most: 0 })).toEqual({
    items: [],
    commonPrefixes: [],
    next: undefined,
  });
});

test("keys are written for URLs as S3 writes them", () => {
  expect(urlEncoded("a b/c+d&é*~(x)")).toBe("a+b/c%2Bd%26%C3%A9*~%28x%29");
});
