import { nodesOf, type Environment } from "../../environment/environment.js";
import { known } from "../../environment/maybe.js";
import { severities, type Finding, type Rule, type Severity, type Subject } from "../finding.js";
import { applyBaseline } from "./baseline.js";
import { atLeast, withoutRepeats, worstFirst } from "./order.js";
import type { Count, JudgeOptions, Overall, Report, RuleOutcome } from "./report.js";

/** Hold an environment against the rules, and say what it amounts to. Pure. */
export function judge(environment: Environment, rules: readonly Rule[], options: JudgeOptions): Report {
  const ours = rules.map((rule) => ({ rule, findings: rule.judge(environment, options.today) }));
  const all = withoutRepeats([...ours.flatMap(({ findings }) => findings), ...(options.others ?? [])]).toSorted(worstFirst);
  const { open, accepted, remarks } = applyBaseline(all, options.acceptances ?? [], options.today);
  const examined = countExamined(environment);
  return {
    sources: environment.sources,
    from: environment.from,
    region: known(environment.region),
    account: known(environment.account),
    overall: overallOf(open, options.failOn, examined === 0),
    failOn: options.failOn,
    findings: open,
    accepted,
    remarks,
    bySeverity: countBy(open, severities, ({ severity }) => severity),
    bySubject: countBySubject(open),
    examined,
    unexamined: environment.unexamined,
    rules: [
      ...rules,
      ...strays(
        all,
        rules.map(({ id }) => id),
      ),
    ].map((rule) => outcomeOf(rule, open)),
  };
}

/** `nothingExamined`: a verdict on nothing is no pass. */
export function overallOf(findings: readonly Finding[], failOn: Severity, nothingExamined: boolean): Overall {
  const weighty = findings.filter(({ severity }) => atLeast(severity, failOn));
  if (weighty.some(({ verdict }) => verdict === "fails")) return "findings";
  return weighty.length > 0 || nothingExamined ? "unknown" : "pass";
}

/** What stands in the source; what AWS adds by itself is not counted. */
function countExamined(environment: Environment): number {
  let count = 0;
  for (const node of nodesOf(environment)) if (node.implicit !== true) count++;
  return count;
}

/** Rules that only their findings tell of: none may be missing from the list. */
function strays(findings: readonly Finding[], ids: readonly string[]): readonly Omit<Rule, "judge">[] {
  const others = new Map(findings.filter(({ rule }) => !ids.includes(rule)).map((finding) => [finding.rule, finding]));
  return [...others.values()].map(({ rule: id, subject, severity, title, sources }) => ({
    id,
    subject,
    severity,
    summary: title,
    sources,
  }));
}

function outcomeOf(rule: Omit<Rule, "judge">, open: readonly Finding[]): RuleOutcome {
  const { id, subject, severity, summary, sources } = rule;
  const own = open.filter((finding) => finding.rule === id);
  const outcome = own.some(({ verdict }) => verdict === "fails") ? "fails" : own.length > 0 ? "unknown" : "holds";
  return { id, subject, severity, summary, sources, outcome };
}

function countBy<K extends string>(
  findings: readonly Finding[],
  keys: readonly K[],
  keyOf: (finding: Finding) => K,
): Readonly<Record<K, Count>> {
  const count = (key: K, verdict: Finding["verdict"]): number =>
    findings.filter((finding) => keyOf(finding) === key && finding.verdict === verdict).length;
  const entries = keys.map((key) => [key, { fails: count(key, "fails"), unknown: count(key, "unknown") }] as const);
  return Object.fromEntries(entries) as Record<K, Count>;
}

function countBySubject(findings: readonly Finding[]): Report["bySubject"] {
  const subjects = [...new Set(findings.map(({ subject }): Subject => subject))].sort();
  return countBy(findings, subjects, ({ subject }) => subject);
}
