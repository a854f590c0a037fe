import { pathToFileURL } from "node:url";
import { isAbsolute, normalize, sep } from "node:path";
import type { SourcePlace } from "../../../environment/node.js";
import type { Finding, Severity } from "../../../analysis/finding.js";
import type { Accepted, Report, RuleOutcome } from "../../../analysis/verdict/report.js";

/** What a SARIF log tells about the run itself. */
export interface SarifRun {
  readonly version: string;
  /** That this process ends with. */
  readonly exitCode: number;
  /** Was there a baseline? Then each result says whether it is in it. */
  readonly baseline: boolean;
}

/** GitHub sorts by this number, 0.1 to 10.0: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning */
const weights: Readonly<Record<Severity, { readonly level: "error" | "warning" | "note"; readonly security: string }>> = {
  critical: { level: "error", security: "9.5" },
  high: { level: "error", security: "8.0" },
  medium: { level: "warning", security: "5.5" },
  low: { level: "note", security: "3.0" },
  info: { level: "note", security: "0.1" },
};

/**
 * The report as a SARIF 2.1.0 log, for code review tools: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * A finding whose verdict is unknown is a result of kind `open` (§3.27.9); an accepted one carries its suppression (§3.35).
 */
export function sarifLog(report: Report, run: SarifRun) {
  const files = [
    ...new Set([...report.findings, ...report.accepted.map(({ finding }) => finding)].flatMap(({ place }) => place?.file ?? [])),
  ];
  const results = resultsOf(report, run);
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Sandtable",
            semanticVersion: run.version,
            rules: report.rules.map(ruleDescriptor),
            notifications: notificationDescriptors,
          },
        },
        columnKind: "utf16CodeUnits",
        automationDetails: { id: `sandtable/check/${report.sources.join(",")}` },
        artifacts: files.map((file) => ({ location: { uri: uriOf(file) } })),
        invocations: [
          {
            executionSuccessful: true,
            exitCode: run.exitCode,
            toolExecutionNotifications: notifications(report),
          },
        ],
        results,
        properties: { verdict: report.overall, failOn: report.failOn, examined: report.examined },
      },
    ],
  };
}

function ruleDescriptor({ id, subject, severity, summary, sources }: RuleOutcome) {
  const links = sources.length === 0 ? "" : `\n\nSources: ${sources.join("; ")}`;
  const isSecurity = subject === "exposure" || subject === "reachability";
  return {
    id,
    shortDescription: { text: summary },
    fullDescription: { text: summary },
    help: {
      text: `${summary}${links}`,
      markdown: `${summary}${sources.length === 0 ? "" : `\n\n${sources.map((source) => `- ${source}`).join("\n")}`}`,
    },
    defaultConfiguration: { level: weights[severity].level },
    properties: {
      tags: [subject, ...(isSecurity ? ["security"] : [])],
      ...(isSecurity ? { "security-severity": weights[severity].security } : {}),
    },
  };
}

function resultsOf(report: Report, run: SarifRun) {
  const occurrences = new Map<string, number>();
  const all = [...report.findings.map((finding) => ({ finding, acceptance: undefined })), ...report.accepted];
  return all.map(({ finding, acceptance }) => {
    const key = `${finding.rule}|${finding.resource.id}`;
    const count = (occurrences.get(key) ?? 0) + 1;
    occurrences.set(key, count);
    return resultOf(finding, acceptance, `${key}|${count}`, report, run);
  });
}

function resultOf(
  finding: Finding,
  acceptance: Accepted["acceptance"] | undefined,
  fingerprint: string,
  report: Report,
  run: SarifRun,
) {
  const { rule, resource, severity, verdict, title, reason, fix } = finding;
  const ruleIndex = report.rules.findIndex(({ id }) => id === rule);
  const suppressions =
    acceptance === undefined ? [] : [{ kind: "external", status: "accepted", justification: acceptance.reason }];
  return {
    ruleId: rule,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    // §3.27.10: what is not a failure has the level `none`.
    kind: verdict === "fails" ? "fail" : "open",
    level: verdict === "fails" ? weights[severity].level : "none",
    message: { text: `${resource.name}: ${title}${verdict === "unknown" ? " (not known)" : ""}. ${reason}\nTo mend it: ${fix}` },
    locations: [
      {
        ...(finding.place === undefined ? {} : { physicalLocation: physical(finding.place) }),
        logicalLocations: [{ name: resource.name, fullyQualifiedName: resource.id, kind: "resource" }],
      },
    ],
    // No line in it: the same finding stays the same when text is put in above it.
    partialFingerprints: { "sandtableFinding/v1": fingerprint },
    // §3.27.24: on every result or on none.
    ...(run.baseline ? { baselineState: acceptance === undefined ? "new" : "unchanged" } : {}),
    // §3.27.23: present, and empty where nothing suppresses it, once any result has them.
    ...(run.baseline ? { suppressions } : {}),
    properties: { severity, verdict, resourceType: resource.type },
  };
}

const physical = ({ file, line, column }: SourcePlace) => ({
  artifactLocation: { uri: uriOf(file) },
  region: { startLine: line, startColumn: column },
});

const notificationDescriptors = [
  { id: "not-examined", shortDescription: { text: "A resource of a type that the check does not look into" } },
  { id: "baseline-expired", shortDescription: { text: "An acceptance of the baseline has expired" } },
  { id: "baseline-unused", shortDescription: { text: "An acceptance of the baseline matches no finding" } },
];

function notifications(report: Report) {
  return [
    ...report.unexamined.map(({ id, type, why, place }) => ({
      descriptor: { id: "not-examined" },
      level: "note",
      message: { text: `${id} (${type}) was not examined: ${why}` },
      ...(place === undefined ? {} : { locations: [{ physicalLocation: physical(place) }] }),
    })),
    ...report.remarks.map(({ kind, text, place }) => ({
      descriptor: { id: `baseline-${kind}` },
      level: "warning",
      message: { text },
      locations: [{ physicalLocation: physical(place) }],
    })),
  ];
}

/** Relative to where the check was run, as code review tools want it; what lies outside is named whole. */
function uriOf(file: string): string {
  const path = normalize(file);
  if (isAbsolute(path) || path.startsWith(`..${sep}`)) return pathToFileURL(path).href;
  return path.split(sep).map(encodeURIComponent).join("/");
}
