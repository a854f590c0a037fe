import type { SourcePlace, Unexamined } from "../../environment/node.js";
import type { Finding, Severity, Subject } from "../finding.js";
import type { Acceptance } from "./baseline.js";

/**
 * `findings`: something fails at or above the severity that was asked for. `unknown`: nothing of that weight fails, but whether one does
 * hangs on what the source does not say. `pass`: neither.
 */
export type Overall = "pass" | "findings" | "unknown";

/** A finding that somebody has taken responsibility for. */
export interface Accepted {
  readonly finding: Finding;
  readonly acceptance: Acceptance;
}

/** What is the matter with the baseline itself. */
export interface Remark {
  readonly kind: "expired" | "unused";
  readonly text: string;
  readonly place: SourcePlace;
}

/** A rule, and what came of it. */
export interface RuleOutcome {
  readonly id: string;
  readonly subject: Subject;
  readonly severity: Severity;
  readonly summary: string;
  readonly sources: readonly string[];
  /** `fails` and `unknown` whatever the severity; findings that are accepted do not count. */
  readonly outcome: "holds" | "fails" | "unknown";
}

export interface Count {
  readonly fails: number;
  readonly unknown: number;
}

/** Everything that a check says of an environment. */
export interface Report {
  readonly sources: readonly string[];
  readonly from: "template" | "plan" | "account";
  /** Undefined where the source does not say. */
  readonly region: string | undefined;
  readonly account: string | undefined;
  readonly overall: Overall;
  /** The mildest severity that makes `findings`. */
  readonly failOn: Severity;
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly accepted: readonly Accepted[];
  readonly remarks: readonly Remark[];
  readonly bySeverity: Readonly<Record<Severity, Count>>;
  readonly bySubject: Readonly<Partial<Record<Subject, Count>>>;
  /** How many resources of the source were examined. */
  readonly examined: number;
  readonly unexamined: readonly Unexamined[];
  readonly rules: readonly RuleOutcome[];
}

export interface JudgeOptions {
  readonly failOn: Severity;
  readonly acceptances?: readonly Acceptance[];
  /** The day from which acceptances end, `YYYY-MM-DD`. */
  readonly today: string;
  /** Findings of others' rules (cdk-nag, say) about the same environment. */
  readonly others?: readonly Finding[];
}
