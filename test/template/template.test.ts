import { describe, expect, test } from "vitest";
import { readTemplate } from "../../src/template/template.js";
import { describeProblems } from "../../src/template/problems.js";
import { readText } from "../../src/template/text.js";

const problemsOf = (text: string): string[] => {
  const said = describeProblems(readTemplate(text).problems);
  return said === "" ? [] : said.split("\n");
};

const withVpc = (rest: string): string =>
  `Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: 10.0.0.0/16\n${rest}`;

test("JSON, with tabs too, is read like YAML", () => {
  const { template, problems } = readTemplate(
    '{\n\t"Resources": {\n\t\t"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Ref": "AWS::Region"}}}}}',
  );
  expect(problems).toEqual([]);
  expect(template?.resources.get("Vpc")?.properties).toEqual({ CidrBlock: { Ref: "AWS::Region" } });
  expect(template?.locate(["Resources", "Vpc", "Properties", "CidrBlock"])).toEqual({ line: 3, column: 51 });
});

test("numbers that are only digits to their writer keep their text", () => {
  expect(readText("{a: 012345678901, b: 2012-10-17, c: 80, d: true, e: yes}").value).toEqual({
    a: "012345678901",
    b: "2012-10-17",
    c: 80,
    d: true,
    e: "yes",
  });
});

test("every short form becomes its long form, at its own place", () => {
  const { value, locate } = readText("A: !Sub\n  - ${X}\n  - X: !Ref Y\nB: !If [C, !GetAtt D.E.F, !Join ['', [a]]]\n");
  expect(value).toEqual({
    A: { "Fn::Sub": ["${X}", { X: { Ref: "Y" } }] },
    B: { "Fn::If": ["C", { "Fn::GetAtt": ["D", "E.F"] }, { "Fn::Join": ["", ["a"]] }] },
  });
  expect(locate(["A", "Fn::Sub", 1, "X"])).toEqual({ line: 3, column: 5 });
  expect(locate(["B", "Fn::If", 2, "Fn::Join"])).toEqual({ line: 4, column: 27 });
});

test("a sound template has no problems", () => {
  expect(
    problemsOf(`
AWSTemplateFormatVersion: "2010-09-09"
Description: a small one
Parameters:
  Env: { Type: String, Default: dev, AllowedValues: [dev, prod] }
  Image: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /aws/service/x }
Mappings:
  Sizes: { dev: { Type: t3.micro } }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  Both: !And [!Condition IsProd, !Not [!Equals [!Ref AWS::Region, x]]]
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Web:
    Type: AWS::EC2::Instance
    Condition: IsProd
    DependsOn: Vpc
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Metadata: { Anything: null }
    Properties:
      ImageId: !Ref Image
      InstanceType: !FindInMap [Sizes, dev, Type]
      UserData: !Base64 { "Fn::Sub": "#!/bin/sh\\necho \${Vpc.CidrBlock} \${!HOME}" }
  Policy:
    Type: AWS::IAM::Policy
    Properties: { PolicyDocument: { Statement: [{ Condition: { StringEquals: { a: b } } }, { Condition: x }] } }
Outputs:
  VpcId: { Value: !Ref Vpc, Description: its id, Condition: Both }
`),
  ).toEqual([]);
});

describe("a template that cannot work is refused with line and column", () => {
  test.each<[string, string, RegExp[]]>([
    ["text that is not YAML", "A: [1\nB: 2", [/^line \d+, column \d+: Template format error:/]],
    [
      "a second document",
      "Resources:\n  Q: { Type: AWS::SQS::Queue }\n---\nResources: {}\n",
      [/^line 3, column 1: Template format error: YAML not well-formed: a second document begins here/],
    ],
    [
      "no resources",
      "Description: x",
      [/^line 1, column 1: Template format error: At least one Resources member must be defined/],
    ],
    [
      "a key twice",
      withVpc("  Vpc:\n    Type: AWS::EC2::VPC\n"),
      [/^line 6, column 3: Template format error: Map keys must be unique/],
    ],
    [
      "an unknown tag",
      withVpc("Outputs:\n  A:\n    Value: !Reff Vpc\n"),
      [/^line 8, column 12: Template format error: unknown tag !Reff/],
    ],
    [
      "an alias",
      withVpc("Outputs:\n  A: &x\n    Value: a\n  B: *x\n"),
      [/^line 9, column 3 \(Outputs.B\): Template format error: YAML aliases/, /must be an object/],
    ],
    ["a null", withVpc("    DependsOn:\n"), [/^line 6, column 5 \(Resources.Vpc.DependsOn\): .*'null' values are not allowed/]],
    [
      "an unknown section",
      withVpc("Resource: {}\n"),
      [/^line 6, column 1 \(Resource\): .*Invalid template property or properties \[Resource\]/],
    ],
    [
      "a transform",
      withVpc("Transform: AWS::Serverless-2016-10-31\n"),
      [/^line 6, column 1 \(Transform\): Sandtable does not model the transform AWS::Serverless-2016-10-31/],
    ],
    [
      "a rule without assertions",
      withVpc("Rules:\n  R: { Assertion: [] }\n"),
      [/must contain a list of Assertions/, /Invalid template rule property 'Assertion'/],
    ],
    [
      "a rule about a resource",
      withVpc("Rules:\n  R: { Assertions: [{ Assert: !Equals [!Ref Vpc, x] }] }\n"),
      [/Rules may refer to parameters of the template only/],
    ],
    [
      "a rule's function elsewhere",
      withVpc("Outputs:\n  A: { Value: !Contains [[a], a] }\n"),
      [/Fn::Contains may be used in the Rules block of the template only/],
    ],
    [
      "a length without its transform",
      withVpc("Outputs:\n  A: { Value: !Length [a] }\n"),
      [/Fn::Length needs the language extensions/],
    ],
    [
      "a loop without its transform",
      withVpc("  Fn::ForEach::Vpcs: [X, [A], { 'V${X}': { Type: AWS::EC2::VPC } }]\n"),
      [/^line 6, column 3 .*Fn::ForEach needs the language extensions/],
    ],
    [
      "a loop of the wrong shape",
      withVpc("  Fn::ForEach::Vpcs: [X, [A]]\nTransform: AWS::LanguageExtensions\n"),
      [/^line 6, column 3 .*Fn::ForEach object requires three parameters/],
    ],
    [
      "what a loop makes, at its place in the loop",
      withVpc(
        "  Fn::ForEach::Vpcs:\n    - X\n    - [A]\n    - V${X}:\n        Type: AWS::EC2::VPC\n        DependsOn: None\nTransform: AWS::LanguageExtensions\n",
      ),
      [/^line 11, column 9 \(Resources.VA.DependsOn\)/],
    ],
    ...["String", "AWS::SSM::Parameter::Value<List<String>>"].map((type): [string, string, RegExp[]] => [
      `a loop over a parameter of type ${type}`,
      withVpc(
        `  Fn::ForEach::Queues: [X, !Ref P, { 'Q\${X}': { Type: AWS::SQS::Queue } }]\nTransform: AWS::LanguageExtensions\nParameters: { P: { Type: '${type}', Default: 'a,b' } }\n`,
      ),
      [/^line 6, column \d+ .*Fn::ForEach runs over a Ref to a parameter of a list type only \(P is of type /],
    ]),
    [
      "a loop over a parameter that is not there",
      withVpc("  Fn::ForEach::Queues: [X, !Ref P, { 'Q${X}': { Type: AWS::SQS::Queue } }]\nTransform: AWS::LanguageExtensions\n"),
      [/^line 6, column \d+ .*there is no parameter P/],
    ],
    [
      "a misspelt attribute of a resource",
      withVpc("    Propertys: {}\n"),
      [/^line 6, column 5 .*Invalid template resource property 'Propertys'/],
    ],
    [
      "a creation policy without a signal",
      withVpc("    CreationPolicy: {}\n"),
      [/^line 6, column 5 .*does not model a CreationPolicy other than ResourceSignal/],
    ],
    [
      "a creation policy of what sends no signal",
      withVpc("    CreationPolicy: { ResourceSignal: { Count: 1 } }\n"),
      [/^line 6, column 5 .*does not model CreationPolicy of AWS::EC2::VPC/],
    ],
    [
      "a snapshot policy",
      withVpc("    DeletionPolicy: Snapshot\n"),
      [/^line 6, column 5 .*AWS::EC2::VPC does not support DeletionPolicy Snapshot/],
    ],
    [
      "a snapshot policy that could be",
      "Resources:\n  D: { Type: AWS::EC2::Volume, DeletionPolicy: Snapshot }\n",
      [/does not model DeletionPolicy: Snapshot yet/],
    ],
    ["no type", "Resources:\n  Vpc: {}\n", [/^line 2, column 3 .*must contain a Type member/]],
    [
      "a name with a dash",
      "Resources:\n  my-vpc: { Type: AWS::EC2::VPC }\n",
      [/^line 2, column 3 .*'my-vpc' is non alphanumeric/],
    ],
    [
      "an undefined reference",
      withVpc("Outputs:\n  A: { Value: !Ref Vcp }\n"),
      [/^line 7, column 15 .*Unresolved resource dependencies \[Vcp\] in the Outputs block/],
    ],
    [
      "an undefined reference inside Sub",
      withVpc("Outputs:\n  A: { Value: !Sub '${Vpc}-${Env}' }\n"),
      [/^line 7, column 15 .*\[Env\]/],
    ],
    [
      "an attribute of nothing",
      withVpc("Outputs:\n  A: { Value: !GetAtt Web.Id }\n"),
      [/Fn::GetAtt references undefined resource Web/],
    ],
    ["a dangling DependsOn", withVpc("    DependsOn: [Igw]\n"), [/^line 6, column 5 .*\[Igw\]/]],
    ["an unknown pseudo parameter", withVpc("Outputs:\n  A: { Value: !Ref AWS::Reigon }\n"), [/\[AWS::Reigon\]/]],
    ["an unknown mapping", withVpc("Outputs:\n  A: { Value: !FindInMap [M, a, b] }\n"), [/Mapping named 'M' is not present/]],
    ["an unknown condition", withVpc("    Condition: IsProd\n"), [/^line 6, column 5 .*no such condition/]],
    [
      "a resource in a condition",
      withVpc("Conditions:\n  C: !Equals [!Ref Vpc, x]\n"),
      [/^line 7, column 15 .*Cannot reference resources in the Conditions block/],
    ],
    [
      "a cycle of conditions",
      withVpc("Conditions:\n  A: !Not [Condition: B]\n  B: !Not [Condition: A]\n"),
      [/Circular dependency between conditions: \[A, B\]/],
    ],
    [
      "a function AWS does not have",
      withVpc("Outputs:\n  A: { Value: { 'Fn::Upper': x } }\n"),
      [/^line 7, column 17 .*Fn::Upper is not a valid intrinsic function/],
    ],
    ["a function beside other keys", withVpc("Outputs:\n  A: { Value: { 'Fn::Sub': x, B: 1 } }\n"), [/must be the only key/]],
    [
      "the wrong shape of a function",
      withVpc("Outputs:\n  A: { Value: !Join [a, b] }\n"),
      [/Fn::Join object requires two parameters/],
    ],
    [
      "a condition function in a property",
      withVpc("    Metadata: {}\nOutputs:\n  A: { Value: !Equals [a, b] }\n"),
      [/may be used in the Conditions block of the template only/],
    ],
    ["an odd name in Sub", withVpc("Outputs:\n  A: { Value: !Sub '${a b}' }\n"), [/variable names in Fn::Sub/]],
    [
      "an import in a condition",
      withVpc("Conditions:\n  C: !Equals [!ImportValue x, x]\n"),
      [/Fn::ImportValue cannot be used in the Conditions block/],
    ],
    [
      "an import named by a resource",
      withVpc("Outputs:\n  A: { Value: !ImportValue { Ref: Vpc } }\n"),
      [/^line 7, column 15 .*must not depend on any resources/],
    ],
    [
      "an export named by a resource",
      withVpc("Outputs:\n  A: { Value: x, Export: { Name: !Ref Vpc } }\n"),
      [/^line 7, column 28 .*The Name field of Export must not depend on any resources/],
    ],
    [
      "an export without a name",
      withVpc("Outputs:\n  A: { Value: x, Export: {} }\n"),
      [/^line 7, column 18 .*Name field of every Export/],
    ],
    [
      "a dynamic reference that names no secret",
      "Resources:\n  T: { Type: AWS::SNS::Topic, Properties: { TopicName: '{{resolve:secretsmanager:x:SecretBinary}}' } }\n",
      [/does not name a secret as secretsmanager:ID:SecretString:JSON-KEY:STAGE/],
    ],
    [
      "a dynamic reference to a secret in an output",
      withVpc("Outputs:\n  A: { Value: '{{resolve:secretsmanager:x}}' }\n"),
      [/does not model dynamic references in Outputs/],
    ],
    [
      "a dynamic reference to a secure string",
      "Resources:\n  T: { Type: AWS::SNS::Topic, Properties: { TopicName: '{{resolve:ssm-secure:x}}' } }\n",
      [/does not model secure strings/],
    ],
    [
      "an unknown parameter type",
      withVpc("Parameters:\n  P: { Type: Text }\n"),
      [/^line 7, column 8 .*Unrecognized parameter type: Text/],
    ],
  ])("%s", (_, text, expected) => {
    const said = problemsOf(text);
    expect(said).toHaveLength(expected.length);
    expected.forEach((pattern, index) => expect(said[index]).toMatch(pattern));
  });

  test("all problems at once, in the order of the text", () => {
    const said = problemsOf(
      withVpc(
        "    DependsOn: Igw\n  Web:\n    Type: AWS::EC2::Instance\n    Properties:\n      SubnetId: !Ref Subnet\n      ImageId: !GetStackOutput x\n",
      ),
    );
    expect(said.map((line) => /^line (\d+), column (\d+)/.exec(line)?.slice(1).map(Number))).toEqual([
      [6, 5],
      [10, 17],
      [11, 16],
    ]);
  });
});
