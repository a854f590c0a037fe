import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesBelow, isStamped, stampOfContents, stampOfTimes, writeStamp } from "../../scripts/setup/stamps.mjs";

const folder = mkdtempSync(join(tmpdir(), "sandtable-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "a.ts");

test("a stamp holds until a source changes, comes or goes", () => {
  writeFileSync(file, "one");
  const before = stampOfTimes(filesBelow([folder]));
  writeStamp(join(folder, "..", `${folder.split("/").at(-1)}-stamp`), before);
  expect(stampOfTimes(filesBelow([folder]))).toBe(before);
  utimesSync(file, 1, 1);
  expect(stampOfTimes(filesBelow([folder]))).not.toBe(before);
  writeFileSync(join(folder, "b.ts"), "");
  expect(stampOfTimes(filesBelow([folder], (path: string) => path.endsWith("a.ts")))).not.toBe(
    stampOfTimes(filesBelow([folder])),
  );
  rmSync(join(folder, "..", `${folder.split("/").at(-1)}-stamp`));
});

test("a stamp of contents does not mind a file's time", () => {
  writeFileSync(file, "one");
  const before = stampOfContents([file]);
  utimesSync(file, 5, 5);
  expect(stampOfContents([file])).toBe(before);
  writeFileSync(file, "two");
  expect(stampOfContents([file])).not.toBe(before);
});

test("what was never stamped is stale", () => {
  expect(isStamped(join(folder, "none"), "x")).toBe(false);
});
