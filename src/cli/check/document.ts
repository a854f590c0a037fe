import type { Estimate } from "../../analysis/cost/estimate.js";
import type { SourcePlace } from "../../environment/node.js";
import type { Finding } from "../../analysis/finding.js";
import { Unknown } from "../../environment/maybe.js";
import type { Assessment } from "../../analysis/objectives/assess.js";
import type { Examination } from "./examine.js";

/** Where a reader finds what a finding is about: a place in a file, or the name of the construct or the Terraform resource. */
export const placeText = ({ file, line, column }: SourcePlace): string => `${file}:${line}:${column}`;

/** Everything that is told of an environment. */
export interface Whole extends Examination {
  readonly assessment: Assessment;
  readonly estimate: Estimate;
}

/** What is not known stands as `{"unknown": "why"}`. */
export const jsonText = (whole: Whole): string =>
  JSON.stringify(jsonDocument(whole), (_, value: unknown) => (value instanceof Unknown ? { unknown: value.why } : value), 2);

/**
 * The document of `--json`, of version 1: members may be added, those that are there keep their meaning. All times are days
 * (`YYYY-MM-DD`) of UTC.
 */
export function jsonDocument({ report, assessment, estimate }: Whole) {
  const { overall, failOn, sources, from, region, account, examined, unexamined } = report;
  return {
    schema: "sandtable.check/1",
    verdict: overall,
    failOn,
    environment: { sources, from, region: region ?? null, account: account ?? null, examined },
    counts: { bySeverity: report.bySeverity, bySubject: report.bySubject },
    findings: report.findings.map(findingDocument),
    accepted: report.accepted.map(({ finding, acceptance: { reason, expires } }) => ({
      ...findingDocument(finding),
      acceptance: { reason, expires },
    })),
    baseline: report.remarks.map(({ kind, text, place }) => ({ kind, text, place })),
    unexamined: unexamined.map(({ id, type, why, place }) => ({ resource: id, type, why, place: place ?? null })),
    rules: report.rules.map(({ id, subject, severity, outcome }) => ({ id, subject, severity, outcome })),
    objectives: objectivesDocument(assessment),
    cost: estimate,
  };
}

/** Without the parts that only the search for changes needs. */
const objectivesDocument = ({ objectives, verdicts, reasons, services, singlePoints, plan, ceiling }: Assessment) => ({
  stated: objectives,
  verdicts,
  reasons,
  services: services.map(({ path, promised, disruptions, simulated }) => ({ name: path.name, promised, disruptions, simulated })),
  singlePoints,
  plan:
    plan === undefined
      ? null
      : { ...plan, changes: plan.changes.map(({ text, on, monthly }) => ({ text, resource: on, monthly })) },
  ceiling,
});

const findingDocument = ({ place, ...finding }: Finding) => ({ ...finding, place: place ?? null });
