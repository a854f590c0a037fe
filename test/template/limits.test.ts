import { expect, test } from "vitest";
import { readTemplate } from "../../src/template/template.js";
import { describeProblems } from "../../src/template/problems.js";

const problemsOf = (text: string): string[] => {
  const said = describeProblems(readTemplate(text).problems);
  return said === "" ? [] : said.split("\n");
};

const withVpc = (rest: string): string =>
  `Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n${rest}`;

/** So many loops within one another, each over ten items. */
const nestedLoops = (depth: number, body?: string): string => {
  const identifiers = ["A", "B", "C", "D", "E", "F"].slice(0, depth);
  const innermost = body === undefined ? "{}" : `{ "M${identifiers.map((name) => `\${${name}}`).join("")}": ${body} }`;
  return identifiers.reduceRight(
    (inner, name, index) =>
      `"Fn::ForEach::${name}": [${name}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], ${index === depth - 1 ? inner : `{ ${inner} }`}]`,
    innermost,
  );
};

test.each([
  ["JSON", (depth: number) => `{"Resources": {"Vpc": ${"[".repeat(depth)}${"]".repeat(depth)}}}`],
  ["YAML in brackets", (depth: number) => `Resources:\n  Vpc: ${"[".repeat(depth)}${"]".repeat(depth)}\n`],
  ["YAML in dashes", (depth: number) => `Resources:\n  Vpc:\n    ${"- ".repeat(depth)}a\n`],
  ["YAML in question marks", (depth: number) => `${"? ".repeat(depth)}a\n`],
  ["YAML in keys", (depth: number) => `${"a: ".repeat(depth)}b\n`],
  ["text that is no template", (depth: number) => "[".repeat(depth)],
])("%s that is nested too deeply is a problem, not a failure", (_, text) => {
  for (const depth of [200, 1_000, 5_000, 25_000])
    expect(readTemplate(text(depth)).problems).toMatchObject([
      { line: expect.any(Number), message: "Template format error: lists and maps may be nested 100 deep at most" },
    ]);
  expect(problemsOf(`{"Metadata": ${"[".repeat(99)}${"]".repeat(99)}, "Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}`)).toEqual(
    [],
  );
  expect(
    problemsOf(`{"Metadata": ${"[".repeat(100)}${"]".repeat(100)}, "Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}`),
  ).toEqual(["line 1, column 113 (Metadata): Template format error: lists and maps may be nested 100 deep at most"]);
});

test("loops that make the same key again and again are told of in good time", { timeout: 20_000 }, () => {
  const { problems } = readTemplate(
    withVpc(`    Metadata: { ${nestedLoops(6, "x").replaceAll("${F}", "")} }\nTransform: AWS::LanguageExtensions\n`),
  );
  expect(problems.some(({ message }) => message === "Template error: Fn::ForEach gives the key M00000 twice")).toBe(true);
});

test.each<[string, string, RegExp]>([
  [
    "loops that make more resources than a template may have",
    `Transform: AWS::LanguageExtensions\nResources:\n  ${nestedLoops(5, "{ Type: AWS::SQS::Queue }")}\n`,
    /^line 3, .*Number of resources, 501, is greater than maximum allowed, 500/,
  ],
  [
    "loops that make more than a template may hold",
    withVpc(`    Metadata: { ${nestedLoops(6, "x")} }\nTransform: AWS::LanguageExtensions\n`),
    /^line 6, .*Template may not exceed 1000000 bytes in size/,
  ],
  [
    "loops that make nothing, again and again",
    withVpc(`    Metadata: { ${nestedLoops(6)} }\nTransform: AWS::LanguageExtensions\n`),
    /^line 6, .*Template may not exceed 1000000 bytes in size/,
  ],
  [
    "more resources than a template may have",
    `Resources: {${Array.from({ length: 501 }, (_, index) => `Q${index}: { Type: AWS::SQS::Queue }`).join(", ")}}\n`,
    /^line 1, column 1 \(Resources\): .*Number of resources, 501, is greater than maximum allowed, 500$/,
  ],
])("%s are refused, with line and column", (_, text, expected) => {
  expect(problemsOf(text)).toEqual([expect.stringMatching(expected)]);
});
