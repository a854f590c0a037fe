import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { alarmRules } from "../../src/analysis/alarms/rules.js";
import { backupRules } from "../../src/analysis/backups/rules.js";
import { exposureRules } from "../../src/analysis/exposure/rules.js";
import type { Finding } from "../../src/analysis/finding.js";
import { redundancyRules } from "../../src/analysis/redundancy/rules.js";
import { graphOf } from "../../src/environment/graph/graph.js";
import { describeTemplates } from "../../src/environment/template/describe.js";

const rules = [...exposureRules, ...redundancyRules, ...alarmRules, ...backupRules];
const fixtures = new URL("../fixtures/", import.meta.url);

function findingsIn(folder: "originals" | "sound", name: string): readonly Finding[] {
  const file = `${name}.yaml`;
  const text = readFileSync(new URL(`${folder}/${file}`, fixtures), "utf8");
  const { description, problems } = describeTemplates([{ name, file, text }]);
  expect(problems).toEqual([]);
  if (description === undefined) throw new Error(`${file} could not be read`);
  const environment = graphOf(description);
  return rules.flatMap((rule) => rule.judge(environment));
}

/** The rows of the README's first table. */
const rows = readFileSync(new URL("originals/README.md", fixtures), "utf8")
  .split("## Found by other judges")[0]
  ?.split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:Fault|---)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, fault = "", template = "", element = "", rule = ""]) => ({ fault, template, element, rule }));

const templates = ["flask-ha", "mvp", "mvp-ai", "agency", "fastapi-asg"] as const;
const originals = new Map<string, readonly Finding[]>(templates.map((name) => [name, findingsIn("originals", name)]));

describe("the originals", () => {
  test("the table names rules and templates that there are", () => {
    expect(rows?.length).toBeGreaterThan(50);
    expect(rows?.filter(({ rule, template }) => !rules.some(({ id }) => id === rule) || !originals.has(template))).toEqual([]);
  });

  test.each(rows ?? [])("$template: $fault is found at $element by $rule", ({ template, element, rule }) => {
    const found = originals.get(template)?.filter((finding) => finding.rule === rule && finding.resource.id === element) ?? [];
    expect(found.map(({ verdict }) => verdict)).toContain("fails");
    for (const { place, reason, fix } of found) {
      expect(place).toMatchObject({ file: `${template}.yaml` });
      expect(place?.line).toBeGreaterThan(1);
      expect(reason.length * fix.length).toBeGreaterThan(0);
    }
  });

  test.each(templates)("the sound version of %s has no finding of the kinds that the original has", (name) => {
    const kinds = new Set(rows?.filter(({ template }) => template === name).map(({ rule }) => rule));
    expect(findingsIn("sound", name).filter(({ rule }) => kinds.has(rule))).toEqual([]);
  });

  test.each(templates)("the sound version of %s has nothing that is worse than low", (name) => {
    expect(findingsIn("sound", name).filter(({ severity }) => severity !== "low" && severity !== "info")).toEqual([]);
  });
});

test("every rule has its own name, and says where it comes from", () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { sources, summary } of rules) expect([sources.length > 0, summary.length > 20]).toEqual([true, true]);
});
