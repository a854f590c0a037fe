import { expect, test } from "vitest";
import { closingLine } from "../../scripts/setup/tally.mjs";

const file = (...statuses: readonly string[]) => ({
  status: statuses.includes("failed") ? "failed" : "passed",
  assertionResults: statuses.map((status) => ({ status })),
});
const unloaded = { status: "failed", assertionResults: [] };

test.each([
  ["all passed", [file("passed", "passed")], [], "2 passed, 0 failed, 0 skipped"],
  ["some were skipped", [file("passed"), file("pending", "skipped", "todo")], [], "1 passed, 0 failed, 3 skipped"],
  ["a file that could not be loaded is a failure", [file("passed"), unloaded], [], "1 passed, 1 failed, 0 skipped"],
  ["a failed check is a failure", [file("passed", "failed")], ["lint", "format"], "1 passed, 3 failed, 0 skipped"],
  ["vitest left no report", undefined, [], "0 passed, 1 failed, 0 skipped"],
])("the closing line of npm test: %s", (_, testResults, checks, line) => {
  expect(closingLine(testResults === undefined ? undefined : { testResults }, checks)).toBe(line);
});
