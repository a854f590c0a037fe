import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, LegacyStackSynthesizer } from "aws-cdk-lib/core";
import { expect, onTestFinished, test } from "vitest";
import define from "../../../examples/flask-ha/environment.js";
import { ensureSpec } from "../../../scripts/compact-spec.js";
import { resourceProviders } from "../../../src/region/stacks/providers/index.js";
import { openSpecification } from "../../../src/region/stacks/spec/specification.js";
import { checkResources } from "../../../src/region/stacks/validation/resources.js";
import { bind } from "../../../src/template/bind.js";
import { describeProblems, Problems } from "../../../src/template/problems.js";
import { readTemplate } from "../../../src/template/template.js";

test("the example E1 has nothing that Sandtable refuses", async () => {
  const outdir = mkdtempSync(join(tmpdir(), "sandtable-e1-"));
  onTestFinished(() => rmSync(outdir, { recursive: true, force: true }));
  const app = new App({
    outdir,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    defaultStackSynthesizer: new LegacyStackSynthesizer(),
  });
  define(app);
  const { template, problems } = readTemplate(JSON.stringify(app.synth().stacks[0]?.template));
  expect(describeProblems(problems)).toBe("");
  if (template === undefined) throw new Error("no template");
  const surroundings = { accountId: "000000000000", regionName: "eu-west-3", stackName: "flask-ha", stackId: "arn" };
  const zones = (regionName: string): readonly string[] => ["a", "b", "c"].map((letter) => `${regionName}${letter}`);
  const bound = bind(template, new Map(), { ...surroundings, zones }, () => "ami-0123");
  expect(describeProblems(bound.problems)).toBe("");
  const refused = new Problems((path) => template.locate(path));
  const providers = new Map(resourceProviders.map((provider) => [provider.type, provider]));
  checkResources(bound, providers, openSpecification(await ensureSpec()), refused);
  expect(describeProblems(refused.found)).toBe("");
});
