import { describe, expect, test } from "vitest";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { describeTemplates, type TemplateReading } from "../../../src/environment/template/describe.js";
import { nodeIn, unknown } from "../../support/graphs.js";

const read = (root: string, files: Readonly<Record<string, string>>): TemplateReading =>
  describeTemplates(
    Object.entries({ "root.yaml": root, ...files }).map(([file, text]) => ({
      name: file.replace(/\.yaml$/, "").replaceAll("/", "-"),
      file,
      text,
    })),
    { region: "eu-west-3" },
  );

const graph = (root: string, files: Readonly<Record<string, string>>): ReturnType<typeof graphOf> => {
  const { description, problems } = read(root, files);
  expect(problems).toEqual([]);
  return graphOf(description ?? expect.fail("no description"));
};

const net = `
Parameters: {Block: {Type: String}, Name: {Type: String, Default: other}}
Conditions: {Named: !Equals [!Ref Name, shop]}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Block}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Extra: {Type: AWS::EC2::SecurityGroup, Condition: Named, Properties: {GroupDescription: d, VpcId: !Ref Vpc}}
Outputs:
  Vpc: {Value: !Ref Vpc}
  Subnets: {Value: !Join [",", [!Ref A, !Ref B]]}
  Size: {Value: t3.micro}`;
const web = `
Parameters: {Vpc: {Type: AWS::EC2::VPC::Id}, Subnets: {Type: List<AWS::EC2::Subnet::Id>}}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: d, VpcId: !Ref Vpc}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Select [1, !Ref Subnets], SecurityGroupIds: [!Ref Group]}}
Outputs: {Group: {Value: !GetAtt Group.GroupId}}`;
const nest = (url: string, parameters: string, more = ""): string =>
  `{Type: AWS::CloudFormation::Stack${more}, Properties: {TemplateURL: ${url}, Parameters: {${parameters}}}}`;

describe("a nested template that is given is a part of the one that nests it", () => {
  test("its parameters are what it is passed, its outputs what the others take, and it is judged once", () => {
    const found = graph(
      `
Resources:
  Net: ${nest("https://bucket.s3.amazonaws.com/v1/net.yaml", "Block: 10.0.0.0/16, Name: shop")}
  Web: ${nest("./parts/web.yaml", "Vpc: !GetAtt Net.Outputs.Vpc, Subnets: !GetAtt Net.Outputs.Subnets")}
  Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !GetAtt Web.Outputs.Group, IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}}
  Host: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Select [0, !Split [",", !GetAtt Net.Outputs.Subnets]], InstanceType: !Sub "\${Net.Outputs.Size}"}}`,
      { "net.yaml": net, "web.yaml": web },
    );
    expect([...found.vpcs.keys()]).toEqual(["net.Vpc"]);
    expect(nodeIn(found.vpcs, "net.Vpc").cidrs).toEqual(["10.0.0.0/16"]);
    expect(nodeIn(found.interfaces, "web.Host/eth0")).toMatchObject({ subnets: ["net.B"], groups: ["web.Group"] });
    expect(nodeIn(found.securityGroups, "web.Group")).toMatchObject({ vpc: "net.Vpc", place: { file: "web.yaml" } });
    expect([...found.securityGroups.keys()]).toContain("net.Extra");
    expect(nodeIn(found.instances, "root.Host").settings.instanceType).toBe("t3.micro");
    expect(found.unexamined).toEqual([]);
  });

  test.each<[string, string, boolean]>([
    ["a URL", "https://s3.eu-west-3.amazonaws.com/bucket/net.yaml", true],
    ["a URL of a version", "https://bucket.s3.amazonaws.com/net.yaml?versionId=1", true],
    ["a URL known in part", '!Sub "https://${AWS::AccountId}.s3.amazonaws.com/net.yaml"', true],
    ["a relative path", "../nested/net.yaml", true],
    ["a name", "net.yaml", true],
    ["a name that only ends alike", "https://bucket.s3.amazonaws.com/old-net.yaml", false],
    ["a URL that nobody knows", "!ImportValue url", false],
  ])("%s", (_, url, isLinked) => {
    const found = graph(`Resources: {Net: ${nest(url, "Block: 10.9.0.0/16")}}`, { "net.yaml": net });
    const given = isLinked ? "10.9.0.0/16" : unknown("parameter Block has no value");
    expect(nodeIn(found.vpcs, "net.Vpc").cidrs).toEqual([given]);
    expect(found.unexamined.map(({ id }) => id)).toEqual(isLinked ? [] : ["root.Net"]);
  });

  test.each([
    ["a value", nest("net.yaml", "Block: !Ref Open")],
    ["which values", nest("net.yaml", 'Fn::If: [IsOpen, {Block: 10.0.0.0/16}, !Ref "AWS::NoValue"]')],
  ])("where the parent does not know %s, that stays unknown", (_, nesting) => {
    const sections = "Parameters: {Open: {Type: String}}\nConditions: {IsOpen: !Equals [!Ref Open, x]}\nResources: {Net: ";
    const found = graph(`${sections}${nesting}}`, { "net.yaml": net });
    expect(nodeIn(found.vpcs, "net.Vpc").cidrs).toEqual([unknown("parameter Open has no value")]);
  });

  test("a parameter without a default that is not passed is a problem of the nested template", () => {
    const { problems } = read(`Resources: {Net: ${nest("net.yaml", "Name: shop")}}`, { "net.yaml": net });
    expect(problems).toMatchObject([{ file: "net.yaml", line: 2, message: expect.stringMatching(/^Block must have a value/) }]);
  });

  test("an open value hides the default, and what hangs on it stays open", () => {
    const found = graph(
      `Parameters: {Open: {Type: String}}\nResources: {Net: ${nest("net.yaml", "Block: 10.0.0.0/16, Name: !Ref Open")}}`,
      { "net.yaml": net },
    );
    expect(nodeIn(found.securityGroups, "net.Extra").presence).toEqual(
      unknown("it hangs on the condition Named: parameter Open has no value"),
    );
  });

  test("a condition of the nesting resource is one of all that is nested", () => {
    const root = (stage: string): string =>
      `Parameters: {Stage: {Type: String${stage}}}\nConditions: {Live: !Equals [!Ref Stage, live]}\nResources:\n  Net: ${nest("net.yaml", "Block: 10.0.0.0/16", ", Condition: Live")}\n  T: {Type: AWS::SNS::Topic}`;
    expect(nodeIn(graph(root(""), { "net.yaml": net }).vpcs, "net.Vpc").presence).toEqual(
      unknown("it hangs on the condition Live: parameter Stage has no value"),
    );
    expect([...graph(root(", Default: test"), { "net.yaml": net }).vpcs.keys()]).toEqual([]);
  });

  test("one template that is nested twice is two stacks", () => {
    const found = graph(
      `Resources:\n  One: ${nest("net.yaml", "Block: 10.1.0.0/16")}\n  Two: ${nest("net.yaml", "Block: 10.2.0.0/16")}`,
      { "net.yaml": net },
    );
    expect([...found.vpcs.values()].map(({ id, cidrs }) => [id, cidrs])).toEqual([
      ["net/One.Vpc", ["10.1.0.0/16"]],
      ["net/Two.Vpc", ["10.2.0.0/16"]],
    ]);
  });

  test("a stack in a stack in a stack is passed what goes through", () => {
    const middle = `Parameters: {Block: {Type: String}}\nResources: {Net: ${nest("net.yaml", "Block: !Ref Block")}}\nOutputs: {Vpc: {Value: !GetAtt Net.Outputs.Vpc}}`;
    const found = graph(
      `Resources:\n  Middle: ${nest("middle.yaml", "Block: 10.5.0.0/16")}\n  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: d, VpcId: !GetAtt Middle.Outputs.Vpc}}`,
      { "middle.yaml": middle, "net.yaml": net },
    );
    expect(nodeIn(found.vpcs, "net.Vpc").cidrs).toEqual(["10.5.0.0/16"]);
    expect(nodeIn(found.securityGroups, "root.Group").vpc).toBe("net.Vpc");
  });

  test("templates that nest each other are no endless search, and none is left out", () => {
    const found = graph(
      `Resources: {Other: ${nest("other.yaml", "")}, T: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}}`,
      {
        "other.yaml": `Resources: {Root: ${nest("root.yaml", "")}, T: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.1.0.0/16}}}`,
      },
    );
    expect([...found.vpcs.keys()]).toEqual(["root.T", "other.T"]);
    expect(found.unexamined.map(({ id }) => id)).toEqual(["other.Root"]);
  });

  test("a value given for what only the nested template declares is refused: it takes what it is passed", () => {
    const block = new Map([["Block", "10.1.0.0/16"]]);
    const given = (root: string) =>
      describeTemplates([
        { name: "root", file: "root.yaml", text: root, parameters: root.startsWith("Parameters") ? block : new Map() },
        { name: "net", file: "net.yaml", text: net, parameters: block },
      ]).problems.map(({ file, at, message }) => [file, at, message]);
    const nested = (value: string): string => `Resources: {Net: ${nest("net.yaml", `Block: ${value}`)}}`;
    expect(given(nested("10.0.0.0/16"))).toEqual([
      ["net.yaml", "Parameters.Block", expect.stringContaining("a value given for it has no effect")],
    ]);
    expect(given(`Parameters: {Block: {Type: String}}\n${nested("!Ref Block")}`)).toEqual([]);
  });

  test("a parameter that the nested template does not declare is a problem of it", () => {
    const { problems } = read(`Resources: {Net: ${nest("net.yaml", "Block: 10.0.0.0/16, Blok: x")}}`, { "net.yaml": net });
    expect(problems).toMatchObject([{ file: "net.yaml", message: "Parameters: [Blok] do not exist in the template" }]);
  });
});
