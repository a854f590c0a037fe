import { describe, expect, test } from "vitest";
import { bind, resolveProperties, type BoundTemplate } from "../../src/template/bind.js";
import { noValue, resolve } from "../../src/template/resolve.js";
import { readTemplate } from "../../src/template/template.js";

const surroundings = {
  accountId: "000000000000",
  regionName: "eu-west-3",
  stackName: "shop",
  stackId: "arn:aws:cloudformation:eu-west-3:000000000000:stack/shop/1",
  zones: (name: string) => (name === "eu-west-3" ? ["eu-west-3a", "eu-west-3b"] : undefined),
};

const bound = (text: string, given: Record<string, string> = {}): BoundTemplate => {
  const { template, problems } = readTemplate(text);
  expect(problems).toEqual([]);
  if (template === undefined) throw new Error("no template");
  return bind(template, new Map(Object.entries(given)), surroundings, (name) =>
    name === "/image" ? "ami-123" : name === "/list" ? "a, b" : undefined,
  );
};

const withParameter = (declaration: string): string =>
  `Parameters:\n  P: { ${declaration} }\nResources:\n  A: { Type: AWS::SNS::Topic }\n`;

describe("a parameter has the value of its type", () => {
  test.each<[string, string | undefined, unknown]>([
    ["Type: String, Default: x", undefined, "x"],
    ["Type: String, Default: x", "y", "y"],
    ["Type: Number, Default: 3", undefined, "3"],
    ["Type: List<Number>", "1, 2", ["1", "2"]],
    ["Type: CommaDelimitedList", "a,b", ["a", "b"]],
    ["Type: AWS::EC2::VPC::Id", "vpc-1", "vpc-1"],
    ["Type: List<AWS::EC2::Subnet::Id>", "s-1,s-2", ["s-1", "s-2"]],
    ["Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "/image", "ami-123"],
    ["Type: AWS::SSM::Parameter::Value<List<String>>", "/list", ["a", "b"]],
    ["Type: AWS::SSM::Parameter::Name", "/image", "/image"],
    ["Type: String, AllowedPattern: '[a-z]+', MinLength: 2, MaxLength: 3", "abc", "abc"],
  ])("%s given %s", (declaration, given, expected) => {
    const result = bound(withParameter(declaration), given === undefined ? {} : { P: given });
    expect(result.problems).toEqual([]);
    expect(result.lookup().ref("P")).toEqual(expected);
  });
});

describe("a value that its parameter does not allow is refused as AWS words it", () => {
  test.each<[string, Record<string, string>, string]>([
    ["Type: String", {}, "Parameters: [P] must have values"],
    ["Type: String, Default: x", { Q: "1" }, "Parameters: [Q] do not exist in the template"],
    ["Type: Number", { P: "many" }, "Parameter 'P' must be a number."],
    ["Type: Number, MinValue: 2", { P: "1" }, "Parameter 'P' must be a number not less than 2"],
    ["Type: Number, MaxValue: 2", { P: "3" }, "Parameter 'P' must be a number not greater than 2"],
    ["Type: String, AllowedValues: [a, b]", { P: "c" }, "Parameter 'P' must be one of AllowedValues [a, b]"],
    ["Type: String, AllowedPattern: '[a-z]+'", { P: "a1" }, "Parameter 'P' must match pattern [a-z]+"],
    [
      "Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: small letters",
      { P: "a1" },
      "Parameter P failed to satisfy constraint: small letters",
    ],
    [
      "Type: AWS::SSM::Parameter::Name",
      { P: "/none" },
      "Parameter validation failed: parameter value /none for parameter name P does not exist",
    ],
    ["Type: String, MinLength: 3", { P: "ab" }, "Parameter 'P' must contain at least 3 characters"],
    ["Type: String, MaxLength: 1", { P: "ab" }, "Parameter 'P' must contain at most 1 characters"],
    [
      "Type: AWS::SSM::Parameter::Value<String>",
      { P: "/none" },
      "Unable to fetch parameters [/none] from parameter store for this account.",
    ],
  ])("%s given %o", (declaration, given, expected) => {
    expect(bound(withParameter(declaration), given).problems.map(({ message }) => message)).toEqual([expected]);
  });
});

const shop = `
Parameters:
  Env: { Type: String, Default: dev }
  Secret: { Type: String, Default: hush, NoEcho: true }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Spare: { Type: AWS::SNS::Topic, Condition: IsProd }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, AvailabilityZone: !Select [0, !GetAZs ""] } }
  Web:
    Type: AWS::EC2::Instance
    DependsOn: [Vpc, Spare]
    Properties:
      SubnetId: !If [IsProd, !Ref Spare, !Sub "\${Subnet}"]
      KeyName: !If [IsProd, key, !Ref AWS::NoValue]
      UserData: !Sub "\${AWS::StackName} \${Secret} \${Vpc.CidrBlock}"
Outputs:
  Topic: { Value: !Ref Spare, Condition: IsProd }
`;

test("conditions decide what there is and what waits for what", () => {
  const dev = bound(shop);
  expect(dev.problems).toEqual([]);
  expect([...dev.resources.keys()]).toEqual(["Vpc", "Subnet", "Web"]);
  expect(dev.outputs.size).toBe(0);
  expect(Object.fromEntries(dev.dependencies)).toEqual({ Vpc: [], Subnet: ["Vpc"], Web: ["Subnet", "Vpc"] });
  const prod = bound(shop, { Env: "prod" });
  expect(prod.dependencies.get("Web")).toEqual(["Spare", "Vpc"]);
  expect([...prod.outputs.keys()]).toEqual(["Topic"]);
});

test("properties are resolved as far as is known, secrets hidden where asked", () => {
  const { resources, lookup } = bound(shop);
  const web = resources.get("Web");
  if (web === undefined) throw new Error("no Web");
  expect(resolveProperties(web, lookup())).toEqual({
    SubnetId: { "Fn::Join": ["", [{ Ref: "Subnet" }]] },
    UserData: { "Fn::Join": ["", ["shop hush ", { "Fn::GetAtt": ["Vpc", "CidrBlock"] }]] },
  });
  const known = { ref: (id: string) => `${id}-1`, attribute: () => "10.0.0.0/16" };
  expect(resolveProperties(web, lookup(known, { hideSecrets: true }))).toEqual({
    SubnetId: "Subnet-1",
    UserData: "shop **** 10.0.0.0/16",
  });
  expect(resolve({ Ref: "AWS::NoValue" }, lookup())).toBe(noValue);
});

test("a cycle names its members, through Sub and DependsOn too", () => {
  const { problems } = bound(`
Resources:
  A: { Type: AWS::SNS::Topic, DependsOn: B }
  B: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub "\${C}" } }
  C: { Type: AWS::SNS::Topic, Properties: { TopicName: !GetAtt A.TopicName } }
`);
  expect(problems).toMatchObject([{ line: 3, column: 3, message: "Circular dependency between resources: [A, B, C]" }]);
});

test("a reference to a resource that its condition leaves out is a problem", () => {
  const { problems } = bound(`
Conditions:
  Never: !Equals [a, b]
Resources:
  A: { Type: AWS::SNS::Topic, Condition: Never }
  B: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref A } }
`);
  expect(problems).toMatchObject([{ line: 6, message: expect.stringContaining("Unresolved resource dependencies [A]") }]);
});

describe("parameters that name things", () => {
  const said = (type: string, given: string): readonly string[] => {
    const { template } = readTemplate(withParameter(`Type: ${type}`));
    if (template === undefined) throw new Error("no template");
    const exists = (kind: string, value: string): boolean | undefined =>
      kind === "AWS::EC2::Volume::Id" ? undefined : value.endsWith("-1");
    return bind(template, new Map([["P", given]]), surroundings, () => "ami-1", exists).problems.map(({ message }) => message);
  };
  test.each<[string, string, string[]]>([
    ["AWS::EC2::VPC::Id", "vpc-1", []],
    [
      "List<AWS::EC2::Subnet::Id>",
      "subnet-1,subnet-2",
      ["Parameter validation failed: parameter value subnet-2 for parameter name P does not exist"],
    ],
    ["AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "/image", []],
    ["AWS::EC2::Volume::Id", "vol-1", ["Sandtable does not model parameters of type AWS::EC2::Volume::Id yet"]],
  ])("%s %s", (type, given, expected) => expect(said(type, given)).toEqual(expected));
});

describe("rules hold parameters together", () => {
  const template = `Parameters:
  Size: { Type: String, Default: small }
  Stage: { Type: String, Default: dev }
Rules:
  Production:
    RuleCondition: !Equals [!Ref Stage, prod]
    Assertions:
      - Assert: !Contains [[large, huge], !Ref Size]
        AssertDescription: production is large
  Small:
    Assertions:
      - Assert: !And [!Not [!EachMemberEquals [!RefAll String, x]], !EachMemberIn [[!Ref Size], [small, large]]]
Resources:
  A: { Type: AWS::SNS::Topic }
`;
  test.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ Stage: "prod", Size: "large" }, []],
    [{ Stage: "prod" }, ["Template error: the assertion of rule Production failed: production is large"]],
    [{ Size: "huge" }, [expect.stringContaining("the assertion of rule Small failed") as string]],
    [{ Stage: "x", Size: "x" }, [expect.stringContaining("rule Small") as string]],
  ])("%o", (given, expected) => expect(bound(template, given).problems.map(({ message }) => message)).toEqual(expected));
});

describe("the language extensions", () => {
  const loops = (text: string, given: Record<string, string> = {}): BoundTemplate => {
    const values = new Map(Object.entries(given));
    const { template, problems } = readTemplate(`Transform: AWS::LanguageExtensions\n${text}`, values);
    expect(problems).toEqual([]);
    if (template === undefined) throw new Error("no template");
    return bind(template, values, surroundings);
  };
  const propertiesOf = (result: BoundTemplate): Record<string, unknown> =>
    Object.fromEntries([...result.resources].map(([name, resource]) => [name, resolveProperties(resource, result.lookup())]));

  test("a loop is written out once for each item, and its resources can be referred to", () => {
    const result = loops(
      "Resources:\n  'Fn::ForEach::Topics':\n    - Name\n    - [Red, Blue]\n    - 'Topic${Name}':\n        Type: AWS::SNS::Topic\n        Properties: { TopicName: !Ref Name, DisplayName: !Sub '${Name}-${AWS::Region}' }\n" +
        "  Last: { Type: AWS::SNS::Topic, DependsOn: [TopicRed, TopicBlue] }\n" +
        "Outputs:\n  'Fn::ForEach::Names':\n    - Name\n    - [Red, Blue]\n    - 'Of${Name}': { Value: !GetAtt ['Topic${Name}', TopicName] }\n",
    );
    expect(propertiesOf(result)).toEqual({
      TopicRed: { TopicName: "Red", DisplayName: "Red-eu-west-3" },
      TopicBlue: { TopicName: "Blue", DisplayName: "Blue-eu-west-3" },
      Last: {},
    });
    expect([...result.outputs.values()].map(({ value }) => value)).toEqual([
      { "Fn::GetAtt": ["TopicRed", "TopicName"] },
      { "Fn::GetAtt": ["TopicBlue", "TopicName"] },
    ]);
    expect(JSON.parse(result.template.processed)).not.toHaveProperty("Transform");
    expect(result.template.processed).not.toContain("ForEach");
  });

  test("a loop may run over a list parameter, inside another, inside properties, and over names that are no identifiers", () => {
    const result = loops(
      "Parameters:\n  Zones: { Type: CommaDelimitedList }\nResources:\n  'Fn::ForEach::A':\n    - Zone\n    - !Ref Zones\n    - 'Fn::ForEach::B':\n        - Kind\n        - [x, y]\n        - 'T&{Zone}${Kind}':\n            Type: AWS::SNS::Topic\n            Properties: { 'Fn::ForEach::P': [Key, [TopicName, DisplayName], { '${Key}': !Sub '${Zone}/${Kind}' }] }\n",
      { Zones: "a-1,b.2" },
    );
    expect(propertiesOf(result)).toMatchObject({
      Ta1x: { TopicName: "a-1/x", DisplayName: "a-1/x" },
      Tb2y: { TopicName: "b.2/y", DisplayName: "b.2/y" },
    });
    expect(result.resources.size).toBe(4);
  });

  test("Fn::Length, Fn::ToJsonString and a default of Fn::FindInMap have values", () => {
    const result = loops(
      "Mappings:\n  M: { a: { b: c } }\nResources:\n  Q: { Type: AWS::SQS::Queue }\n  A:\n    Type: AWS::SNS::Topic\n    Properties:\n      X: !Length [1, !Ref Q]\n      Y: { 'Fn::ToJsonString': { a: !Ref AWS::Region } }\n      Z: !FindInMap [M, a, none, { DefaultValue: !Ref AWS::StackName }]\n      W: !FindInMap [M, a, b, { DefaultValue: x }]\n",
    );
    expect(propertiesOf(result)["A"]).toEqual({ X: 2, Y: '{"a":"eu-west-3"}', Z: "shop", W: "c" });
  });
});
