import type { Finding } from "../../../analysis/finding.js";
import { atLeast } from "../../../analysis/verdict/order.js";
import type { Report, RuleOutcome } from "../../../analysis/verdict/report.js";
import { placeText } from "../document.js";

/**
 * The report as JUnit's XML, for CI: a suite for each subject, a case for each rule. A case fails on findings at or above the severity
 * that was asked for; where such a verdict is unknown it is an error, as unknown is no pass, unless unknown is allowed: then it is skipped, as
 * milder ones are. Milder and accepted findings are its output. So a report without failures and errors is one of a run that ends with 0.
 * The form is the one that Jenkins, GitLab and GitHub's readers share (Apache Ant's), in which a case holds at most one failure:
 * https://github.com/testmoapp/junitxml
 */
export function junitXml(
  report: Report,
  about: { readonly seconds: number; readonly now: Date; readonly allowUnknown?: boolean },
): string {
  const allowUnknown = about.allowUnknown === true;
  const subjects = [...new Set(report.rules.map(({ subject }) => subject))].sort();
  const suites = subjects.map((subject) => {
    const cases = report.rules.filter((rule) => rule.subject === subject).map((rule) => caseOf(rule, report, allowUnknown));
    return { subject, cases, ...tally(cases) };
  });
  const told = suites.some(({ failures, errors }) => failures + errors > 0);
  if (report.overall === "unknown" && !allowUnknown && !told) {
    const cases = [nothingExamined];
    suites.push({ subject: "template", cases, ...tally(cases) });
  }
  const all = tally(suites.flatMap(({ cases }) => cases));
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    tag("testsuites", { name: `sandtable check ${report.sources.join(" ")}`, ...all, time: about.seconds.toFixed(3) }),
    ...suites.flatMap(({ subject, cases, tests, failures, errors, skipped }) => [
      `  ${tag("testsuite", { name: subject, tests, failures, errors, skipped, time: "0", timestamp: about.now.toISOString().slice(0, 19) })}`,
      ...cases.flatMap(({ lines: inner }) => inner.map((line) => `    ${line}`)),
      "  </testsuite>",
    ]),
    "</testsuites>",
  ];
  return lines.join("\n");
}

interface Case {
  readonly outcome: "passed" | "failed" | "unknown" | "skipped";
  readonly lines: readonly string[];
}

function tally(cases: readonly Case[]) {
  const count = (outcome: Case["outcome"]): number => cases.filter((one) => one.outcome === outcome).length;
  return { tests: cases.length, failures: count("failed"), errors: count("unknown"), skipped: count("skipped") };
}

/** A verdict on nothing is no pass, although no rule speaks. */
const nothingExamined: Case = {
  outcome: "unknown",
  lines: [
    '<testcase name="something was examined" classname="sandtable.template" time="0">',
    '  <error message="no resource of the source was examined" type="unknown"/>',
    "</testcase>",
  ],
};

function caseOf(rule: RuleOutcome, report: Report, allowUnknown: boolean): Case {
  const own = report.findings.filter((finding) => finding.rule === rule.id);
  const failing = own.filter(({ verdict, severity }) => verdict === "fails" && atLeast(severity, report.failOn));
  const unknown = own.filter(({ verdict }) => verdict === "unknown");
  const accepted = report.accepted.filter(({ finding }) => finding.rule === rule.id);
  const others = own.filter((finding) => !failing.includes(finding) && (failing.length > 0 || finding.verdict === "fails"));
  const told = [
    ...others.map((finding) => describe(finding)),
    ...accepted.map(
      ({ finding, acceptance }) => `accepted until ${acceptance.expires} (${acceptance.reason}): ${describe(finding)}`,
    ),
  ];
  const weighty = allowUnknown ? [] : unknown.filter(({ severity }) => atLeast(severity, report.failOn));
  const outcome = failing.length > 0 ? "failed" : weighty.length > 0 ? "unknown" : unknown.length > 0 ? "skipped" : "passed";
  const body = [
    ...(outcome === "failed" ? [trouble("failure", failing, failing[0]?.severity ?? "")] : []),
    ...(outcome === "unknown" ? [trouble("error", unknown, "unknown")] : []),
    ...(outcome === "skipped" ? [`<skipped message="${attribute(unknown.map(brief).join("; "))}"/>`] : []),
    ...(told.length === 0 ? [] : [`<system-out>${content(told.join("\n\n"))}</system-out>`]),
  ];
  const place = [...failing, ...weighty, ...unknown, ...own, ...accepted.map(({ finding }) => finding)][0]?.place;
  const attributes = {
    name: `${rule.id}: ${rule.summary}`,
    classname: `sandtable.${rule.subject}`,
    time: "0",
    ...(place === undefined ? {} : { file: place.file, line: place.line }),
  };
  if (body.length === 0) return { outcome, lines: [tag("testcase", attributes, "/>")] };
  return { outcome, lines: [tag("testcase", attributes), ...body.map((line) => `  ${line}`), "</testcase>"] };
}

const brief = ({ resource, title, verdict }: Finding): string =>
  `${resource.name}: ${title}${verdict === "unknown" ? " (not known)" : ""}`;

const describe = (finding: Finding): string =>
  [
    `${finding.severity}: ${brief(finding)} (${finding.resource.type}${finding.place === undefined ? "" : `, ${placeText(finding.place)}`})`,
    `why: ${finding.reason}`,
    `fix: ${finding.fix}`,
  ].join("\n");

function trouble(name: "failure" | "error", findings: readonly Finding[], type: string): string {
  const message = findings.map(brief).join("; ");
  return `<${name} message="${attribute(message)}" type="${attribute(type)}">${content(findings.map(describe).join("\n\n"))}</${name}>`;
}

const tag = (name: string, attributes: Readonly<Record<string, string | number>>, end = ">"): string =>
  `<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${attribute(String(value))}"`)
    .join("")}${end}`;

/** Without what XML 1.0 cannot hold at all: https://www.w3.org/TR/xml/#charsets */
const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- these are the characters that are meant
  text.replace(
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    "\ufffd",
  );

const content = (text: string): string => printable(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** A line break in an attribute would be read as a blank. */
const attribute = (text: string): string =>
  content(text).replace(/"/g, "&quot;").replace(/\t/g, "&#9;").replace(/\n/g, "&#10;").replace(/\r/g, "&#13;");
