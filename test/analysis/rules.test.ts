import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bundledPrices } from "../../src/analysis/cost/prices.js";
import { rulesWith } from "../../src/analysis/rules.js";

const rules = rulesWith({ prices: bundledPrices() });

const testsOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && file !== "rules.test.ts")
    .map((file) => readFileSync(`${folder}/${file}`, "utf8"))
    .join("\n");

test("every rule is named by a test of its own", () => {
  const texts = testsOf("test/analysis");
  expect(rules.map(({ id }) => id).filter((id) => !texts.includes(`"${id}"`))).toEqual([]);
});
