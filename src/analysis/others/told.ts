import { nodesOf, type Environment } from "../../environment/environment.js";
import type { NodeId, SourcePlace } from "../../environment/node.js";
import type { Finding, Severity } from "../finding.js";

/** What another checker says of one construct or resource, before it is known which node that is. */
export interface Told {
  /** The checker, e.g. `cdk-nag AwsSolutions`. */
  readonly by: string;
  readonly version?: string;
  /** Under the checker's own name of it. */
  readonly rule: string;
  /** The checker's word: `fatal`, `error`, `warning`, `info`. */
  readonly level: string;
  readonly text: string;
  readonly fix?: string;
  /** What it speaks of in its own words: a construct's path. */
  readonly about: string;
  /** The resource that the construct became; undefined where it became none, or several. */
  readonly logicalId?: string;
  /** A path of properties, e.g. `SecurityGroupIngress.0.CidrIp`. */
  readonly property?: string;
  /** Where the user's own code says it. */
  readonly place?: SourcePlace;
}

/** A checker that ran and came to no end, or whose report cannot be read. */
export interface NotTold {
  readonly by: string;
  readonly why: string;
}

/** Checkers judge a template by itself: what they call an error is no proof that something can be reached. */
const severities: Readonly<Record<string, Severity>> = {
  fatal: "critical",
  error: "medium",
  warning: "low",
  info: "info",
  informational: "info",
  debug: "info",
};

/**
 * What others say, as findings of ours.
 * @param idOf the node of a stack's resource, by its logical id.
 */
export function findingsOfTold(
  told: readonly Told[],
  environment: Environment,
  idOf: (logicalId: string) => NodeId = (logicalId) => logicalId,
): readonly Finding[] {
  const nodes = new Map([...nodesOf(environment)].map((node) => [node.id, node]));
  return told.map(({ by, version, rule, level, text, fix, about, logicalId, property, place: said }): Finding => {
    const id = logicalId === undefined ? about : idOf(logicalId);
    const node = nodes.get(id);
    const place = (property === undefined ? undefined : node?.placeOf?.(property)) ?? node?.place ?? said;
    return {
      rule,
      subject: "template",
      severity: severities[level] ?? "low",
      verdict: "fails",
      resource: { id, type: node?.type ?? "", name: node?.name ?? about },
      ...(place === undefined ? {} : { place }),
      title: text,
      reason: `${by} says so of ${about}.`,
      fix: fix ?? `see ${rule} in the documentation of ${by}; or acknowledge it where the construct is made`,
      sources: [`${by}${version === undefined ? "" : ` ${version}`}, rule ${rule}`],
    };
  });
}

/** What was to judge and did not: whether it would have found something is not known. */
export const findingsOfNotTold = (missing: readonly NotTold[]): readonly Finding[] =>
  missing.map(({ by, why }) => ({
    rule: "checker-not-run",
    subject: "template",
    severity: "high",
    verdict: "unknown",
    resource: { id: by, type: "Sandtable::Checker", name: by },
    title: "Another checker was to judge this, and did not",
    reason: `${why}.`,
    fix: "mend what it stumbles over, or leave the checker out",
    sources: [],
  }));
