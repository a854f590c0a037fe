import { expect, test } from "vitest";
import { sourceRules } from "../../../src/analysis/source/rules.js";
import { EnvironmentBuilder } from "../../../src/environment/builder.js";
import type { Environment } from "../../../src/environment/environment.js";

const left = { id: "aws_eip.a[1]", type: "AWS::EC2::EIP", what: "which gateway has aws_eip.a[1]", why: "an index is not told" };

const findings = (assumed: Environment["assumed"]): readonly (readonly string[])[] => {
  const environment = new EnvironmentBuilder().build({
    sources: ["plan.json"],
    from: "template",
    region: "eu-west-3",
    account: "000000000000",
    objectives: {},
    ...(assumed === undefined ? {} : { assumed }),
  });
  return sourceRules
    .flatMap((rule) => rule.judge(environment))
    .map(({ rule, verdict, resource }) => [rule, verdict, resource.id]);
};

test.each<readonly [name: string, assumed: Environment["assumed"], found: readonly (readonly string[])[]]>([
  ["what a source leaves open", [left], [["source-leaves-it-open", "unknown", "aws_eip.a[1]"]]],
  ["a source that says everything", undefined, []],
])("%s", (_, assumed, found) => expect(findings(assumed)).toEqual(found));

test("a resource of a provider that nobody knows is not known, high and by name", () => {
  const place = { file: "plan.json", line: 4, column: 2 };
  const environment = new EnvironmentBuilder()
    .leaveOut({ id: "google_sql.a", type: "google_sql", why: "of Google", foreign: "hashicorp/google", place })
    .leaveOut({ id: "random_id.a", type: "random_id", why: "makes nothing" })
    .build({ sources: ["plan.json"], from: "plan", region: "eu-west-3", account: "000000000000", objectives: {} });
  expect(sourceRules.flatMap((rule) => rule.judge(environment))).toMatchObject([
    { rule: "provider-not-known", severity: "high", verdict: "unknown", resource: { id: "google_sql.a" }, place },
  ]);
});
