/**
 * The one plain line a test run ends with, from vitest's JSON report. A test file that could not be loaded has no tests
 * in it, yet it is a failure; so is a static check that failed, and a run that left no report.
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: readonly { status: string, assertionResults: readonly unknown[] }[] } | undefined} report
 * @param {readonly string[]} failedChecks
 * @returns {string}
 */
export function closingLine(report, failedChecks) {
  const unloaded =
    report?.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length ?? 1;
  const failed = (report?.numFailedTests ?? 0) + unloaded + failedChecks.length;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  return `${report?.numPassedTests ?? 0} passed, ${failed} failed, ${skipped} skipped`;
}
