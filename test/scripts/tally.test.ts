import { expect, test } from "vitest";
import { closingLine } from "../../scripts/setup/tally.mjs";

const report = (passed: number, failed: number, pending: number, unloaded = 0) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: 0,
  testResults: Array.from({ length: unloaded }, () => ({ status: "failed", assertionResults: [] })),
});

test.each([
  ["all passed", report(12, 0, 0), [], "12 passed, 0 failed, 0 skipped"],
  ["some were skipped", report(12, 0, 4), [], "12 passed, 0 failed, 4 skipped"],
  ["a file that could not be loaded is a failure", report(12, 0, 0, 1), [], "12 passed, 1 failed, 0 skipped"],
  ["a failed check is a failure", report(12, 1, 0), ["lint", "format"], "12 passed, 3 failed, 0 skipped"],
  ["vitest left no report", undefined, [], "0 passed, 1 failed, 0 skipped"],
])("the closing line of npm test: %s", (_, found, checks, line) => {
  expect(closingLine(found, checks)).toBe(line);
});
