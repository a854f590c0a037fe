import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { severities, type Finding } from "../../../src/analysis/finding.js";
import { atLeast } from "../../../src/analysis/verdict/order.js";
import { finding, reportOf } from "../../cli/check/support.js";

describe("what a set of findings amounts to", () => {
  const unknown = { verdict: "unknown" } as const;
  test.each<[string, readonly Finding[], string]>([
    ["nothing found passes", [], "pass"],
    ["what fails below the limit passes", [finding("a", "medium")], "pass"],
    ["what fails at the limit is a finding", [finding("a", "high")], "findings"],
    ["what fails above the limit is a finding", [finding("a", "critical")], "findings"],
    ["what is not known at the limit makes the verdict unknown", [finding("a", "high", unknown)], "unknown"],
    ["what is not known below the limit does not", [finding("a", "low", unknown)], "pass"],
    ["what fails wins over what is not known", [finding("a", "critical", unknown), finding("b", "high")], "findings"],
  ])("%s", (_, findings, overall) => {
    expect(reportOf(findings).overall).toBe(overall);
  });

  test("unknown is never a pass: what holds for a failing finding holds for an unknown one", () => {
    fc.assert(
      fc.property(fc.constantFrom(...severities), fc.constantFrom(...severities), (severity, failOn) => {
        const overall = reportOf([finding("a", severity, unknown)], { failOn }).overall;
        expect(overall).toBe(atLeast(severity, failOn) ? "unknown" : "pass");
      }),
    );
  });
});

test("the worst comes first, then what is sure, then what stands first in the text", () => {
  const place = (line: number) => ({ place: { file: "t.yaml", line, column: 1 } });
  const report = reportOf([
    finding("low", "low", place(1)),
    finding("later", "high", place(9)),
    finding("unsure", "high", { ...place(1), verdict: "unknown" }),
    finding("earlier", "high", place(3)),
    finding("worst", "critical", place(20)),
  ]);
  expect(report.findings.map(({ rule }) => rule)).toEqual(["worst", "earlier", "later", "unsure", "low"]);
});

test("the order does not hang on the order in which rules found them", () => {
  const some = severities.flatMap((severity) => ["a", "b"].map((rule) => finding(`${rule}-${severity}`, severity)));
  fc.assert(
    fc.property(fc.shuffledSubarray(some, { minLength: some.length }), (shuffled) => {
      expect(reportOf(shuffled).findings).toEqual(reportOf(some).findings);
    }),
  );
});

test("the same said twice is one finding; the same of another resource is another", () => {
  const other = { resource: { id: "Api", type: "AWS::EC2::Instance", name: "api" } };
  const report = reportOf([finding("a", "high"), finding("a", "high"), finding("a", "high", other)]);
  expect(report.findings.map(({ resource }) => resource.id)).toEqual(["Api", "Web"]);
  expect(report.bySeverity.high).toEqual({ fails: 2, unknown: 0 });
});

test("every rule is listed with what came of it, and what is not examined is not lost", () => {
  const report = reportOf([finding("a", "high"), finding("b", "low", { verdict: "unknown" })]);
  expect(report.rules.map(({ id, outcome }) => [id, outcome])).toEqual([
    ["a", "fails"],
    ["b", "unknown"],
    ["silent", "holds"],
  ]);
  expect(report.unexamined.map(({ id }) => id)).toEqual(["Queue"]);
  expect(report.examined).toBe(1);
});
