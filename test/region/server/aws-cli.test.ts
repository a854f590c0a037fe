import { execFile, execFileSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { enforced } from "../../../src/region/operations/members.js";
import { ensureWire } from "../protocol/ensure-wire.js";
import { accessKeyId, fake, secretAccessKey, startHarness, type Harness } from "./harness.js";

/** The aws CLI, whichever version is here, as a client that shares no code with the SDK for JavaScript. */

const present = ((): boolean => {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

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
      fake("ec2", "DescribeVpcs", { Filters: enforced, VpcIds: enforced }, (_call, input) => ({
        Vpcs: [{ VpcId: "vpc-1", Tags: [{ Key: "sent", Value: JSON.stringify(input) }] }],
      })),
      fake("sts", "GetCallerIdentity", [], (call) => ({ Arn: call.caller.arn })),
      fake("ssm", "GetParameter", ["Name"], (_call, input) => ({ Parameter: { Name: input["Name"], Version: 3 } })),
      fake("rds", "DescribeDBInstances", ["DBInstanceIdentifier"], () => ({
        DBInstances: [{ DBInstanceIdentifier: "db", AllocatedStorage: 20 }],
      })),
      fake("elasticloadbalancing", "DescribeLoadBalancers", ["Names"], (_call, input) => ({
        LoadBalancers: (input["Names"] as string[]).map((name) => ({ LoadBalancerName: name })),
      })),
      fake("cloudformation", "CreateStack", ["StackName", "TemplateBody", "Parameters", "Tags"], () => ({
        StackId: "arn:stack",
      })),
    ],
  });

test.runIf(present).each<[string, readonly string[], unknown]>([
  [
    "ec2 with filters",
    ["ec2", "describe-vpcs", "--filters", "Name=tag:a b,Values=x,é&+ y"],
    { Vpcs: [{ VpcId: "vpc-1", Tags: [{ Key: "sent", Value: '{"Filters":[{"Name":"tag:a b","Values":["x","é&+ y"]}]}' }] }] },
  ],
  ["sts", ["sts", "get-caller-identity"], { Arn: "arn:aws:iam::000000000000:user/sandtable" }],
  ["ssm", ["ssm", "get-parameter", "--name", "/a/b"], { Parameter: { Name: "/a/b", Version: 3 } }],
  [
    "rds",
    ["rds", "describe-db-instances", "--db-instance-identifier", "db"],
    { DBInstances: [{ DBInstanceIdentifier: "db", AllocatedStorage: 20 }] },
  ],
  [
    "elbv2",
    ["elbv2", "describe-load-balancers", "--names", "a", "b"],
    { LoadBalancers: [{ LoadBalancerName: "a" }, { LoadBalancerName: "b" }] },
  ],
  [
    "cloudformation",
    [
      "cloudformation",
      "create-stack",
      "--stack-name",
      "s",
      "--template-body",
      "{}",
      "--parameters",
      "ParameterKey=a,ParameterValue=b",
    ],
    { StackId: "arn:stack" },
  ],
])("the aws CLI is answered: %s", { timeout: 60_000 }, async (_what, args, output) => {
  await using harness = await start();
  expect(await aws(harness, args)).toEqual({ output, errors: "" });
});

test.runIf(present).each<[string, readonly string[], Record<string, string>, RegExp]>([
  ["a wrong secret", ["sts", "get-caller-identity"], { AWS_SECRET_ACCESS_KEY: "x" }, /\(SignatureDoesNotMatch\)/],
  ["an unknown key", ["sts", "get-caller-identity"], { AWS_ACCESS_KEY_ID: "x" }, /\(InvalidClientTokenId\)/],
  ["an unmodelled operation", ["ec2", "describe-hosts"], {}, /\(NotImplemented\).*Sandtable does not model ec2:DescribeHosts/],
  [
    "an unmodelled member",
    ["ssm", "get-parameter", "--name", "a", "--with-decryption"],
    {},
    /\(NotImplemented\).*ssm:GetParameter: WithDecryption/,
  ],
  ["an unmodelled service", ["lambda", "publish-version", "--function-name", "f"], {}, /\(NotImplemented\).*"lambda"/],
])("the aws CLI is refused once, with a reason it shows: %s", { timeout: 60_000 }, async (_what, args, environment, expected) => {
  await using harness = await start();
  const { errors } = await aws(harness, args, environment);
  expect(errors).toMatch(expected);
  expect(harness.log).toHaveLength(1);
});
