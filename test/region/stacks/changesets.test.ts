import type { DescribeChangeSetCommandOutput, ResourceChange, ResourceChangeDetail } from "@aws-sdk/client-cloudformation";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBench, type Bench } from "./support.js";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const head = `Parameters:
  Delay: { Type: Number, Default: 1 }
  Name: { Type: String, Default: q }
  Secret: { Type: String, NoEcho: true, Default: hush }
`;
const template = (q: string, further = ""): string =>
  `${head}Resources:\n  Q: { Type: AWS::SQS::Queue, Properties: { ${q} } }\n${further}`;

const changeOf = async (body: string, input: object = {}, describeWith: object = {}): Promise<readonly ResourceChange[]> => {
  await bench.run("CreateChangeSet", { StackName: "shop", ChangeSetName: "next", TemplateBody: body, ...input });
  const { Changes = [] } = await bench.run<DescribeChangeSetCommandOutput>("DescribeChangeSet", {
    StackName: "shop",
    ChangeSetName: "next",
    ...describeWith,
  });
  return Changes.flatMap(({ ResourceChange: change }) => change ?? []);
};
const said = ({ Details = [] }: ResourceChange): string[] =>
  Details.map(({ Target, Evaluation, ChangeSource, CausingEntity }: ResourceChangeDetail) =>
    [Target?.Attribute, Target?.Name, Target?.RequiresRecreation, Evaluation, ChangeSource, CausingEntity].join(" ").trim(),
  );

describe("why a property changes", () => {
  test("the template says something else", async () => {
    await bench.deploy(template("DelaySeconds: 1"));
    const [q] = await changeOf(template("DelaySeconds: 2"));
    expect(q).toMatchObject({ Action: "Modify", Replacement: "False", Scope: ["Properties"] });
    expect(said(q ?? {})).toEqual(["Properties DelaySeconds Never Static DirectModification"]);
  });

  test("a parameter has another value: AWS tells it twice", async () => {
    const body = template("DelaySeconds: !Ref Delay, QueueName: !Sub '${Name}-1'");
    await bench.deploy(body);
    const Parameters = [
      { ParameterKey: "Delay", ParameterValue: "5" },
      { ParameterKey: "Name", ParameterValue: "r" },
    ];
    const [q] = await changeOf(body, { Parameters });
    expect(q).toMatchObject({ Replacement: "True", PolicyAction: "ReplaceAndDelete" });
    expect(said(q ?? {})).toEqual([
      "Properties DelaySeconds Never Dynamic DirectModification",
      "Properties DelaySeconds Never Static ParameterReference Delay",
      "Properties QueueName Always Dynamic DirectModification",
      "Properties QueueName Always Static ParameterReference Name",
    ]);
  });

  test("what it refers to changes or is replaced", async () => {
    const uses = "  T: { Type: AWS::SNS::Topic, Properties: { TopicName: !GetAtt Q.QueueName, DisplayName: !Ref Q } }\n";
    await bench.deploy(template("QueueName: q", uses));
    const [, t] = await changeOf(template("QueueName: r", uses));
    expect(t).toMatchObject({ LogicalResourceId: "T", Replacement: "Conditional" });
    expect(said(t ?? {})).toEqual([
      "Properties TopicName Always Dynamic ResourceAttribute Q.QueueName",
      "Properties DisplayName Never Dynamic ResourceReference Q",
    ]);
  });

  test("what goes, goes or stays as its policy says", async () => {
    const kept = "  K: { Type: AWS::SNS::Topic, DeletionPolicy: Retain }\n  G: { Type: AWS::SNS::Topic }\n";
    await bench.deploy(template("QueueName: q", kept));
    expect((await changeOf(template("QueueName: q"))).map((change) => [change.LogicalResourceId, change.PolicyAction])).toEqual([
      ["G", "Delete"],
      ["K", "Retain"],
    ]);
  });
});

describe("property values", () => {
  test("are there when asked for, down to what differs; secrets are not", async () => {
    const uses = "  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Q, TopicName: !Ref Secret } }\n";
    await bench.deploy(template("QueueName: q", uses));
    const [q, t] = await changeOf(template("QueueName: r, DelaySeconds: 3", uses), {}, { IncludePropertyValues: true });
    expect(q?.Details?.map(({ Target }) => Target)).toEqual([
      {
        Attribute: "Properties",
        Name: "QueueName",
        RequiresRecreation: "Always",
        Path: "/Properties/QueueName",
        BeforeValue: "q",
        AfterValue: "r",
        AttributeChangeType: "Modify",
      },
      {
        Attribute: "Properties",
        Name: "DelaySeconds",
        RequiresRecreation: "Never",
        Path: "/Properties/DelaySeconds",
        BeforeValue: undefined,
        AfterValue: "3",
        AttributeChangeType: "Add",
      },
    ]);
    expect(JSON.parse(q?.BeforeContext ?? "")).toEqual({ Properties: { QueueName: "q" } });
    expect(JSON.parse(t?.BeforeContext ?? "")).toEqual({
      Properties: { DisplayName: "https://queues/queue-0-q", TopicName: "****" },
    });
    expect(JSON.parse(t?.AfterContext ?? "")).toEqual({
      Properties: { DisplayName: "{{changeSet:KNOWN_AFTER_APPLY}}", TopicName: "****" },
    });
  });

  test("are not there when nobody asks", async () => {
    await bench.deploy(template("QueueName: q"));
    const [q] = await changeOf(template("QueueName: r"));
    expect(q).not.toHaveProperty("BeforeContext");
    expect(q?.Details?.[0]?.Target).toEqual({ Attribute: "Properties", Name: "QueueName", RequiresRecreation: "Always" });
  });
});

describe("dynamic references", () => {
  test("read Systems Manager when the resource is made, and the template keeps them", async () => {
    await bench.deploy(template("DelaySeconds: '{{resolve:ssm:/delay}}'"));
    const { StackEvents } = await bench.run<{ StackEvents: { ResourceProperties?: string }[] }>("DescribeStackEvents", {
      StackName: "shop",
    });
    expect(StackEvents.map(({ ResourceProperties }) => ResourceProperties)).toContain(
      '{"DelaySeconds":"{{resolve:ssm:/delay}}"}',
    );
    await expect(
      bench.run("UpdateStack", { StackName: "shop", TemplateBody: template("DelaySeconds: '{{resolve:ssm:/none}}'") }),
    ).rejects.toThrow("Parameters: [/none] cannot be found.");
    await expect(
      bench.run("UpdateStack", { StackName: "shop", TemplateBody: template("DelaySeconds: '{{resolve:ssm:/delay:2}}'") }),
    ).rejects.toThrow("does not model versions");
  });
});

describe("the language extensions", () => {
  const loop = `Transform: AWS::LanguageExtensions
Parameters: { Names: { Type: CommaDelimitedList } }
Resources:
  Fn::ForEach::Queues: [Name, !Ref Names, { "Q\${Name}": { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref Name } } }]
`;
  const Parameters = [{ ParameterKey: "Names", ParameterValue: "A,B" }];

  test("need their capability when there is no change set to look at", async () => {
    await expect(bench.deploy(loop, { Parameters })).rejects.toMatchObject({
      code: "InsufficientCapabilitiesException",
      message: "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
    });
  });

  test("write out the template, which can be read both ways and follows its parameters", async () => {
    await bench.deploy(loop, { Parameters, Capabilities: ["CAPABILITY_AUTO_EXPAND"] });
    const body = async (TemplateStage: string): Promise<string> =>
      (await bench.run<{ TemplateBody: string }>("GetTemplate", { StackName: "shop", TemplateStage })).TemplateBody;
    expect(await body("Original")).toBe(loop);
    expect(Object.keys((JSON.parse(await body("Processed")) as { Resources: object }).Resources)).toEqual(["QA", "QB"]);
    const changes = await changeOf(loop, { Parameters: [{ ParameterKey: "Names", ParameterValue: "B,C" }] });
    expect(changes.map((change) => [change.Action, change.LogicalResourceId])).toEqual([
      ["Remove", "QA"],
      ["Add", "QC"],
    ]);
    expect(await bench.run("GetTemplateSummary", { StackName: "shop" })).toMatchObject({
      DeclaredTransforms: ["AWS::LanguageExtensions"],
      ResourceTypes: ["AWS::SQS::Queue"],
    });
  });
});

test("no two events have the same time, and the order of time is the order of what happened", async () => {
  const topics = Array.from({ length: 12 }, (_, index) => `  T${index}: { Type: AWS::SNS::Topic }\n`).join("");
  await bench.deploy(template("DelaySeconds: 1", topics));
  const { StackEvents } = await bench.run<{ StackEvents: { Timestamp: Date }[] }>("DescribeStackEvents", { StackName: "shop" });
  const times = StackEvents.map(({ Timestamp }) => Timestamp.getTime());
  expect(new Set(times).size).toBe(times.length);
  expect(times).toEqual([...times].sort((a, b) => b - a));
});

test("a role that does not exist is refused; another kind of change set is refused by name", async () => {
  await expect(
    bench.run("CreateStack", { StackName: "s", TemplateBody: template("DelaySeconds: 1"), RoleARN: "arn:aws:iam::1:role/none" }),
  ).rejects.toThrow("Role arn:aws:iam::1:role/none is invalid or cannot be assumed");
  await expect(changeOf(template("DelaySeconds: 1"), { ChangeSetType: "IMPORT" })).rejects.toThrow(
    "Sandtable does not model change sets of type IMPORT",
  );
});
