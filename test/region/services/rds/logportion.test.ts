import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logPortion, type LogPortion, type ReadableLog } from "../../../../src/region/services/rds/logportion.js";

const logOf = (text: string | Buffer): ReadableLog => {
  const bytes = Buffer.from(text as string);
  return { size: bytes.length, read: (from, count) => bytes.subarray(from, from + count) };
};
const five = "one\ntwo\nthree\nfour\nfive\n";

describe("a portion of a log", () => {
  test.each<[string, string, { marker?: string; lines?: number }, Partial<LogPortion>]>([
    ["without anything is all of it", five, {}, { text: five, marker: "0:24", pending: false }],
    ["of two lines is the last two", five, { lines: 2 }, { text: "four\nfive\n", pending: false }],
    ["counts a line that is being written", "one\ntwo\nthr", { lines: 2 }, { text: "two\nthr", pending: false }],
    ["of more lines than there are is all of it", five, { lines: 99 }, { text: five }],
    ["from 0 is the first lines", five, { marker: "0", lines: 2 }, { text: "one\ntwo\n", marker: "0:8", pending: true }],
    ["from a marker goes on there", five, { marker: "0:8", lines: 2 }, { text: "three\nfour\n", marker: "0:19", pending: true }],
    ["from the end is empty", five, { marker: "0:24" }, { text: "", marker: "0:24", pending: false }],
    ["from beyond the end is empty", five, { marker: "0:99" }, { text: "", marker: "0:99", pending: false }],
    ["of an empty file is empty", "", {}, { text: "", marker: "0:0", pending: false }],
    ["of one empty line is that", "\n", { lines: 1 }, { text: "\n" }],
  ])("%s", (_, text, asked, expected) => {
    expect(logPortion(logOf(text), asked)).toMatchObject(expected);
  });

  test("has the last 10,000 lines unless told otherwise", () => {
    const lines = Array.from({ length: 10_001 }, (_, n) => `${n}\n`);
    expect(logPortion(logOf(lines.join(""))).text).toBe(lines.slice(1).join(""));
  });

  test("has no more than a mebibyte, and whole lines", () => {
    const line = `${"é".repeat(600)}\n`;
    const log = logOf(line.repeat(1000));
    for (const portion of [logPortion(log), logPortion(log, { marker: "0" })]) {
      expect(Buffer.byteLength(portion.text)).toBeLessThanOrEqual(1024 * 1024);
      expect(portion.text).toBe(line.repeat(873));
    }
    expect(logPortion(log).pending).toBe(false);
    expect(logPortion(log, { marker: "0" }).pending).toBe(true);
  });

  test("a line longer than a mebibyte comes in pieces", () => {
    const log = logOf("x".repeat(1024 * 1024 + 5));
    const first = logPortion(log, { marker: "0" });
    expect(first.text.length).toBe(1024 * 1024);
    expect(logPortion(log, { marker: first.marker })).toMatchObject({ text: "xxxxx", pending: false });
  });

  test.each([
    ["a marker that is none", { marker: "later" }],
    ["no lines", { lines: 0 }],
    ["half a line", { lines: 1.5 }],
  ])("%s is refused", (_, asked) => {
    expect(() => logPortion(logOf(five), asked)).toThrow(expect.objectContaining({ code: "InvalidParameterValue" }) as Error);
  });

  test("portions one after the other make the whole file, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "é", "\n", "\r", "😀") }),
        fc.integer({ min: 1, max: 4 }),
        (text, lines) => {
          const log = logOf(text);
          const read: string[] = [];
          let marker = "0";
          for (let pending = true; pending;) {
            const portion = logPortion(log, { marker, lines });
            read.push(portion.text);
            ({ marker, pending } = portion);
          }
          expect(read.join("")).toBe(text);
        },
      ),
    );
  });

  test("the last lines and what comes before them make the whole file", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "é", "\n") }), fc.integer({ min: 1, max: 4 }), (text, lines) => {
        const tail = logPortion(logOf(text), { lines }).text;
        expect(text.endsWith(tail)).toBe(true);
        const counted = tail.split("\n").length - (tail.endsWith("\n") || tail === "" ? 1 : 0);
        expect(counted).toBe(Math.min(lines, text.split("\n").length - (text.endsWith("\n") || text === "" ? 1 : 0)));
      }),
    );
  });
});
