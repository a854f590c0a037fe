import type { Finding, Rule } from "../../src/analysis/finding.js";
import { graphOf } from "../../src/environment/graph/graph.js";
import { describeTemplates } from "../../src/environment/template/describe.js";

type Resources = Readonly<Record<string, readonly [type: string, properties?: unknown, more?: object]>>;

/** A parameter without a value: what refers to it is unknown. */
export const anyone = { Ref: "Anyone" };

/** What a rule finds in these resources: `Element fails` or `Element unknown`. */
export function judged(rules: readonly Rule[], id: string, resources: Resources, objectives?: object): readonly string[] {
  return findings(rules, id, resources, objectives).map(({ resource, verdict }) => `${resource.id} ${verdict}`);
}

export function findings(rules: readonly Rule[], id: string, resources: Resources, objectives?: object): readonly Finding[] {
  const text = JSON.stringify({
    ...(objectives === undefined ? {} : { Metadata: { Sandtable: { Objectives: objectives } } }),
    Parameters: { Anyone: { Type: "String" }, Hidden: { Type: "String", NoEcho: true } },
    Resources: Object.fromEntries(
      Object.entries(resources).map(([name, [type, properties = {}, more]]) => [
        name,
        { Type: `AWS::${type}`, ...more, Properties: properties },
      ]),
    ),
  });
  const { description, problems } = describeTemplates([{ name: "test", file: "test.json", text }]);
  if (description === undefined) throw new Error(JSON.stringify(problems));
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return rule.judge(graphOf(description));
}

/** A VPC with one public subnet a, one private subnet b, and a group that lets everybody in. */
export const network: Resources = {
  Vpc: ["EC2::VPC", { CidrBlock: "10.0.0.0/16" }],
  Igw: ["EC2::InternetGateway"],
  Attachment: ["EC2::VPCGatewayAttachment", { VpcId: { Ref: "Vpc" }, InternetGatewayId: { Ref: "Igw" } }],
  Public: [
    "EC2::Subnet",
    { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.0.0/24", AvailabilityZone: "eu-west-3a", MapPublicIpOnLaunch: true },
  ],
  Private: ["EC2::Subnet", { VpcId: { Ref: "Vpc" }, CidrBlock: "10.0.1.0/24", AvailabilityZone: "eu-west-3b" }],
  Routes: ["EC2::RouteTable", { VpcId: { Ref: "Vpc" } }],
  Out: ["EC2::Route", { RouteTableId: { Ref: "Routes" }, DestinationCidrBlock: "0.0.0.0/0", GatewayId: { Ref: "Igw" } }],
  Association: ["EC2::SubnetRouteTableAssociation", { RouteTableId: { Ref: "Routes" }, SubnetId: { Ref: "Public" } }],
};

export const group = (...ingress: readonly object[]) =>
  ["EC2::SecurityGroup", { GroupDescription: "g", VpcId: { Ref: "Vpc" }, SecurityGroupIngress: ingress }] as const;

export const tcpFrom = (port: number, cidr: unknown) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port, CidrIp: cidr });

export const host = (subnet: string, more: object = {}) =>
  [
    "EC2::Instance",
    { ImageId: "ami-1", SubnetId: { Ref: subnet }, SecurityGroupIds: [{ "Fn::GetAtt": ["Group", "GroupId"] }], ...more },
  ] as const;

export const userData = (text: string) => ({ UserData: { "Fn::Base64": text } });
