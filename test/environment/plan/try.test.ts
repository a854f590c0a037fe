import { readFileSync } from "node:fs";
import { test } from "vitest";
import { describePlan } from "../../../src/environment/plan/describe.js";
import { graphOf } from "../../../src/environment/graph/graph.js";
test.each(["web", "rest"])("%s", (name) => {
  const file = new URL(`./fixtures/${name}/plan.json`, import.meta.url);
  const { description, problems } = describePlan("plan.json", readFileSync(file, "utf8"));
  console.log(problems);
  if (!description) return;
  console.log(
    JSON.stringify(description.resources.map(({ place, ...r }) => r))
      .replaceAll('{"id"', '\n{"id"')
      .replaceAll('},{"type"', '},\n{"type"'),
  );
  console.log(description.unexamined, description.region);
  graphOf(description);
});
