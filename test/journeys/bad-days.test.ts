import { createServer } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateDhcpOptionsCommand, DescribeDhcpOptionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command, run } from "../../src/parts/host/command.js";
import { leftovers } from "../../src/parts/host/leftovers.js";
import { JourneyRegion } from "./region.js";

const failing = fileURLToPath(new URL("failing-user-data/template.yaml", import.meta.url));

describe("a bad day", () => {
  const region = new JourneyRegion();
  const scratch = mkdtempSync(join(tmpdir(), "sandtable-journey-files-"));

  beforeAll(async () => {
    await region.ok("region", "start", "--port", "0");
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true, force: true });
    await region.purge();
  });

  const template = (name: string, text: string): string => {
    const file = join(scratch, name);
    writeFileSync(file, text);
    return file;
  };

  test("user data that fails: the stack is complete as on AWS, and `up` shows the line that explains it", async () => {
    const said = await region.cli("up", failing, "--stack", "failing", "--yes");
    const text = said.stdout + said.stderr;
    expect(said.code).toBe(1);
    expect(text).toContain("lonely");
    expect(text).toMatch(/Unable to locate package a-package-that-is-not-there/);
    const stack = await region.json<{ stacks?: { status: string }[] }>("status", "failing", "--json");
    expect(JSON.stringify(stack)).toContain("CREATE_COMPLETE");
  });

  test("the same template goes through `aws cloudformation deploy`, whose waits return at once, and is deleted again", async ({
    skip,
  }) => {
    const there = await execa("aws", ["--version"], { reject: false });
    if (there.exitCode !== 0) skip("no aws CLI on this machine");
    await region.ok("down", "failing", "--yes");
    await region.ok("aws", "--", "cloudformation", "deploy", "--stack-name", "by-aws", "--template-file", failing);
    // The CLI looks whether the stack is there, and then every 30 s whether it is complete: held, the first such look is the last.
    expect(region.requests("DescribeStacks", "by-aws")).toBe(2);
    await region.ok("aws", "--", "cloudformation", "delete-stack", "--stack-name", "by-aws");
    await region.ok("aws", "--", "cloudformation", "wait", "stack-delete-complete", "--stack-name", "by-aws");
  });

  test.each([
    ["an unknown property", "Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlok: 10.0.0.0/16 } }", /CidrBlok/],
    ["an unknown type", "Vpc: { Type: 'AWS::EC2::Vpcc' }", /AWS::EC2::Vpcc/],
    ["a type that is not modelled", "Queue: { Type: 'AWS::SQS::Queue' }", /AWS::SQS::Queue/],
    ["a dangling reference", "Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: !Ref Nowhere } }", /Nowhere/],
    [
      "a cycle",
      "A: { Type: 'AWS::EC2::InternetGateway', DependsOn: B }\n  B: { Type: 'AWS::EC2::InternetGateway', DependsOn: A }",
      /A.*B|B.*A/,
    ],
  ])("a template with %s is refused before anything is created, with its place", async (name, resources, words) => {
    const file = template(`${name.replaceAll(" ", "-")}.yaml`, `Resources:\n  ${resources}\n`);
    const said = await region.cli("up", file, "--stack", "refused", "--yes");
    expect(said.code).not.toBe(0);
    expect(said.stderr + said.stdout).toMatch(words);
    expect(said.stderr + said.stdout).toMatch(/\b2:\d+|line 2|\b3:\d+/);
    expect(said.stderr + said.stdout).not.toMatch(/\n\s+at .*\.js/);
    const { StackSummaries } = await region.json<{ StackSummaries: object[] }>(
      ...[
        "aws",
        "--",
        "cloudformation",
        "list-stacks",
        "--stack-status-filter",
        "CREATE_COMPLETE",
        "CREATE_IN_PROGRESS",
        "--output",
        "json",
      ],
    );
    expect(StackSummaries).toEqual([]);
  });

  test("a resource that fails rolls the stack back completely, and says which and why", async () => {
    const file = template(
      "fails.yaml",
      `Resources:
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: 10.0.0.0/16 } }
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: !Ref Vpc, CidrBlock: 10.77.0.0/24 } }
`,
    );
    const said = await region.cli("up", file, "--stack", "rolled-back", "--yes");
    expect(said.code).toBe(1);
    expect(said.stdout + said.stderr).toMatch(/Subnet[\s\S]*10\.77\.0\.0\/24/);
    const { Vpcs } = await region.json<{ Vpcs: object[] }>("aws", "--", "ec2", "describe-vpcs", "--output", "json");
    expect(Vpcs).toEqual([]);
    await region.ok("down", "rolled-back", "--yes");
  });

  test("a port that is taken: which, and what to do", async () => {
    const other = new JourneyRegion();
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const said = await other.cli("region", "start", "--port", String(port));
    server.close();
    expect(said.code).not.toBe(0);
    expect(said.stderr).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}`));
    expect(said.stderr).toMatch(/--port/);
    expect(said.stderr).not.toMatch(/\n\s+at /);
    expect(await leftovers(other.label, other.state)).toEqual([]);
    rmSync(other.state, { recursive: true, force: true });
  });

  test("a package that does not exist in a recipe: which, and what to do", async () => {
    const folder = mkdtempSync(join(scratch, "recipe-"));
    writeFileSync(join(folder, "image.yaml"), "packages: [a-package-that-is-not-there]\n");
    writeFileSync(join(folder, "environment.ts"), "export default () => {};\n");
    const said = await region.cli("image", "prepare", folder);
    expect(said.code).not.toBe(0);
    expect(said.stderr).toMatch(/a-package-that-is-not-there/);
    expect(said.stderr).not.toMatch(/\n\s+at /);
  });
});

describe("a full disk", () => {
  test("the request fails with a clear error, and what was there stays readable", async () => {
    // A file system of its own that is really full.
    const disk = mkdtempSync(join(tmpdir(), "sandtable-journey-disk-"));
    await run(command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk));
    const region = new JourneyRegion(join(disk, "state"));
    try {
      await region.ok("region", "start", "--port", "0");
      const ec2 = new EC2Client({ ...region.client, maxAttempts: 1 });
      const create = () =>
        ec2.send(new CreateDhcpOptionsCommand({ DhcpConfigurations: [{ Key: "domain-name", Values: ["shop.example"] }] }));
      const count = async () => (await ec2.send(new DescribeDhcpOptionsCommand({}))).DhcpOptions?.length ?? 0;
      const before = await count();
      await create();
      await run(command("sh", "-c", `head -c 2M /dev/zero > ${disk}/ballast || true`));
      // The journal's last page still has room for a few lines.
      let made = 1;
      const refusal = await (async () => {
        for (; made < 100; made++) {
          const error = await create().then(
            () => undefined,
            (reason: Error) => reason,
          );
          if (error !== undefined) return error;
        }
        return undefined;
      })();
      expect(refusal?.message).toMatch(/journal\.jsonl is full, so nothing was changed\. Free some space/);
      expect(await count()).toBe(before + made);
      rmSync(join(disk, "ballast"));
      await create();
      expect(await count()).toBe(before + made + 1);
      ec2.destroy();
    } finally {
      await region.purge();
      await run(command("umount", disk));
      rmSync(disk, { recursive: true });
    }
  });
});
