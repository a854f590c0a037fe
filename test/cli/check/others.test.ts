import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { check, type CheckOptions } from "../../../src/cli/check/check.js";

/** The real cdk-nag, the CDK's real command-line path, and the CDK's real validator. */
const folder = mkdtempSync(join(tmpdir(), "sandtable-test-"));
beforeAll(() => symlinkSync(resolve("node_modules"), join(folder, "node_modules")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
}

interface Document {
  readonly verdict: string;
  readonly findings: readonly {
    readonly rule: string;
    readonly resource: { readonly id: string; readonly name: string };
    readonly place: { readonly file: string; readonly line: number } | null;
  }[];
}

async function run(path: string, more: Partial<CheckOptions> = {}): Promise<Document> {
  let text = "";
  const output = {
    print: (said: string) => void (text += said),
    say: () => undefined,
    status: () => undefined,
    interactive: false,
  };
  const options: CheckOptions = {
    ...{ target: "local", parameter: [], region: "eu-west-3", failOn: "medium", output: [], measured: [], usage: [] },
    ...{ json: true, ...more },
  };
  await check([path], options, output);
  return JSON.parse(text) as Document;
}

const definition = `
import { Annotations, Stack, Validations } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
export default (app) => {
  const stack = new Stack(app, "Shop");
  new Bucket(stack, "Photos");
  const logs = new Bucket(stack, "Logs");
  Annotations.of(logs).addWarningV2("shop:logs", "nobody reads these");
  Validations.of(logs).acknowledge({ id: "AwsSolutions-S1", reason: "it holds the logs" });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
};
`;
const app = `import { App } from "aws-cdk-lib"; import define from "./environment.mjs";\nconst app = new App(); define(app); app.synth();\n`;

test.each([
  ["an environment", (at: string) => void write(`${at}/environment.mjs`, definition)],
  [
    "a CDK app that the toolkit runs",
    (at: string) => {
      write(`${at}/lib/environment.mjs`, definition);
      write(`${at}/lib/app.mjs`, app);
      write(`${at}/cdk.json`, '{"app": "node lib/app.mjs"}');
    },
  ],
])(
  "what cdk-nag says of %s are findings at the lines that make the resources",
  async (name, make) => {
    const at = name.replaceAll(" ", "-");
    make(at);
    const { verdict, findings } = await run(join(folder, at));
    const said = findings
      .filter(({ rule }) => /^(AwsSolutions|cdk-annotation)-/.test(rule))
      .map(({ rule, resource: { id }, place }) => `${rule} ${id.slice(0, -8)} ${place?.file.split("/").at(-1)}:${place?.line}`);
    expect(verdict).toBe("findings");
    expect(said).toEqual([
      "AwsSolutions-S1 Photos environment.mjs:7",
      "AwsSolutions-S10 Photos environment.mjs:7",
      "AwsSolutions-S10 Logs environment.mjs:8",
      "cdk-annotation-shop:logs Logs environment.mjs:8",
    ]);
  },
  120_000,
);

test("an app that fails is refused with what it wrote, not with a trace of ours", async () => {
  write("broken/lib/app.mjs", 'throw new Error("no idea");');
  write("broken/cdk.json", '{"app": "node lib/app.mjs"}');
  await expect(run(join(folder, "broken"))).rejects.toMatchObject({
    code: "SynthesisFailed",
    message: expect.stringContaining("no idea") as string,
  });
}, 60_000);

test("--validator takes the findings of the CDK's own validator in, by its names and at the template's lines", async () => {
  const template = write(
    "groups.yaml",
    "Resources:\n  Group:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      GroupDescription: The hosts' ports\n",
  );
  const { verdict, findings } = await run(template, { validator: true });
  const refused = findings.find(({ rule }) => rule === "cfn-F3031");
  expect(refused).toMatchObject({ resource: { id: "Group" }, place: { line: 5 } });
  expect(verdict).toBe("findings");
  await expect(run(template)).resolves.toMatchObject({ findings: expect.not.arrayContaining([refused]) as unknown[] });
}, 120_000);

test("a plan has no template for the validator, which is said", async () => {
  const plan = write(
    "plan.json",
    '{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{"root_module":{}},"resource_changes":[]}',
  );
  await expect(run(plan, { validator: true })).rejects.toMatchObject({ code: "BadOption" });
});
