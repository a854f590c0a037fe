import { describe, expect, test } from "vitest";
import { readBaseline } from "../../../src/analysis/verdict/baseline.js";
import { finding, reportOf } from "../../cli/check/support.js";

const entry = "rule: open\n    resource: Web\n    reason: agreed with security\n    expires: 2026-12-31";
const acceptancesOf = (text: string) => readBaseline("accepted.yaml", `accepted:\n  - ${text}\n`).acceptances;

describe("a baseline", () => {
  test("takes a finding out of the verdict until its last day", () => {
    const on = (today: string) => reportOf([finding("open", "high")], { acceptances: acceptancesOf(entry), today });
    expect(on("2026-12-31")).toMatchObject({ overall: "pass", findings: [], remarks: [] });
    expect(on("2026-12-31").accepted[0]?.acceptance.reason).toBe("agreed with security");
    expect(on("2027-01-01").overall).toBe("findings");
    expect(on("2027-01-01").remarks).toMatchObject([{ kind: "expired", place: { file: "accepted.yaml", line: 2 } }]);
  });

  test("says which of its entries match nothing", () => {
    const report = reportOf([finding("closed", "high")], { acceptances: acceptancesOf(entry) });
    expect(report.overall).toBe("findings");
    expect(report.remarks).toMatchObject([{ kind: "unused", text: expect.stringContaining("open for Web") as string }]);
  });

  test("accepts what is not known, too, and for good where it says never", () => {
    const acceptances = acceptancesOf(entry.replace("2026-12-31", "never"));
    const report = reportOf([finding("open", "high", { verdict: "unknown" })], { acceptances, today: "2099-01-01" });
    expect(report.overall).toBe("pass");
  });

  test.each([
    ["an entry without a reason", entry.replace(/reason: .*/, "reason: ''"), "the entry has no reason"],
    ["an entry without an expiry", entry.replace(/\n    expires: .*/, ""), "does not say when it expires"],
    ["a day that no month has", entry.replace("2026-12-31", "2026-02-30"), "2026-02-30 is not a day"],
    ["a member that does not exist", `${entry}\n    severity: low`, "an entry has no severity"],
    ["an entry that is a word", "open", "an entry has rule, resource, reason and expires"],
  ])("refuses %s, with its line", (_, text, message) => {
    const { acceptances, problems } = readBaseline("accepted.yaml", `accepted:\n  - ${text}\n`);
    expect(acceptances).toEqual([]);
    expect(problems).toMatchObject([{ message: expect.stringContaining(message) as string, line: expect.any(Number) as number }]);
    expect(problems[0]?.line).toBeGreaterThan(1);
  });

  test.each([
    ["text that is no YAML", "accepted: [", 1],
    ["a file without the list", "findings: []", 1],
  ])("refuses %s", (_, text, count) => {
    expect(readBaseline("b.yaml", text).problems.length).toBeGreaterThanOrEqual(count);
  });

  test("may be JSON", () => {
    const text = JSON.stringify({ accepted: [{ rule: "open", resource: "Web", reason: "agreed", expires: "never" }] });
    expect(readBaseline("b.json", text)).toMatchObject({ problems: [], acceptances: [{ rule: "open" }] });
  });
});
