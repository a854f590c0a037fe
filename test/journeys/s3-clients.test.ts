import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { s3Operations } from "../../src/region/services/s3/operations.js";
import { stsOperations } from "../../src/region/services/sts/operations.js";
import { ensureWire } from "../region/protocol/ensure-wire.js";
import { accessKeyId, secretAccessKey, startHarness, type Harness } from "../region/server/harness.js";
import { openBench, Queues, type Bench } from "../region/stacks/support.js";
import { isPresent } from "../support/present.js";

/** The aws CLI, unchanged, with S3 and with templates that lie there. */

let bench: Bench;
let server: Harness;
let folder: string;

beforeAll(ensureWire, 60_000);
beforeEach(async () => {
  bench = await openBench();
  server = await startHarness({
    ...bench.served,
    operations: [...bench.served.operations, ...s3Operations, ...stsOperations],
  });
  folder = mkdtempSync(join(tmpdir(), "sandtable-s3cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});
afterEach(async () => {
  await server.close();
  await bench.close();
});

function aws(...args: string[]): Promise<string> {
  const env = {
    ...{ PATH: process.env["PATH"], HOME: "/nonexistent", AWS_PAGER: "", AWS_EC2_METADATA_DISABLED: "true" },
    ...{ AWS_ENDPOINT_URL: server.endpoint, AWS_DEFAULT_REGION: "eu-west-3", AWS_MAX_ATTEMPTS: "1" },
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  };
  return new Promise((resolve, reject) => {
    execFile("aws", args, { env, cwd: folder, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`aws ${args.join(" ")}: ${stderr}${stdout}`));
    });
  });
}

const cli = isPresent("aws", "the aws CLI with S3") ? test : test.skip;

cli("the aws CLI moves files and folders, large ones in parts, and takes them away again", async () => {
  const large = randomBytes(20 << 20);
  mkdirSync(join(folder, "site/deep"), { recursive: true });
  writeFileSync(join(folder, "large.bin"), large);
  writeFileSync(join(folder, "site/index.html"), "<h1>hello</h1>");
  writeFileSync(join(folder, "site/deep/ä b+c.txt"), "deep");
  await aws("s3", "mb", "s3://files");
  await aws("s3", "cp", "large.bin", "s3://files/in/large.bin", "--no-progress");
  await aws("s3", "sync", "site", "s3://files/site", "--no-progress");
  expect(await aws("s3", "ls", "s3://files", "--recursive")).toMatch(
    /20971520 in\/large\.bin[^]*site\/deep\/ä b\+c\.txt[^]*index\.html/,
  );
  expect(await aws("s3", "ls", "s3://files")).toMatch(/PRE in\/[^]*PRE site\//);
  await aws("s3", "cp", "s3://files/in/large.bin", "back.bin", "--no-progress");
  expect(Buffer.compare(readFileSync(join(folder, "back.bin")), large)).toBe(0);
  await aws("s3", "cp", "s3://files/in/large.bin", "s3://files/copy.bin", "--no-progress");
  await aws("s3", "mv", "s3://files/site/deep/ä b+c.txt", "moved.txt", "--no-progress");
  expect(readFileSync(join(folder, "moved.txt"), "utf8")).toBe("deep");
  const url = (await aws("s3", "presign", "s3://files/site/index.html")).trim();
  const page = await fetch(url);
  expect([page.status, page.headers.get("content-type"), await page.text()]).toEqual([200, "text/html", "<h1>hello</h1>"]);
  const { Grants } = JSON.parse(await aws("s3api", "get-bucket-acl", "--bucket", "files")) as { Grants: object[] };
  expect(Grants).toEqual([expect.objectContaining({ Permission: "FULL_CONTROL" })]);
  await expect(aws("s3api", "get-bucket-accelerate-configuration", "--bucket", "files")).rejects.toThrow(
    /NotImplemented.*GetBucketAccelerateConfiguration/,
  );
  await expect(aws("s3", "rb", "s3://files")).rejects.toThrow(/BucketNotEmpty/);
  await aws("s3", "rb", "s3://files", "--force");
  expect(await aws("s3", "ls")).toBe("");
});

cli("`aws cloudformation package` and `deploy` bring a template with a nested one", async () => {
  const child = (delay: number): string =>
    `Resources: { Line: { Type: AWS::SQS::Queue, Properties: { QueueName: line, DelaySeconds: ${delay} } } }\nOutputs: { Arn: { Value: !GetAtt Line.Arn } }\n`;
  writeFileSync(
    join(folder, "main.yaml"),
    "Resources:\n  Child: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./child.yaml } }\n  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt Child.Outputs.Arn } }\n",
  );
  await aws("s3", "mb", "s3://artifacts");
  const deploy = async (delay: number, ...more: string[]): Promise<string> => {
    writeFileSync(join(folder, "child.yaml"), child(delay));
    await aws(
      "cloudformation",
      "package",
      "--template-file",
      "main.yaml",
      "--s3-bucket",
      "artifacts",
      "--output-template-file",
      "out.yaml",
    );
    return aws("cloudformation", "deploy", "--template-file", "out.yaml", "--stack-name", "shop", ...more);
  };
  await deploy(3);
  expect(bench.scope.records.list(Queues)).toMatchObject([{ delay: "3" }]);
  await deploy(4, "--s3-bucket", "artifacts");
  expect(bench.scope.records.list(Queues)).toMatchObject([{ delay: "4" }]);
  expect(await bench.stack()).toMatchObject({ StackStatus: "UPDATE_COMPLETE" });
});
