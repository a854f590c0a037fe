import type { Environment } from "../environment/environment.js";
import type { Node, NodeId, SourcePlace } from "../environment/node.js";

/** Worst first. */
export const severities = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof severities)[number];

/** The rooms of findings, in the words of the report. */
export type Subject = "reachability" | "exposure" | "redundancy" | "objectives" | "cost" | "alarms" | "backups" | "template";

/** A static verdict with its reason. */
export interface Finding {
  /** The rule that found it, e.g. `alarm-comparison-reversed`. */
  readonly rule: string;
  readonly subject: Subject;
  readonly severity: Severity;
  /** `unknown`: whether it is so hangs on something that the source does not say; `reason` names that. */
  readonly verdict: "fails" | "unknown";
  readonly resource: { readonly id: NodeId; readonly type: string; readonly name: string };
  readonly place?: SourcePlace;
  /** What is the matter, in one line, without the resource's name. */
  readonly title: string;
  /** Why, with the facts and the arithmetic. */
  readonly reason: string;
  /** What to do about it. */
  readonly fix: string;
  /** Where the figures and rules come from. */
  readonly sources: readonly string[];
}

/** One thing that is looked for. Pure: the same environment and day give the same findings, in the order of the graph. */
export interface Rule {
  readonly id: string;
  readonly subject: Subject;
  readonly severity: Severity;
  /** What it looks for, for the list of rules and for SARIF. */
  readonly summary: string;
  readonly sources: readonly string[];
  /** `today`, e.g. `2026-11-22`: what is over by then. Not said: what was over when these rules were written. */
  judge(environment: Environment, today?: string): readonly Finding[];
}

/** What a rule says about a node; the rest of the finding is the rule's own, unless it says otherwise. */
export type Said = Pick<Finding, "title" | "reason" | "fix"> &
  Partial<Pick<Finding, "severity" | "verdict" | "place" | "sources">>;

/** A finding of a rule about a node. One about a node whose presence is unknown is itself unknown. */
export function found(rule: Pick<Rule, "id" | "subject" | "severity" | "sources">, node: Node, said: Said): Finding {
  const place = said.place ?? node.place;
  return {
    rule: rule.id,
    subject: rule.subject,
    severity: said.severity ?? rule.severity,
    verdict: said.verdict ?? (node.presence === undefined ? "fails" : "unknown"),
    resource: { id: node.id, type: node.type, name: node.name },
    ...(place === undefined ? {} : { place }),
    title: said.title,
    reason: node.presence === undefined ? said.reason : `${said.reason} Whether it is there is not known: ${node.presence.why}.`,
    fix: said.fix,
    sources: said.sources ?? rule.sources,
  };
}
