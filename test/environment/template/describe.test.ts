import { describe, expect, test } from "vitest";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { describeTemplates } from "../../../src/environment/template/describe.js";
import { graphOfTemplate, nodeIn, readStack, unknown } from "../../support/graphs.js";

/** What the block of a VPC comes to. */
const block = (value: string, sections = "", options: Parameters<typeof graphOfTemplate>[1] = {}): unknown =>
  nodeIn(
    graphOfTemplate(
      `${sections}\nResources:\n  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: ${value}}}\n  Other: {Type: AWS::SNS::Topic}\n`,
      options,
    ).vpcs,
    "Vpc",
  ).cidrs[0];

describe("what a template leaves open stays unknown, with its reason", () => {
  const open = "Parameters: {Block: {Type: String}, Stage: {Type: String}}";
  const conditions = "\nConditions: {Live: !Equals [!Ref Stage, live]}";

  test.each<[string, string, string, unknown]>([
    [
      "a parameter without a value",
      "!Ref Block",
      open,
      unknown("parameter Block has no value; give it with --parameter Block=…"),
    ],
    ["a text with one in it", '!Sub "${Block}/16"', open, unknown("parameter Block has no value")],
    [
      "a parameter of Systems Manager",
      "!Ref Block",
      "Parameters: {Block: {Type: AWS::SSM::Parameter::Value<String>, Default: /net/block}}",
      unknown("parameter Block is looked up in Systems Manager (/net/block)"),
    ],
    [
      "a dynamic reference",
      '"{{resolve:ssm:/net/block}}"',
      "",
      unknown("{{resolve:ssm:/net/block}} is looked up when it is deployed"),
    ],
    ["an import that nobody exports", "!ImportValue net-block", "", unknown("no stack that was given exports net-block")],
    ["the region, where none is given", "!Ref AWS::Region", "", unknown("the region is not known; give it with --region")],
    ["an attribute that AWS makes", "!GetAtt Other.Arn", "", unknown("Arn of Other is known only when it is made")],
    [
      "a choice by an open condition",
      "!If [Live, 10.0.0.0/16, 10.1.0.0/16]",
      open + conditions,
      unknown("it hangs on the condition Live: parameter Stage has no value"),
    ],
  ])("%s", (_, value, sections, expected) => {
    expect(block(value, sections)).toEqual(expected);
  });

  test.each<[string, string, string, string]>([
    ["a default", "!Ref Block", "Parameters: {Block: {Type: String, Default: 10.3.0.0/16}}", "10.3.0.0/16"],
    ["a choice whose branches are the same", "!If [Live, 10.0.0.0/16, 10.0.0.0/16]", open + conditions, "10.0.0.0/16"],
    [
      "a condition that is decided without the open part",
      "!If [Never, 10.0.0.0/16, 10.1.0.0/16]",
      `${open}\nConditions: {Live: !Equals [!Ref Stage, live], Never: !And [!Condition Live, !Equals [a, b]]}`,
      "10.1.0.0/16",
    ],
    [
      "a mapping of which all rows agree",
      "!FindInMap [Blocks, !Ref Stage, Cidr]",
      `${open}\nMappings: {Blocks: {live: {Cidr: 10.4.0.0/16}, test: {Cidr: 10.4.0.0/16}}}`,
      "10.4.0.0/16",
    ],
  ])("but %s is known", (_, value, sections, expected) => {
    expect(block(value, sections)).toBe(expected);
  });

  test("a value that is given is known", () => {
    expect(block("!Ref Block", open, { parameters: { Block: "10.7.0.0/16", Stage: "x" } })).toBe("10.7.0.0/16");
  });

  test("a resource with an open condition stays, and says that it may not be there; one whose condition is false goes", () => {
    const { vpcs } = graphOfTemplate(`
Parameters: {Stage: {Type: String}}
Conditions: {Live: !Equals [!Ref Stage, live], Never: !Equals [a, b]}
Resources:
  Perhaps: {Type: AWS::EC2::VPC, Condition: Live, Properties: {CidrBlock: 10.0.0.0/16}}
  Gone: {Type: AWS::EC2::VPC, Condition: Never, Properties: {CidrBlock: 10.0.0.0/16}}`);
    expect([...vpcs.keys()]).toEqual(["Perhaps"]);
    expect(nodeIn(vpcs, "Perhaps").presence).toEqual(unknown("it hangs on the condition Live: parameter Stage has no value"));
  });
});

describe("zones have names", () => {
  const zones = (region?: string): readonly unknown[] => {
    const subnet = (id: string, index: number, more = ""): string =>
      `  ${id}: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [${index}, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]], AvailabilityZone: !Select [${index}, !GetAZs ${more || '""'}]}}`;
    const { subnets } = graphOfTemplate(
      `Resources:\n  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n${subnet("A", 0)}\n${subnet("B", 1, "{Ref: AWS::Region}")}`,
      region === undefined ? {} : { region },
    );
    return [...subnets.values()].map(({ zone, cidr }) => [zone, cidr]);
  };

  test("the region's, where it is known", () => {
    expect(zones("eu-west-3")).toEqual([
      ["eu-west-3a", "10.0.0.0/24"],
      ["eu-west-3b", "10.0.1.0/24"],
    ]);
  });

  test("numbers, where it is not", () => {
    expect(zones()).toEqual([
      ["zone 1", "10.0.0.0/24"],
      ["zone 2", "10.0.1.0/24"],
    ]);
  });
});

describe("several stacks are one environment", () => {
  const network = `
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: !Sub "\${AWS::StackName}-vpc"}}
  Subnets: {Value: !Join [",", [!Ref A, !Ref B]], Export: {Name: net-subnets}}`;
  const shop = `
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: d, VpcId: !ImportValue net-vpc}}
  Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Select [1, !Split [",", !ImportValue net-subnets]], SecurityGroupIds: [!Ref Group]}}`;
  const { description, problems } = describeTemplates([
    { name: "net", file: "net.yaml", text: network },
    { name: "shop", file: "shop.yaml", text: shop },
  ]);

  test("resources are called by their stack's name, and imports lead to what is exported", () => {
    expect(problems).toEqual([]);
    if (description === undefined) throw new Error("no description");
    const graph = graphOf(description);
    expect(nodeIn(graph.securityGroups, "shop.Group").vpc).toBe("net.Vpc");
    expect(nodeIn(graph.interfaces, "shop.Web/eth0")).toMatchObject({ subnets: ["net.B"], groups: ["shop.Group"] });
    expect(nodeIn(graph.subnets, "net.A").place).toMatchObject({ file: "net.yaml", line: 4 });
  });

  test("of two that export one name, as the stages of a pipeline may, it is not known which is imported", () => {
    const exporting = network.replace(/!Sub .*-vpc"/, "net-vpc");
    const texts = { live: exporting, test: exporting, shop };
    const reading = describeTemplates(Object.entries(texts).map(([name, text]) => ({ name, file: `${name}.yaml`, text })));
    const graph = graphOf(reading.description ?? expect.fail("no description"));
    expect(nodeIn(graph.securityGroups, "shop.Group").vpc).toEqual(
      unknown("several of the stacks that were given export net-vpc"),
    );
  });

  test("an export that is made of itself is no endless search", () => {
    const loop = (own: string, other: string): string =>
      `Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: !ImportValue ${other}}}}\nOutputs: {O: {Value: !ImportValue ${other}, Export: {Name: ${own}}}}`;
    const reading = describeTemplates([
      { name: "a", file: "a", text: loop("one", "two") },
      { name: "b", file: "b", text: loop("two", "one") },
    ]);
    expect(reading.problems).toEqual([]);
    expect(reading.description?.resources[0]?.properties["TopicName"]).toEqual(unknown("is made of itself"));
  });
});

describe("passwords are told by where they stand, never by what they are", () => {
  const stored = (password: string, sections = "", parameters: Record<string, string> = {}): unknown =>
    nodeIn(
      graphOfTemplate(
        `${sections}\nResources:\n  Secret: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {}}}\n  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, ${password}}}`,
        { parameters },
      ).databases,
      "Db",
    ).masterPassword;
  const parameter = (more = ""): string => `Parameters: {Password: {Type: String${more}}}`;

  test.each<[string, string, string, Record<string, string>, string]>([
    ["in the text", "MasterUserPassword: hunter22", "", {}, "literal"],
    ["a default stands in the text too", "MasterUserPassword: !Ref Password", parameter(", Default: hunter22"), {}, "literal"],
    ["a parameter without a value", "MasterUserPassword: !Ref Password", parameter(", NoEcho: true"), {}, "parameter"],
    ["a parameter that has one", "MasterUserPassword: !Ref Password", parameter(), { Password: "hunter22" }, "parameter"],
    ["a secret", "MasterUserPassword: '{{resolve:secretsmanager:db:SecretString:password}}'", "", {}, "secret"],
    [
      "a secret of the same template",
      'MasterUserPassword: !Sub "{{resolve:secretsmanager:${Secret}:SecretString:password}}"',
      "",
      {},
      "secret",
    ],
    ["one that RDS manages", "ManageMasterUserPassword: true", "", {}, "managed"],
  ])("%s", (_, password, sections, parameters, expected) => {
    expect(stored(password, sections, parameters)).toBe(expected);
  });

  test("what is typed in for one is in no part of the description", () => {
    const { description } = readStack(
      "Parameters: {Password: {Type: String, NoEcho: true}}\nResources:\n  Db: {Type: AWS::RDS::DBInstance, Properties: {MasterUserPassword: !Ref Password}}\n  Web: {Type: AWS::EC2::Instance, Properties: {UserData: !Base64 {'Fn::Sub': 'PASSWORD=${Password}'}}}",
      { parameters: { Password: "hunter22" } },
    );
    expect(JSON.stringify(description)).not.toContain("hunter22");
    expect(nodeIn(graphOf(description ?? expect.fail("no description")).instances, "Web").settings.userData).toBe(
      "PASSWORD=${NoEcho.Password}",
    );
  });
});

describe("a template that cannot work is not judged in part", () => {
  const topic = "Resources: {T: {Type: AWS::SNS::Topic}}";

  test.each<[string, string, object]>([
    [
      "broken YAML",
      "Resources:\n  A: {Type: AWS::SNS::Topic\n  B: ]",
      { line: 3, message: expect.stringContaining("Template format error") },
    ],
    ["no template at all", "just words", { line: 1, message: "Template format error: unsupported structure." }],
    [
      "an unknown function",
      "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: {'Fn::Nonsense': a}}",
      { line: 4, message: expect.stringContaining("Fn::Nonsense is not a valid intrinsic function") },
    ],
    [
      "an unknown tag",
      "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: !Nonsense a}",
      { line: 4, message: expect.stringContaining("unknown tag") },
    ],
    [
      "a reference to nothing",
      "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: {TopicName: !Ref Nobody}",
      { line: 4, message: expect.stringContaining("[Nobody]") },
    ],
    [
      "resources that wait for each other",
      "Resources:\n  A: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref B}}\n  B: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref A}}",
      { line: 2, message: "Circular dependency between resources: [A, B]" },
    ],
    [
      "conditions that wait for each other",
      `Conditions: {A: !Condition B, B: !Condition A}\n${topic}`,
      { line: 1, message: expect.stringContaining("Circular dependency between conditions") },
    ],
    [
      "a macro, which may change anything",
      `Transform: MyMacro\n${topic}`,
      { line: 1, message: expect.stringContaining("does not model the transform MyMacro") },
    ],
    [
      "a value that its parameter does not allow",
      `Parameters: {P: {Type: String, Default: c, AllowedValues: [a, b]}}\n${topic}`,
      { line: 1, message: expect.stringContaining("must be one of AllowedValues") },
    ],
    [
      "an objective that is none",
      `Metadata:\n  Sandtable:\n    Objectives: {Availability: 101}\n${topic}`,
      { line: 3, message: expect.stringContaining("Availability must be a percentage above 0 and up to 100") },
    ],
    [
      "an objective of another name",
      `Metadata:\n  Sandtable:\n    Objectives: {Uptime: 99}\n${topic}`,
      { line: 3, message: expect.stringContaining("there is no objective Uptime") },
    ],
  ])("%s", (_, text, expected) => {
    const { description, problems } = readStack(text);
    expect(description).toBeUndefined();
    expect(problems[0]).toMatchObject({ file: "shop.yaml", ...expected });
  });

  test("ten megabytes are refused before they are parsed", () => {
    const { description, problems } = readStack(`{"Resources": {"T": {"Type": "${"x".repeat(10_000_000)}`);
    expect(description).toBeUndefined();
    expect(problems).toMatchObject([{ line: 1, message: expect.stringContaining("Template may not exceed 1000000 bytes") }]);
  });

  test("one bad template among several spoils the whole", () => {
    const { description, problems } = describeTemplates([
      { name: "a", file: "a.yaml", text: topic },
      { name: "b", file: "b.yaml", text: "Resources: {}" },
    ]);
    expect(description).toBeUndefined();
    expect(problems).toMatchObject([{ file: "b.yaml" }]);
  });

  test("what AWS takes and the local region does not is no problem here", () => {
    const { description, problems } = readStack(`
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Timeout: 3}}
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {Handler: a}}
  G: {Type: AWS::AutoScaling::AutoScalingGroup, UpdatePolicy: {AutoScalingRollingUpdate: {}}, CreationPolicy: {AutoScalingCreationPolicy: {}}, Properties: {MinSize: 1, MaxSize: 2}}
  C: {Type: AWS::RDS::DBCluster, DeletionPolicy: Snapshot, Properties: {Engine: aurora-mysql, MasterUserPassword: "{{resolve:ssm-secure:/p:1}}"}}`);
    expect(problems).toEqual([]);
    const graph = graphOf(description ?? expect.fail("no description"));
    expect(graph.unexamined).toMatchObject([
      { id: "F", type: "AWS::Serverless::Function", why: expect.stringContaining("transform") },
    ]);
    expect(nodeIn(graph.databaseClusters, "C")).toMatchObject({ deletionPolicy: "Snapshot", masterPassword: "secret" });
  });
});

describe("objectives stand in the template's metadata", () => {
  const promise = (objectives: string): string =>
    `Metadata: {Sandtable: {Objectives: {${objectives}}}}\nResources: {T: {Type: AWS::SNS::Topic}}`;

  test.each<[string, object]>([
    ["Availability: 99.98, RPO: 5m, RTO: 30m, Budget: 60", { availability: 99.98, rpo: 300, rto: 1800, budget: 60 }],
    ["RPO: PT5M, RTO: PT1H30M", { rpo: 300, rto: 5400 }],
    ["RPO: 300, RTO: 1d", { rpo: 300, rto: 86_400 }],
    ["RPO: '', RTO: 1h30m", { rto: 5400 }],
  ])("%s", (written, expected) => {
    const { objectives } = graphOfTemplate(promise(written));
    expect(objectives).toEqual({ ...expected, place: { file: "shop.yaml", line: 1, column: expect.any(Number) as number } });
  });

  test("stacks may promise different things, but not the same thing differently", () => {
    const read = (a: string, b: string) =>
      describeTemplates([
        { name: "a", file: "a.yaml", text: promise(a) },
        { name: "b", file: "b.yaml", text: promise(b) },
      ]);
    const agreed = read("RPO: 5m", "RPO: 300, Budget: 60");
    expect(graphOf(agreed.description ?? expect.fail("no description")).objectives).toMatchObject({ rpo: 300, budget: 60 });
    expect(read("RPO: 5m", "RPO: 10m").problems).toMatchObject([
      { file: "b.yaml", message: 'Sandtable\'s objectives: RPO is "10m" here and "5m" in a.yaml' },
    ]);
  });
});
