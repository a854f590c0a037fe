import type { Finding, Rule, Severity } from "../../../src/analysis/finding.js";
import { judge } from "../../../src/analysis/verdict/judge.js";
import type { JudgeOptions, Report } from "../../../src/analysis/verdict/report.js";
import { EnvironmentBuilder } from "../../../src/environment/builder.js";

/** A finding as a rule makes it; what is not said is of no interest to the test. */
export const finding = (rule: string, severity: Severity, more: Partial<Finding> = {}): Finding => ({
  rule,
  subject: "exposure",
  severity,
  verdict: "fails",
  resource: { id: "Web", type: "AWS::EC2::Instance", name: "web-1" },
  place: { file: "templates/a b.yaml", line: 12, column: 5 },
  title: "is open",
  reason: 'because <of> "this" & that',
  fix: "close it",
  sources: [],
  ...more,
});

const ruleOf = (id: string, severity: Severity, findings: readonly Finding[]): Rule => ({
  id,
  subject: findings[0]?.subject ?? "backups",
  severity,
  summary: `Looks for ${id}`,
  sources: ["https://docs.aws.amazon.com/example"],
  judge: () => findings,
});

/** The report on an environment with one topic and one resource that is not examined, in which these are found. */
export function reportOf(findings: readonly Finding[], options: Partial<JudgeOptions> = {}): Report {
  const environment = new EnvironmentBuilder()
    .add("topics", {
      id: "Mail",
      type: "AWS::SNS::Topic",
      name: "Mail",
      tags: {},
      subscriptions: [],
      encrypted: false,
      key: undefined,
    })
    .leaveOut({ id: "Queue", type: "AWS::SQS::Queue", why: "its type is not in the graph" })
    .build({ sources: ["templates/a b.yaml"], from: "template", region: "eu-west-3", account: "000000000000", objectives: {} });
  const ids = [...new Set(findings.map(({ rule }) => rule))];
  const rules = [
    ...ids.map((id) =>
      ruleOf(
        id,
        findings.find(({ rule }) => rule === id)?.severity ?? "low",
        findings.filter(({ rule }) => rule === id),
      ),
    ),
    ruleOf("silent", "high", []),
  ];
  return judge(environment, rules, { failOn: "high", today: "2026-11-22", ...options });
}
