import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sortMembers } from "../../scripts/setup/modelled.js";
import { modelledFiles } from "../../scripts/write-modelled.js";
import { enforced, recorded, states, within } from "../../src/region/operations/members.js";

test("members are sorted by what becomes of them, nested ones by their path", () => {
  const rules = {
    CidrBlock: enforced,
    Tags: within({ Key: enforced, Value: recorded("nobody reads it") }),
    Tenancy: states("default"),
  };
  expect(sortMembers(rules)).toEqual({
    enforced: ["CidrBlock", "Tags.Key"],
    recorded: [{ path: "Tags.Value", because: "nobody reads it" }],
    states: [{ path: "Tenancy", values: ["default"] }],
  });
});

test("README.md and docs/modelled.md say what the code says (npm run modelled)", async () => {
  for (const { path, text } of await modelledFiles()) expect(readFileSync(path, "utf8"), path).toBe(text);
});
