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
    ["Type: AWS::SSM::Parameter::Name", "/anything", "/anything"],
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
