import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { check, exitCodeFor, type CheckOptions } from "../../../src/cli/check/check.js";
import type { Output } from "../../../src/cli/output.js";
import { ask, together } from "../../../src/cli/reach/reach.js";
import { parseTarget, serviceText } from "../../../src/cli/reach/ends.js";
import { describeStacks } from "../../../src/cli/check/stacks.js";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { readFileSync } from "node:fs";

const folder = mkdtempSync(join(tmpdir(), "sandtable-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

async function run(paths: readonly string[], more: Partial<CheckOptions> = {}): Promise<{ code: number; text: string }> {
  let text = "";
  const output: Output = {
    print: (said) => void (text += said),
    say: () => undefined,
    status: () => undefined,
    interactive: false,
  };
  const code = await check(
    paths,
    { target: "local", parameter: [], failOn: "high", output: [], measured: [], usage: [], ...more },
    output,
  );
  return { code, text };
}

const open =
  "Resources:\n  User: {Type: AWS::IAM::User}\n  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref User}}\n";

describe("how a check ends", () => {
  test.each([
    ["pass", false, 0],
    ["findings", true, 1],
    ["unknown", false, 3],
    ["unknown", true, 0],
  ] as const)("the verdict %s (unknown allowed: %s) ends with %i", (overall, allowed, code) => {
    expect(exitCodeFor(overall, allowed)).toBe(code);
  });

  test("a long-lived key is a finding; accepted it is none", async () => {
    const template = file("open.yaml", open);
    expect(await run([template])).toMatchObject({ code: 1, text: expect.stringContaining("long-lived-access-key") as string });
    const line = (rule: string) => `  - {rule: ${rule}, resource: User, reason: agreed, expires: never}\n`;
    const baseline = file("b.yaml", `accepted:\n${line("long-lived-access-key")}`);
    expect(await run([template], { baseline })).toMatchObject({ code: 0 });
  });

  test("--json prints one document", async () => {
    const { text } = await run([file("open.yaml", open)], { json: true });
    expect(JSON.parse(text)).toMatchObject({ schema: "sandtable.check/1", verdict: "findings", environment: { examined: 1 } });
  });
});

test("every finding has a file, a line and a column: objectives that nobody stated those of the template", async () => {
  const { text } = await run([file("unstated.yaml", open)], { json: true });
  const { findings } = JSON.parse(text) as { readonly findings: readonly { readonly rule: string; readonly place: unknown }[] };
  expect(findings.map(({ rule }) => rule)).toContain("objectives-not-stated");
  const place = { file: join(folder, "unstated.yaml"), line: expect.any(Number) as number, column: expect.any(Number) as number };
  expect(findings.map((each) => each.place)).toEqual(findings.map(() => place));
});

describe("what cannot be checked is refused whole, with its place", () => {
  test.each([
    ["a file that is not there", () => join(folder, "none.yaml"), "NotFound", "does not exist"],
    [
      "a folder that is no app",
      () => (mkdirSync(join(folder, "empty"), { recursive: true }), join(folder, "empty")),
      "NotAProject",
      "cdk.json",
    ],
    ["a broken template", () => file("broken.yaml", "Resources: [\n"), "BadTemplate", "broken.yaml:"],
    ["an empty one", () => file("void.yaml", ""), "BadTemplate", "void.yaml:1:1"],
    ["a huge one", () => file("huge.yaml", `${open}# ${"x".repeat(10 * 1024 * 1024)}`), "BadTemplate", "huge.yaml:"],
    ["a plan of nothing", () => file("plan.json", '{"format_version":"9.0"}'), "BadPlan", "plan.json"],
  ])("%s", async (_, make, code, message) => {
    await expect(run([make()])).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  test("a parameter that no stack has, and an output whose form nobody said", async () => {
    const template = file("open.yaml", open);
    await expect(run([template], { parameter: ["Nobody=1"] })).rejects.toMatchObject({ code: "BadParameter" });
    await expect(run([template], { output: [join(folder, "report")] })).rejects.toMatchObject({ code: "BadOption" });
  });
});

describe("reach", () => {
  const text = readFileSync("test/fixtures/templates/bastion-vpc.yaml", "utf8");
  const environment = graphOf(describeStacks([{ name: "bastion", file: "bastion.yaml", text }], new Map(), undefined));
  test.each([
    ["internet", "bastion:22", "reachable"],
    ["internet", "Server:22", "blocked"],
    ["bastion", "server:22", "reachable"],
    ["PublicSubnet", "ServerGroup:22", "reachable"],
    ["server", "bastion/icmp", "blocked"],
  ])("%s to %s is %s", (from, to, expected) => {
    expect(together(ask(environment, from, to).map(({ answer }) => answer.reach))).toBe(expected);
  });

  test("a name that nobody has is refused with those there are", () => {
    expect(() => ask(environment, "internet", "web:22")).toThrow("nothing is called web");
  });

  test.each([
    ["web:443", "web", "443/tcp"],
    ["10.0.0.4:53/udp", "10.0.0.4", "53/udp"],
    ["Server/eth0:22", "Server/eth0", "22/tcp"],
    ["web/icmp", "web", "icmp"],
  ])("%s is %s on %s", (said, name, service) => {
    expect(parseTarget(said).name).toBe(name);
    expect(serviceText(parseTarget(said).service)).toBe(service);
  });

  test.each(["web", "web:0", "web:65536", ":22", "web:1/icmp"])("%s is refused", (said) => {
    expect(() => parseTarget(said)).toThrow(said);
  });
});
