import type { SourcePlace } from "../../environment/node.js";
import { Problems, type Problem } from "../../template/problems.js";
import { readText } from "../../template/text.js";
import { isList, isValues, type Path, type Value, type Values } from "../../template/value.js";
import type { Finding } from "../finding.js";
import type { Accepted, Remark } from "./report.js";

/**
 * One finding that is accepted for a time, with somebody's reason. In a baseline file (YAML or JSON):
 *
 *   accepted:
 *     - rule: ssh-open-to-world
 *       resource: BastionGroup
 *       reason: the bastion is replaced by Session Manager in December
 *       expires: 2026-12-31
 */
export interface Acceptance {
  readonly rule: string;
  /** The resource's id as the finding gives it. */
  readonly resource: string;
  readonly reason: string;
  /** The last day on which it holds, `YYYY-MM-DD`; `never`: until somebody takes it out. */
  readonly expires: string;
  readonly place: SourcePlace;
}

/** Read a baseline. With problems it must not be used: an entry that is not understood would hide or show the wrong thing. */
export function readBaseline(
  file: string,
  text: string,
): { readonly acceptances: readonly Acceptance[]; readonly problems: readonly Problem[] } {
  const { value, locate, problems: broken } = readText(text);
  const problems = new Problems(locate);
  if (value === undefined || broken.length > 0) return { acceptances: [], problems: broken };
  const entries = isValues(value) ? value["accepted"] : undefined;
  if (!isValues(value) || !isList(entries)) {
    problems.add([], "a baseline is a list named `accepted`, each entry with rule, resource, reason and expires");
    return { acceptances: [], problems: problems.found };
  }
  for (const key of Object.keys(value)) if (key !== "accepted") problems.add([key], `a baseline has no ${key}`);
  const acceptances = entries.flatMap((entry, index): readonly Acceptance[] => {
    const path = ["accepted", index];
    const found = readEntry(entry, path, problems);
    return found === undefined ? [] : [{ ...found, place: { file, ...locate(path) } }];
  });
  return { acceptances, problems: problems.found };
}

const members = ["rule", "resource", "reason", "expires"] as const;

function readEntry(entry: Value, path: Path, problems: Problems): Omit<Acceptance, "place"> | undefined {
  if (!isValues(entry)) return void problems.add(path, "an entry has rule, resource, reason and expires");
  const before = problems.found.length;
  for (const key of Object.keys(entry))
    if (!members.some((member) => member === key)) problems.add([...path, key], `an entry has no ${key}`);
  const [rule, resource, reason, expires] = members.map((name) => textOf(entry, name, path, problems));
  if (expires !== undefined && expires !== "never" && !isDay(expires))
    problems.add([...path, "expires"], `${expires} is not a day: write YYYY-MM-DD, or never`);
  if (problems.found.length > before) return undefined;
  return { rule: rule ?? "", resource: resource ?? "", reason: reason ?? "", expires: expires ?? "" };
}

function textOf(entry: Values, name: (typeof members)[number], path: Path, problems: Problems): string | undefined {
  const value = entry[name];
  if (typeof value === "string" && value.trim() !== "") return value.trim();
  return void problems.add(value === undefined ? path : [...path, name], missing[name]);
}

const missing: Readonly<Record<(typeof members)[number], string>> = {
  rule: "the entry does not say which rule it accepts a finding of",
  resource: "the entry does not say which resource it is about",
  reason: "the entry has no reason: say why the finding is acceptable",
  expires: "the entry does not say when it expires: a day (YYYY-MM-DD), or never",
};

function isDay(text: string): boolean {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(text);
}

/** Part what is accepted today from what is not. An entry that has expired, or that nothing matches, is told. Pure. */
export function applyBaseline(
  findings: readonly Finding[],
  acceptances: readonly Acceptance[],
  today: string,
): { readonly open: readonly Finding[]; readonly accepted: readonly Accepted[]; readonly remarks: readonly Remark[] } {
  const open: Finding[] = [];
  const accepted: Accepted[] = [];
  const used = new Set<Acceptance>();
  for (const finding of findings) {
    const fitting = acceptances.filter(({ rule, resource }) => rule === finding.rule && resource === finding.resource.id);
    for (const one of fitting) used.add(one);
    const acceptance = fitting.find((one) => !hasExpired(one, today));
    if (acceptance === undefined) open.push(finding);
    else accepted.push({ finding, acceptance });
  }
  const remarks = acceptances.flatMap((one): readonly Remark[] => {
    const what = `the acceptance of ${one.rule} for ${one.resource}`;
    if (!used.has(one))
      return [{ kind: "unused", text: `${what} matches no finding: take it out of the baseline`, place: one.place }];
    if (!hasExpired(one, today)) return [];
    const text = `${what} expired on ${one.expires}: the finding counts again (its reason was: ${one.reason})`;
    return [{ kind: "expired", text, place: one.place }];
  });
  return { open, accepted, remarks };
}

const hasExpired = ({ expires }: Acceptance, today: string): boolean => expires !== "never" && expires < today;
