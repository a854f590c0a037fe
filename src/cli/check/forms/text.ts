import type { Unexamined } from "../../../environment/node.js";
import type { Accepted, Remark, Report } from "../../../analysis/verdict/report.js";
import { table } from "../../render/table.js";
import { placeText } from "../document.js";
import { renderCounts, renderFindings, renderUnknown, type Colours } from "./findings.js";
import { labelled, plural } from "./wrap.js";

/** What a check shows beside its findings; each a finished piece of text, empty where there is nothing to tell. */
export interface Sections {
  readonly picture: string;
  readonly objectives: string;
  readonly cost: string;
}

export interface TextOptions {
  readonly colours: Colours;
  /** Columns of the terminal. */
  readonly width: number;
}

/** The summary for a person: the picture, findings worst first, what is promised and what it costs, what was not looked into, the verdict. */
export function textReport(report: Report, sections: Sections, options: TextOptions): string {
  const { colours: c, width } = options;
  return [
    heading(report, c),
    sections.picture,
    renderFindings(report.findings, c, width),
    titled("Accepted by the baseline", renderAccepted(report.accepted, width), c),
    titled("About the baseline", renderRemarks(report.remarks, width), c),
    titled("Objectives", sections.objectives, c),
    titled("Cost", sections.cost, c),
    titled("Not examined", renderUnexamined(report.unexamined, width), c),
    verdictLine(report, c),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

const titled = (title: string, text: string, c: Colours): string => (text === "" ? "" : `${c.bold(title)}\n${text}`);

function heading(report: Report, c: Colours): string {
  const where = report.region === undefined ? "region not said" : report.region;
  return `${c.bold(report.sources.join(", "))}  ${c.dim(`${where}, ${plural(report.examined, "resource")} examined, ${plural(report.rules.length, "rule")}`)}`;
}

const renderAccepted = (accepted: readonly Accepted[], width: number): string =>
  accepted
    .flatMap(({ finding, acceptance: { reason, expires } }) =>
      labelled(
        "  ",
        `${finding.resource.name}: ${finding.title} (${finding.rule}, ${expires === "never" ? "for good" : `until ${expires}`}): ${reason}`,
        width,
      ),
    )
    .join("\n");

const renderRemarks = (remarks: readonly Remark[], width: number): string =>
  remarks.flatMap(({ text, place }) => labelled("  ", `${placeText(place)}: ${text}`, width)).join("\n");

/** One line for all resources of a type that share the reason. */
function renderUnexamined(unexamined: readonly Unexamined[], width: number): string {
  const groups = new Map<string, { readonly type: string; readonly why: string; readonly ids: string[] }>();
  for (const { id, type, why } of unexamined) {
    const key = JSON.stringify([type, why]);
    const group = groups.get(key) ?? { type, why, ids: [] };
    groups.set(key, group);
    group.ids.push(id);
  }
  return [...groups.values()]
    .flatMap(({ type, why, ids }) => labelled(`  ${type}  `, `${ids.join(", ")}: ${why}`, width))
    .join("\n");
}

function verdictLine(report: Report, c: Colours): string {
  const said = [renderCounts(report.bySeverity), renderUnknown(report.bySeverity)].filter((part) => part !== "").join("; ");
  const { overall, failOn, unexamined } = report;
  const left = unexamined.length === 0 ? "" : `; ${plural(unexamined.length, "resource")} not examined`;
  switch (overall) {
    case "pass":
      return `${c.green("pass")}: nothing at or above ${failOn} (${said}${left})`;
    case "findings":
      return `${c.red("findings")} at or above ${failOn}: ${said}${left}`;
    case "unknown":
      return `${c.magenta("unknown")}: nothing at or above ${failOn} fails for sure, but it is not known of everything (${said}${left})`;
  }
}

/** The same in a few lines, for what checks along the way: the counts and the worst ones. */
export function shortReport(report: Report, c: Colours): readonly string[] {
  if (report.findings.length === 0 && report.overall === "pass") return [];
  const worst = report.findings.filter(({ severity }) => severity !== "info" && severity !== "low").slice(0, 3);
  const rows = worst.map(({ severity, verdict, resource, title }) => [
    severity,
    `${resource.name}: ${title}${verdict === "unknown" ? " (not known)" : ""}`,
  ]);
  const counted = [renderCounts(report.bySeverity), renderUnknown(report.bySeverity)].filter((part) => part !== "");
  return [`check: ${c.bold(counted.join("; "))}`, ...(rows.length === 0 ? [] : [table(rows)])];
}
