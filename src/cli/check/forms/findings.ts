import type { Finding, Severity } from "../../../analysis/finding.js";
import type { colours } from "../../output.js";
import { placeText } from "../document.js";
import { labelled, plural } from "./wrap.js";

export type Colours = ReturnType<typeof colours>;

export const paintOf = (severity: Severity, c: Colours): ((text: string) => string) =>
  ({ critical: (text: string) => c.bold(c.red(text)), high: c.red, medium: c.yellow, low: c.cyan, info: c.dim })[severity];

/**
 * Findings as they are read on a terminal. Neighbours of one rule that say the same of several resources share their reason and their
 * fix.
 */
export function renderFindings(findings: readonly Finding[], c: Colours, width: number): string {
  return gathered(findings)
    .map((group) => renderGroup(group, c, width))
    .join("\n\n");
}

function gathered(findings: readonly Finding[]): readonly (readonly [Finding, ...Finding[]])[] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const { rule, severity, verdict, title, reason, fix } = finding;
    const key = JSON.stringify([rule, severity, verdict, title, reason, fix]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

function renderGroup(group: readonly [Finding, ...Finding[]], c: Colours, width: number): string {
  const [{ severity, verdict, title, rule, reason, fix }] = group;
  const word = severity.toUpperCase().padEnd(8);
  const doubt = verdict === "unknown" ? `  ${c.magenta("not known")}` : "";
  return [
    `${paintOf(severity, c)(word)} ${c.bold(title)}${doubt}  ${c.dim(rule)}`,
    ...group.map((finding) => `         ${resourceLine(finding, c)}`),
    ...labelled("    why  ", reason, width),
    ...labelled("    fix  ", fix, width),
  ].join("\n");
}

function resourceLine({ resource: { id, name, type }, place }: Finding, c: Colours): string {
  const called = name === id ? id : `${name} (${id})`;
  return `${called}  ${c.dim(type)}${place === undefined ? "" : `  ${placeText(place)}`}`;
}

/** `2 critical, 1 high` */
export const renderCounts = (counts: Readonly<Record<Severity, { readonly fails: number }>>): string => {
  const parts = Object.entries(counts).flatMap(([severity, { fails }]) => (fails === 0 ? [] : [`${fails} ${severity}`]));
  return parts.length === 0 ? "no findings" : parts.join(", ");
};

export const renderUnknown = (counts: Readonly<Record<Severity, { readonly unknown: number }>>): string => {
  const count = Object.values(counts).reduce((sum, { unknown }) => sum + unknown, 0);
  return count === 0 ? "" : `${plural(count, "verdict")} unknown`;
};
