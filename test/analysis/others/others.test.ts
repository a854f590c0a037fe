import { expect, test } from "vitest";
import { findingsOfReport } from "../../../src/analysis/others/policy-report.js";
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
  expect(findingsOfValidator([diagnostic], "test.json", environment)).toEqual([
    {
      rule: "cfn-W1",
      subject: "template",
      severity: "low",
      verdict: "fails",
      resource: { id: "Key", type: "AWS::KMS::Key", name: "Key" },
      place: { file: "test.json", line: 4, column: 7 },
      title: "no rotation",
      reason: "The validator says so of Properties.KeyPolicy.",
      fix: "rotate it",
      sources: ["@aws/cloudformation-validate, rule W1 (ENGINE)"],
    },
  ]);
});

test("a diagnostic of the template as a whole is about its file", () => {
  const [finding] = findingsOfValidator([{ ruleId: "F1", severity: "FATAL", message: "no resources" }], "test.json", environment);
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
  expect(findingsOfReport(given, environment)).toMatchObject([
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

test("what is no report is refused", () => {
  expect(() => findingsOfReport({ pluginReports: [{}] }, environment)).toThrow(/pluginName/);
  expect(() => findingsOfValidator({}, "test.json", environment)).toThrow(/array/);
});
