import { execFile } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { ensureWire } from "../region/protocol/ensure-wire.js";
import { accessKeyId, fake, secretAccessKey, startHarness, type Harness } from "../region/server/harness.js";
import { isPresent } from "../support/present.js";

/** The aws CLI, whichever version is here, as a client that shares no code with the SDK for JavaScript. */

const present = isPresent("aws", "the aws CLI against the wire");

beforeAll(ensureWire, 60_000);

interface Outcome {
  readonly output: unknown;
  readonly errors: string;
}

function aws(harness: Harness, args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: "eu-west-3",
    AWS_DEFAULT_OUTPUT: "json",
    AWS_PAGER: "",
    AWS_EC2_METADATA_DISABLED: "true",
    ...environment,
  };
  return new Promise((resolve) => {
    execFile("aws", ["--endpoint-url", harness.endpoint, ...args], { env }, (_error, stdout, stderr) => {
      resolve({ output: stdout.trim() === "" ? undefined : (JSON.parse(stdout) as unknown), errors: stderr.trim() });
    });
  });
}

const start = () =>
  startHarness({
    operations: [
      fake("ec2", "DescribeVpcs", ["Filters"], (_call, { Filters }) => ({
        Vpcs: [{ VpcId: "vpc-1", Tags: [{ Key: "sent", Value: JSON.stringify(Filters) }] }],
      })),
      fake("ssm", "GetParameter", ["Name"], (_call, { Name }) => ({ Parameter: { Name, Version: 3 } })),
      fake("elasticloadbalancing", "DescribeLoadBalancers", ["Names"], (_call, { Names }) => ({
        LoadBalancers: (Names as string[]).map((LoadBalancerName) => ({ LoadBalancerName })),
      })),
    ],
  });

test.runIf(present).each<[protocol: string, args: readonly string[], output: unknown]>([
  [
    "ec2Query",
    ["ec2", "describe-vpcs", "--filters", "Name=tag:a b,Values=x,é&+ y"],
    { Vpcs: [{ VpcId: "vpc-1", Tags: [{ Key: "sent", Value: '[{"Name":"tag:a b","Values":["x","é&+ y"]}]' }] }] },
  ],
  [
    "awsQuery",
    ["elbv2", "describe-load-balancers", "--names", "a", "b"],
    { LoadBalancers: [{ LoadBalancerName: "a" }, { LoadBalancerName: "b" }] },
  ],
  ["awsJson1_1", ["ssm", "get-parameter", "--name", "/a/b"], { Parameter: { Name: "/a/b", Version: 3 } }],
])("the aws CLI is answered in %s", { timeout: 60_000 }, async (_protocol, args, output) => {
  await using harness = await start();
  expect(await aws(harness, args)).toEqual({ output, errors: "" });
});

test.runIf(present).each<[what: string, args: readonly string[], environment: Record<string, string>, expected: RegExp]>([
  ["a wrong secret", ["sts", "get-caller-identity"], { AWS_SECRET_ACCESS_KEY: "x" }, /\(SignatureDoesNotMatch\)/],
  ["an unmodelled operation", ["ec2", "describe-hosts"], {}, /\(NotImplemented\).*Sandtable does not model ec2:DescribeHosts/],
])("the aws CLI is refused once, with a reason it shows: %s", { timeout: 60_000 }, async (_what, args, environment, expected) => {
  await using harness = await start();
  expect((await aws(harness, args, environment)).errors).toMatch(expected);
  expect(harness.log).toHaveLength(1);
});
