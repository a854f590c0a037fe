/**
 * The one plain line a test run ends with, from vitest's JSON report. A test file that could not be loaded has no tests
 * in it, yet it is a failure; so is a static check that failed, and a run that left no report. vitest's own sums leave out
 * tests that our runner skipped: each test's own status does not.
 * @param {{ testResults: readonly { status: string, assertionResults: readonly { status: string }[] }[] } | undefined} report
 * @param {readonly string[]} failedChecks
 * @returns {string}
 */
export function closingLine(report, failedChecks) {
  const files = report?.testResults ?? [{ status: "failed", assertionResults: [] }];
  const tests = files.flatMap((file) => file.assertionResults.map((test) => test.status));
  const unloaded = files.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  const passed = tests.filter((status) => status === "passed").length;
  const failed = tests.filter((status) => status === "failed").length;
  return `${passed} passed, ${failed + unloaded + failedChecks.length} failed, ${tests.length - passed - failed} skipped`;
}
