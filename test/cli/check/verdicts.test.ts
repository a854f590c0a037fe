import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { expect, test } from "vitest";
import { bundledPrices } from "../../../src/analysis/cost/prices.js";
import { assess } from "../../../src/analysis/objectives/assess.js";
import { examine } from "../../../src/cli/check/examine.js";
import { describeStacks, type StackText } from "../../../src/cli/check/stacks.js";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { UserFault } from "../../../src/faults.js";

/**
 * Golden files of templates of the usual kinds. When a verdict changes on purpose:
 * `npx vitest run --project unit test/cli/check/verdicts.test.ts -u`, and read the difference.
 */
const folder = "test/fixtures/templates";

/** Stacks that belong together are checked together. */
const together = [["stack-network.yaml", "stack-app.yaml"]];

const files = readdirSync(folder);
const sets = [...files.filter((file) => !together.flat().includes(file)).map((file) => [file]), ...together];

const stackOf = (file: string): StackText => ({
  name: basename(file, extname(file)),
  file,
  text: readFileSync(join(folder, file), "utf8"),
});

function verdictOf(set: readonly string[]): object {
  try {
    const description = describeStacks(set.map(stackOf), new Map(), "eu-west-3");
    const { environment, report } = examine(graphOf(description), {
      failOn: "high",
      acceptances: [],
      now: new Date("2026-11-22T00:00:00Z"),
      grounds: { prices: bundledPrices() },
    });
    return {
      verdict: report.overall,
      objectives: assess(environment, { months: 0 }).verdicts,
      findings: report.findings.map(({ rule, severity, verdict, resource, place, title }) =>
        [
          severity,
          verdict,
          rule,
          resource.id,
          place === undefined ? "" : `${place.file}:${place.line}:${place.column}`,
          title,
        ].join(" | "),
      ),
      unexamined: report.unexamined.map(({ id, type }) => `${id} ${type}`),
    };
  } catch (error) {
    if (!(error instanceof UserFault)) throw error;
    return { cannotBeChecked: error.message.split("\n") };
  }
}

test("there are thirty and more of them", () => {
  expect(files.length).toBeGreaterThanOrEqual(30);
});

test.each(sets.map((set) => [set.join(" with "), set] as const))("the verdict of %s is the frozen one", async (_, set) => {
  const name = basename(set[0] ?? "", extname(set[0] ?? ""));
  await expect(`${JSON.stringify(verdictOf(set), null, 2)}\n`).toMatchFileSnapshot(`../../fixtures/verdicts/${name}.json`);
});
