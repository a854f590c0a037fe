import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ServiceFault } from "../../../src/region/operations/fault.js";
import { Stacks } from "../../../src/region/stacks/records.js";
import { openBench, type Bench } from "./support.js";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const refusal = async (template: string, input: object = {}): Promise<string> => {
  try {
    await bench.run("CreateChangeSet", {
      StackName: "shop",
      ChangeSetName: "c",
      ChangeSetType: "CREATE",
      TemplateBody: template,
      ...input,
    });
  } catch (error) {
    expect((error as ServiceFault).code).toBe("ValidationError");
    // Refused means that nothing was made, not even a stack under review.
    expect(bench.scope.records.list(Stacks)).toEqual([]);
    return (error as Error).message;
  }
  throw new Error("it was accepted");
};

describe("a template that cannot work is refused before anything is created", () => {
  const one = (type: string, properties: string): string =>
    `Resources:\n  A:\n    Type: ${type}\n    Properties:\n      ${properties}\n`;
  test.each<[string, string, string]>([
    [
      "an unknown type",
      one("AWS::SNS::Topik", "A: b"),
      "Unrecognized resource types: [AWS::SNS::Topik]; did you mean AWS::SNS::Topic? (line 3, column 5: Resources.A.Type)",
    ],
    ["a type that is not modelled", one("AWS::Kinesis::Stream", "Name: b"), "Sandtable does not model AWS::Kinesis::Stream yet"],
    ["a custom resource", one("Custom::Thing", "ServiceToken: x"), "Sandtable does not model custom resources (Custom::Thing)"],
    [
      "an unknown property",
      one("AWS::SNS::Topic", "TopicNam: x"),
      "Encountered unsupported property TopicNam; did you mean TopicName? (line 5, column 7: Resources.A.Properties.TopicNam)",
    ],
    [
      "a property that is not modelled",
      one("AWS::SNS::Topic", "KmsMasterKeyId: x"),
      "Sandtable does not model KmsMasterKeyId of AWS::SNS::Topic: it is not modelled (line 5, column 7",
    ],
    [
      "a value that is not modelled",
      one("AWS::SNS::Topic", "FifoTopic: true"),
      "Sandtable does not model FifoTopic of AWS::SNS::Topic: only false is modelled, not true",
    ],
    [
      "a text for a number",
      one("AWS::SQS::Queue", "DelaySeconds: many"),
      "Value of property DelaySeconds must be of type Integer (line 5, column 7",
    ],
    [
      "a structure for a text",
      one("AWS::SNS::Topic", "TopicName: { a: b }"),
      "Value of property TopicName must be of type String",
    ],
    ["a text for a list", one("AWS::SNS::Topic", "Tags: x"), "Value of property Tags must be of type List"],
    [
      "a missing member",
      one("AWS::SNS::Topic", "Tags: [{ Key: x }]"),
      "Property Value cannot be empty. (line 5, column 14: Resources.A.Properties.Tags.0)",
    ],
    [
      "an unknown member",
      one("AWS::SNS::Topic", "Tags: [{ Key: x, Value: y, Kee: z }]"),
      "Encountered unsupported property Kee; did you mean Key?",
    ],
    [
      "an attribute there is not",
      one("AWS::SNS::Topic", "TopicName: x") + "Outputs:\n  X: { Value: !GetAtt A.Topicname }\n",
      "resource A does not support attribute type Topicname in Fn::GetAtt; did you mean TopicName? (line 7, column 15",
    ],
    [
      "an attribute that is not modelled",
      one("AWS::SQS::Queue", "QueueName: x") + "Outputs:\n  X: { Value: !GetAtt A.QueueUrl }\n",
      "Sandtable does not model the attribute QueueUrl of AWS::SQS::Queue (A)",
    ],
    [
      "a reference to nothing",
      one("AWS::SNS::Topic", "TopicName: !Ref B"),
      "Unresolved resource dependencies [B] in the Resources block of the template (line 5, column 18",
    ],
    [
      "an index out of range",
      one("AWS::SNS::Topic", "TopicName: !Select [3, [a]]"),
      "Fn::Select cannot select nonexistent value at index 3 (line 5, column 18",
    ],
  ])("%s", async (_, template, expected) => {
    expect(await refusal(template)).toContain(expected);
  });

  test("all at once, each with its place", async () => {
    const said = await refusal(
      "Resources:\n  A: { Type: AWS::SNS::Topic, Properties: { Foo: 1, FifoTopic: true } }\n  B: { Type: AWS::Kinesis::Stream }\n  C: { Type: AWS::SNS::Topic, DependsOn: D }\n  D: { Type: AWS::SNS::Topic, DependsOn: C }\n",
    );
    expect(said.split("\n")).toEqual([
      "The template has 4 problems; nothing was created.",
      "line 2, column 45 (Resources.A.Properties.Foo): Encountered unsupported property Foo (AWS::SNS::Topic has no such property)",
      "line 2, column 53 (Resources.A.Properties.FifoTopic): Sandtable does not model FifoTopic of AWS::SNS::Topic: only false is modelled, not true",
      "line 3, column 8 (Resources.B.Type): Sandtable does not model AWS::Kinesis::Stream yet; leave it out of the local environment (a Condition can), or deploy to AWS",
      "line 4, column 3 (Resources.C): Circular dependency between resources: [C, D]",
    ]);
  });

  test("what a condition leaves out may be of a type that is not modelled", async () => {
    const template =
      "Conditions:\n  OnAws: !Equals [!Ref AWS::AccountId, '111111111111']\nResources:\n  A: { Type: AWS::SNS::Topic }\n  B: { Type: AWS::Kinesis::Stream, Condition: OnAws, Properties: { Foo: bar } }\n";
    expect((await bench.deploy(template)).StackStatus).toBe("CREATE_COMPLETE");
  });

  test("values that are not known yet pass", async () => {
    const template =
      "Resources:\n  A: { Type: AWS::SNS::Topic }\n  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref A } }\n  B: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Sub '${Q.Arn}', TopicName: !If [Yes, !Ref Q, x] } }\nConditions:\n  Yes: !Equals [a, a]\n";
    expect((await bench.deploy(template)).StackStatus).toBe("CREATE_COMPLETE");
  });
});

describe("requests are refused in AWS's words", () => {
  const ok = "Resources:\n  A: { Type: AWS::SNS::Topic }\n";
  const withParameter = `Parameters:\n  P: { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>" }\n${ok}`;

  test.each<[string, object, string]>([
    ["a parameter without a value", { TemplateBody: withParameter }, "Parameters: [P] must have values"],
    [
      "a parameter there is not",
      { TemplateBody: ok, Parameters: [{ ParameterKey: "Q", ParameterValue: "1" }] },
      "Parameters: [Q] do not exist in the template",
    ],
    [
      "a stored parameter there is not",
      { TemplateBody: withParameter, Parameters: [{ ParameterKey: "P", ParameterValue: "/none" }] },
      "Unable to fetch parameters [/none] from parameter store for this account.",
    ],
    [
      "a bad name",
      { TemplateBody: ok, StackName: "my_shop" },
      "Value 'my_shop' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
    ],
    ["no template", {}, "Either Template URL or Template Body must be specified."],
    [
      "a template that is too long",
      { TemplateBody: `${ok}#${"x".repeat(52_000)}` },
      "Member must have length less than or equal to 51200",
    ],
    ["an update of nothing", { TemplateBody: ok, ChangeSetType: "UPDATE" }, "Stack [shop] does not exist"],
    ["a reserved tag", { TemplateBody: ok, Tags: [{ Key: "aws:x", Value: "y" }] }, "Tag keys may not begin with aws:"],
  ])("%s", async (_, input, expected) => {
    expect(await refusal(ok, { TemplateBody: undefined, ...input })).toContain(expected);
  });

  test("a stored parameter is looked up once and shown with what it held", async () => {
    const stack = await bench.deploy(withParameter, { Parameters: [{ ParameterKey: "P", ParameterValue: "/image" }] });
    expect(stack.Parameters).toEqual([{ ParameterKey: "P", ParameterValue: "/image", ResolvedValue: "ami-123" }]);
  });

  test.each(["DescribeStacks", "GetTemplate", "ListStackResources", "DescribeStackEvents"])("%s of nothing", async (name) => {
    await expect(bench.run(name, { StackName: "none" })).rejects.toMatchObject({
      code: "ValidationError",
      message: "Stack with id none does not exist",
    });
  });

  test("a stack that exists", async () => {
    await bench.deploy(ok);
    await expect(bench.run("CreateStack", { StackName: "shop", TemplateBody: ok })).rejects.toMatchObject({
      code: "AlreadyExistsException",
      message: "Stack [shop] already exists",
    });
  });

  test("IAM resources need their capability", async () => {
    const role = (properties: string): string => `Resources:\n  R: { Type: AWS::IAM::Role, Properties: { ${properties} } }\n`;
    const summary = await bench.run("GetTemplateSummary", { TemplateBody: role("RoleName: x, AssumeRolePolicyDocument: {}") });
    expect(summary).toMatchObject({
      Capabilities: ["CAPABILITY_NAMED_IAM"],
      CapabilitiesReason: "The following resource(s) require capabilities: [AWS::IAM::Role]",
      ResourceTypes: ["AWS::IAM::Role"],
    });
    expect(await bench.run("ValidateTemplate", { TemplateBody: role("AssumeRolePolicyDocument: {}") })).toMatchObject({
      Capabilities: ["CAPABILITY_IAM"],
    });
  });
});

test("long lists come in pages, and nothing is lost between them", async () => {
  const topics = Array.from({ length: 40 }, (_, index) => `  T${index}: { Type: AWS::SNS::Topic }\n`).join("");
  await bench.deploy(`Resources:\n${topics}`);
  const seen: string[] = [];
  let NextToken: string | undefined;
  do {
    const answer: { StackEvents: { EventId: string }[]; NextToken?: string } = await bench.run("DescribeStackEvents", {
      StackName: "shop",
      NextToken,
    });
    expect(answer.StackEvents.length).toBeLessThanOrEqual(100);
    seen.push(...answer.StackEvents.map(({ EventId }) => EventId));
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  expect(new Set(seen).size).toBe(40 * 3 + 2);
});

describe("an output that could never have a value is refused as well", () => {
  const bare = "Resources:\n  A:\n    Type: AWS::SNS::Topic\nOutputs:\n  O:\n    ";
  test.each([
    ["Value: !Select [5, [a]]", "nonexistent value at index 5 (line 6, column 12: Outputs.O.Value"],
    [
      "Value: !Split [',', 'a,b']",
      "Output O is malformed. The Value field of every Outputs member must evaluate to a String. (line 6",
    ],
    ["Value: a\n    Export: {Name: !Select [1, [a]]}", "nonexistent value at index 1 (line 7"],
  ])("%s", async (output, said) => {
    expect(await refusal(bare + output)).toContain(said);
  });

  test("one that hangs on a resource is not", async () => {
    await bench.run("CreateStack", { StackName: "s", TemplateBody: `${bare}Value: !Select [0, !Split [':', !Ref A]]` });
    expect(bench.scope.records.list(Stacks)).toHaveLength(1);
  });
});

describe("what a request says of a stack is held against AWS's values", () => {
  const template = "Resources:\n  A:\n    Type: AWS::SNS::Topic\n";
  const values = (member: string, said: string, allowed: string): string =>
    `1 validation error detected: Value '${said}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed}]`;
  test.each<[string, object, string]>([
    ["CreateStack", { OnFailure: "delete" }, values("onFailure", "delete", "DELETE, DO_NOTHING, ROLLBACK")],
    [
      "CreateStack",
      { Capabilities: ["CAPABILITY_BOGUS"] },
      "Value '[CAPABILITY_BOGUS]' at 'capabilities' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [CAPABILITY_AUTO_EXPAND, CAPABILITY_IAM, CAPABILITY_NAMED_IAM]]",
    ],
    [
      "CreateChangeSet",
      { ChangeSetName: "c", ChangeSetType: "create" },
      values("changeSetType", "create", "CREATE, IMPORT, UPDATE"),
    ],
    [
      "CreateChangeSet",
      { ChangeSetName: "c", ChangeSetType: "CREATE", OnStackFailure: "bogus" },
      values("onStackFailure", "bogus", "DELETE, DO_NOTHING, ROLLBACK"),
    ],
    [
      "CreateStack",
      { Tags: Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: "v" })) },
      "Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    ],
    [
      "CreateStack",
      {
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "a", Value: "2" },
        ],
      },
      "Tags: duplicate tag key a",
    ],
    [
      "CreateStack",
      { Tags: [{ Key: "a", Value: "v".repeat(257) }] },
      "Value at 'tags.member.value' failed to satisfy constraint: Member must have length less than or equal to 256",
    ],
  ])("%s %j", async (action, input, said) => {
    const made = bench.run(action, { StackName: "s", TemplateBody: template, ...input });
    await expect(made).rejects.toMatchObject({ code: "ValidationError", message: expect.stringContaining(said) as string });
    expect(bench.scope.records.list(Stacks)).toEqual([]);
  });

  test("ListStacks StackStatusFilter", async () => {
    await expect(bench.run("ListStacks", { StackStatusFilter: ["BOGUS"] })).rejects.toMatchObject({ code: "ValidationError" });
  });
});
