import { severities, type Finding, type Severity } from "../finding.js";

const rank = (severity: Severity): number => severities.indexOf(severity);

/** Is it as bad as `limit`, or worse? */
export const atLeast = (severity: Severity, limit: Severity): boolean => rank(severity) <= rank(limit);

const places = (finding: Finding): readonly [string, number, number] => [
  finding.place?.file ?? "",
  finding.place?.line ?? 0,
  finding.place?.column ?? 0,
];

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Worst first; what surely fails before what perhaps does; then in the order of the text. Total, so that equal sets give equal lists. */
export function worstFirst(a: Finding, b: Finding): number {
  const [fileA, lineA, columnA] = places(a);
  const [fileB, lineB, columnB] = places(b);
  return (
    rank(a.severity) - rank(b.severity) ||
    byText(a.verdict, b.verdict) ||
    byText(fileA, fileB) ||
    lineA - lineB ||
    columnA - columnB ||
    byText(a.resource.id, b.resource.id) ||
    byText(a.rule, b.rule) ||
    byText(a.title, b.title) ||
    byText(a.reason, b.reason)
  );
}

/** The same rule about the same resource in the same words is one finding, however many ways lead to it. */
export function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const known = new Set<string>();
  return findings.filter(({ rule, resource, title, reason }) => {
    const key = JSON.stringify([rule, resource.id, title, reason]);
    return !known.has(key) && known.add(key);
  });
}
