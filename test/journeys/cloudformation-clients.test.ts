import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryContext, StackSelectionStrategy, Toolkit, type IIoHost } from "@aws-cdk/toolkit-lib";
import * as sns from "aws-cdk-lib/aws-sns";
import * as sqs from "aws-cdk-lib/aws-sqs";
import * as cdk from "aws-cdk-lib/core";
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { stsOperations } from "../../src/region/services/sts/operations.js";
import { ensureWire } from "../region/protocol/ensure-wire.js";
import { accessKeyId, secretAccessKey, startHarness, type Harness } from "../region/server/harness.js";
import { openBench, Queues, Topics, type Bench } from "../region/stacks/support.js";
import { isPresent } from "../support/present.js";

/** The clients that people deploy with, unchanged, against the real server. */

let bench: Bench;
let server: Harness;
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "sandtable-clients-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
};

beforeAll(ensureWire, 60_000);
beforeEach(async () => {
  bench = await openBench();
  const { operations } = bench.served;
  server = await startHarness({ ...bench.served, operations: [...operations, ...stsOperations] });
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: "eu-west-3",
    AWS_DEFAULT_REGION: "eu-west-3",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
    HOME: "/nonexistent",
  }))
    vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await bench.close();
});

describe("the CDK's toolkit", () => {
  const said: string[] = [];
  const host: IIoHost = {
    notify: async (message) => void said.push(`${message.code ?? ""} ${message.message}`),
    requestResponse: async (message) => message.defaultResponse,
  };
  const stacks = { strategy: StackSelectionStrategy.ALL_STACKS };

  const assembly = (toolkit: Toolkit, outdir: string, delay: number, display = "hello") =>
    toolkit.fromAssemblyBuilder(
      async () => {
        const app = new cdk.App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
        const stack = new cdk.Stack(app, "Shop", { stackName: "shop", synthesizer: new cdk.LegacyStackSynthesizer() });
        const queue = new sqs.CfnQueue(stack, "Queue", { delaySeconds: delay });
        const topic = new sns.CfnTopic(stack, "Topic", { displayName: display, topicName: `for-${queue.attrQueueName}` });
        new cdk.CfnOutput(stack, "TopicName", { value: topic.attrTopicName });
        return app.synth();
      },
      { contextStore: new MemoryContext({}), resolveDefaultEnvironment: false, clobberEnv: false, outdir },
    );

  test("deploys, finds nothing to do, updates, tells a failure's cause, and destroys", { timeout: 120_000 }, async () => {
    const toolkit = new Toolkit({ ioHost: host, color: false, emojis: false });
    const deploy = async (delay: number, display?: string) =>
      toolkit.deploy(await assembly(toolkit, folder(), delay, display), {
        stacks,
        stackEventPollingInterval: 100,
        deploymentMethod: { method: "change-set" },
      });
    const first = await deploy(1);
    expect(first.stacks[0]?.outputs).toEqual({ TopicName: "for-Queue" });
    expect(said.filter((line) => line.startsWith("CDK_TOOLKIT_I5502")).length).toBeGreaterThan(3);
    said.length = 0;
    await deploy(1);
    expect(said.join("\n")).toContain("no changes");
    await deploy(2);
    expect(bench.scope.records.list(Queues)).toEqual([{ name: "Queue", delay: "2" }]);
    await expect(deploy(2, "other")).rejects.toThrow(/does not model changing DisplayName of AWS::SNS::Topic/);
    await toolkit.destroy(await assembly(toolkit, folder(), 2), { stacks, stackEventPollingInterval: 100 } as Parameters<
      Toolkit["destroy"]
    >[1]);
    expect([...bench.scope.records.list(Queues), ...bench.scope.records.list(Topics)]).toEqual([]);
  });

  test("tells the cause of a failed creation", { timeout: 120_000 }, async () => {
    bench.script.failing.add("settle for-Queue");
    const toolkit = new Toolkit({ ioHost: host, color: false, emojis: false });
    await expect(
      toolkit.deploy(await assembly(toolkit, folder(), 1), { stacks, stackEventPollingInterval: 100 } as Parameters<
        Toolkit["deploy"]
      >[1]),
    ).rejects.toThrow(/settle for-Queue was told to fail/);
    expect((await bench.stack()).StackStatus).toBe("ROLLBACK_COMPLETE");
  });
});

describe.runIf(isPresent("aws", "the aws CLI against CloudFormation"))("the aws CLI", () => {
  const aws = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile("aws", ["--endpoint-url", server.endpoint, "cloudformation", ...args], (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
      });
    });

  test("deploys, describes, deploys nothing, and deletes", { timeout: 120_000 }, async () => {
    const file = join(folder(), "template.yaml");
    writeFileSync(
      file,
      "Parameters:\n  Delay: { Type: Number }\nResources:\n  Q: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: !Ref Delay } }\nOutputs:\n  Url: { Value: !Ref Q }\n",
    );
    const deploy = ["deploy", "--stack-name", "shop", "--template-file", file, "--parameter-overrides"];
    expect(await aws(...deploy, "Delay=3")).toMatchObject({
      code: 0,
      out: expect.stringContaining("Successfully created/updated stack - shop") as unknown,
    });
    expect(
      (
        await aws("describe-stacks", "--stack-name", "shop", "--query", "Stacks[0].Outputs[0].OutputValue", "--output", "text")
      ).out.trim(),
    ).toBe("https://queues/queue-0-Q");
    const again = await aws(...deploy, "Delay=3", "--no-fail-on-empty-changeset");
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("No changes to deploy") as unknown });
    // The CLI names its change sets by the second, and leaves the empty one there.
    await sleep(1000);
    expect((await aws(...deploy, "Delay=many")).err).toContain("Parameter 'Delay' must be a number.");
    expect((await aws("validate-template", "--template-body", "{}")).err).toContain(
      "At least one Resources member must be defined",
    );
    await aws("delete-stack", "--stack-name", "shop");
    expect((await aws("wait", "stack-delete-complete", "--stack-name", "shop")).code).toBe(0);
    expect(bench.scope.records.list(Queues)).toEqual([]);
  });
});
