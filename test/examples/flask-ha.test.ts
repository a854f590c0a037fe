import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, LegacyStackSynthesizer } from "aws-cdk-lib/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { userData } from "../../examples/flask-ha/application.js";
import define from "../../examples/flask-ha/environment.js";
import { leaksIn } from "../../src/analysis/exposure/secret-patterns.js";
import { readTemplate } from "../../src/template/template.js";

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

describe("examples/flask-ha", () => {
  const outdir = mkdtempSync(join(tmpdir(), "sandtable-test-"));
  let template: { Resources: Record<string, Resource>; Outputs: Record<string, unknown> };
  let text: string;
  let violations: { ruleName: string; severity: string }[];

  beforeAll(() => {
    // A deprecated call is an error here, not a line on somebody's terminal.
    process.env.JSII_DEPRECATED = "fail";
    const app = new App({
      outdir,
      analyticsReporting: false,
      treeMetadata: false,
      builtinCloudFormationValidation: true,
      defaultStackSynthesizer: new LegacyStackSynthesizer(),
    });
    define(app);
    const [stack] = app.synth().stacks;
    expect(stack?.messages).toEqual([]);
    text = readFileSync(join(outdir, "flask-ha.template.json"), "utf8");
    template = JSON.parse(text) as typeof template;
    const report = JSON.parse(readFileSync(join(outdir, "validation-report.json"), "utf8")) as {
      pluginReports: { violations: typeof violations }[];
    };
    violations = report.pluginReports.flatMap((plugin) => plugin.violations);
    // The validator reads the schemas of 1,899 resource types.
  }, 240_000);
  afterAll(() => {
    delete process.env.JSII_DEPRECATED;
    rmSync(outdir, { recursive: true, force: true });
  });

  const ofType = (type: string) => Object.values(template.Resources).filter((resource) => resource.Type === type);

  test("CloudFormation's own validator complains of nothing", () => {
    expect(violations).toEqual([]);
  });

  test("our reading of the template finds no problem", () => {
    expect(readTemplate(text).problems).toEqual([]);
  });

  test("it holds no custom resource and no Lambda function", () => {
    const types = Object.values(template.Resources).map((resource) => resource.Type);
    expect(types.filter((type) => /^Custom::|Lambda|CustomResource/.test(type))).toEqual([]);
  });

  test("each instance lives in a private subnet of its own and waits for the way out", () => {
    const instances = ofType("AWS::EC2::Instance");
    expect(instances).toHaveLength(2);
    expect(new Set(instances.map((one) => JSON.stringify(one.Properties?.SubnetId))).size).toBe(2);
    for (const instance of instances) {
      expect(instance.Properties?.MetadataOptions).toEqual({ HttpTokens: "required" });
      expect(instance.DependsOn).toContain(Object.keys(template.Resources).find((id) => id.startsWith("NetworkToNat")));
    }
  });

  test("zones are taken from the region, not named", () => {
    expect(ofType("AWS::EC2::Subnet").map((one) => JSON.stringify(one.Properties?.AvailabilityZone))).toEqual([
      '{"Fn::Select":[0,{"Fn::GetAZs":""}]}',
      '{"Fn::Select":[1,{"Fn::GetAZs":""}]}',
      '{"Fn::Select":[0,{"Fn::GetAZs":""}]}',
      '{"Fn::Select":[1,{"Fn::GetAZs":""}]}',
    ]);
  });

  test("only the balancer's group lets the world in, and only on port 80", () => {
    const open = ofType("AWS::EC2::SecurityGroup").filter((one) => JSON.stringify(one.Properties).includes("0.0.0.0/0"));
    expect(open.map((one) => one.Properties?.SecurityGroupIngress)).toEqual([
      [expect.objectContaining({ CidrIp: "0.0.0.0/0", FromPort: 80, ToPort: 80, IpProtocol: "tcp" })],
    ]);
  });

  test("the database goes with its stack, without a snapshot that would cost money", () => {
    expect(ofType("AWS::RDS::DBInstance")).toEqual([expect.objectContaining({ DeletionPolicy: "Delete" })]);
  });

  test("it fits into the 51,200 bytes that CloudFormation takes without a bucket", () => {
    expect(text.length).toBeLessThan(51_200);
  });

  const script = userData({
    secret: "arn:aws:secretsmanager:eu-west-3:000000000000:secret:database-AbCdEf",
    region: "eu-west-3",
  });

  test("user data is a shell script without mistakes, and small enough for EC2", () => {
    execFileSync("bash", ["-n"], { input: script });
    expect(Buffer.byteLength(script)).toBeLessThan(16_384);
  });

  test("no password is in the template or in user data: the instances read the secret with their role", () => {
    expect(ofType("AWS::RDS::DBInstance").map((one) => JSON.stringify(one.Properties?.MasterUserPassword))).toEqual([
      expect.stringContaining("{{resolve:secretsmanager:"),
    ]);
    expect(JSON.stringify(ofType("AWS::IAM::Role"))).toContain("secretsmanager:GetSecretValue");
    expect(leaksIn(script)).toEqual([]);
  });
});
