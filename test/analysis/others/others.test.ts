import { expect, test } from "vitest";
import { readAnnotation } from "../../../src/analysis/others/annotations.js";
import { readPolicyReport } from "../../../src/analysis/others/policy-report.js";
import { findingsOfNotTold, findingsOfTold } from "../../../src/analysis/others/told.js";
import { findingsOfValidator } from "../../../src/analysis/others/validator.js";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { describeTemplates } from "../../../src/environment/template/describe.js";

const text = JSON.stringify({ Resources: { Key: { Type: "AWS::KMS::Key", Properties: { KeyPolicy: {} } } } }, undefined, 2);
const { description } = describeTemplates([{ name: "test", file: "test.json", text }]);
if (description === undefined) throw new Error("the template cannot be read");
const environment = graphOf(description);

test("a diagnostic of the validator keeps its rule, its resource and its place", () => {
  const entity = { logicalId: "Key", entityType: "Resource", resourceType: "AWS::KMS::Key" };
  const diagnostic = {
    ruleId: "W1",
    severity: "WARN",
    message: "no rotation",
    source: "ENGINE",
    entity,
    propertyPath: "Properties.KeyPolicy",
    suggestedFix: "rotate it",
    startLine: 4,
    startColumn: 7,
  };
  expect(findingsOfValidator([diagnostic], { file: "test.json", environment })).toEqual([
    {
      rule: "cfn-W1",
      subject: "template",
      severity: "low",
      verdict: "fails",
      resource: { id: "Key", type: "AWS::KMS::Key", name: "Key" },
      place: { file: "test.json", line: 4, column: 7 },
      title: "no rotation",
      reason: "The CDK's validator says so of Properties.KeyPolicy.",
      fix: "rotate it",
      sources: ["@aws/cloudformation-validate, rule W1 (ENGINE)"],
    },
  ]);
});

test("a diagnostic of the template as a whole is about its file", () => {
  const [finding] = findingsOfValidator([{ ruleId: "F1", severity: "FATAL", message: "no resources" }], {
    file: "test.json",
    environment,
  });
  expect(finding).toMatchObject({ severity: "critical", resource: { id: "", name: "test.json" } });
});

test("a violation of a plug-in has the place of the resource that the construct became", () => {
  const violation = (constructs: readonly object[]) => ({
    ruleName: "AwsSolutions-KMS5",
    description: "no rotation",
    severity: "error",
    violatingConstructs: constructs,
  });
  const given = {
    version: "1.0",
    pluginReports: [
      {
        pluginName: "cdk-nag",
        pluginVersion: "3.0.2",
        conclusion: "failure",
        violations: [
          violation([
            { constructPath: "App/Key", cloudFormationResource: { templatePath: "App.template.json", logicalId: "Key" } },
            { constructPath: "App/Other" },
          ]),
        ],
      },
    ],
  };
  expect(findingsOfTold(readPolicyReport(given).told, environment)).toMatchObject([
    {
      rule: "AwsSolutions-KMS5",
      severity: "medium",
      resource: { id: "Key", type: "AWS::KMS::Key" },
      place: { file: "test.json" },
      sources: ["cdk-nag 3.0.2, rule AwsSolutions-KMS5"],
    },
    { resource: { id: "App/Other", name: "App/Other" } },
  ]);
});

test("a plug-in that failed leaves it unknown what it would have found", () => {
  const given = {
    pluginReports: [{ pluginName: "cdk-nag", conclusion: "failure", metadata: { error: "no tree" }, violations: [] }],
  };
  const { told, missing } = readPolicyReport(given);
  expect(told).toEqual([]);
  expect(findingsOfNotTold(missing)).toMatchObject([{ verdict: "unknown", resource: { id: "cdk-nag" }, reason: "no tree." }]);
});

test("what is no report is refused", () => {
  expect(() => readPolicyReport({ pluginReports: [{}] })).toThrow(/pluginName/);
  expect(() => findingsOfValidator({}, { file: "test.json", environment })).toThrow(/array/);
});

test("rules that the app has acknowledged are left out, of the resource for which they are", () => {
  const diagnostic = { ruleId: "W1", severity: "WARN", message: "no rotation", entity: { logicalId: "Key" } };
  const rules = (acknowledged: Readonly<Record<string, readonly string[]>>) =>
    findingsOfValidator([diagnostic], { file: "test.json", environment, acknowledged }).map(({ rule }) => rule);
  expect(rules({ Key: ["W1"] })).toEqual([]);
  expect(rules({ Key: ["W2"], Other: ["W1"] })).toEqual(["cfn-W1"]);
});

test.each([
  [
    "aws:cdk:error",
    "AwsSolutions-S1: The Bucket has no logs.\n",
    { rule: "AwsSolutions-S1", level: "error", text: "The Bucket has no logs." },
  ],
  [
    "aws:cdk:error",
    "AwsSolutions-IAM4[Policy::arn:aws:iam::aws:policy/ReadOnly]: Managed policies.",
    { rule: "AwsSolutions-IAM4[Policy::arn:aws:iam::aws:policy/ReadOnly]", text: "Managed policies." },
  ],
  ["aws:cdk:warning", "HIPAA.Security-S3: no [ack: x::y]", { rule: "HIPAA.Security-S3", level: "warning", text: "no" }],
  [
    "aws:cdk:warning",
    "It costs. [ack: @aws-cdk/aws-ec2:many zones]",
    { by: "the CDK", rule: "cdk-annotation-@aws-cdk/aws-ec2:many-zones", text: "It costs." },
  ],
  ["aws:cdk:error", "It is wrong", { by: "the CDK", rule: "cdk-annotation-error" }],
  ["aws:cdk:logicalId", "Photos", undefined],
])("of metadata, %s %s", (type, data, told) => {
  const found = readAnnotation({ type, data }, "Shop/Photos");
  if (told === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject({ about: "Shop/Photos", ...told });
});
