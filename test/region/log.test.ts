import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileLog } from "../../src/region/log.js";
import { temporaryFolder } from "../support/records.js";

const numbers = (file: string): number[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { n: number }).n);

test("the log is one JSON line an entry, readable by its owner alone, and goes on after a restart", () => {
  const file = join(temporaryFolder(), "region.log");
  fileLog(file)({ n: 1 });
  fileLog(file)({ n: 2, text: "two\nlines" });
  expect(numbers(file)).toEqual([1, 2]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a log that has grown is put aside, and only the newest of those are kept", () => {
  const file = join(temporaryFolder(), "region.log");
  const log = fileLog(file, { largest: 500, kept: 2 });
  for (let n = 1; n <= 100; n++) log({ n });
  const all = [...numbers(`${file}.2`), ...numbers(`${file}.1`), ...numbers(file)];
  expect(all).toEqual(all.map((_, index) => 100 - all.length + 1 + index));
  expect(existsSync(`${file}.3`)).toBe(false);
  for (const each of [file, `${file}.1`, `${file}.2`]) expect(statSync(each).size).toBeLessThanOrEqual(500);
});

test("a log that cannot be written stops nobody", () => {
  const file = join(temporaryFolder(), "region.log");
  mkdirSync(file);
  expect(() => fileLog(file)({ n: 1 })).not.toThrow();
});
