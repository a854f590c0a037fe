import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differences } from "../../../src/environment/compare.js";
import { PartialText, Reference, type Described, type Description, type Said } from "../../../src/environment/described.js";
import { kinds, type Environment } from "../../../src/environment/environment.js";
import { graphOf } from "../../../src/environment/graph/graph.js";
import { Unknown } from "../../../src/environment/maybe.js";
import { readStack } from "../../support/graphs.js";

const shop = `
Parameters: {Stage: {Type: String}}
Conditions: {Live: !Equals [!Ref Stage, live]}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attachment: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, MapPublicIpOnLaunch: true, AvailabilityZone: !Select [0, !GetAZs ""]}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: !Select [1, !GetAZs ""]}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Table2: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}}
  TableOfA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref A, RouteTableId: !Ref Table}}
  AlsoOfA: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref A, RouteTableId: !Ref Table2}}
  Acl: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref Vpc}}
  Entry: {Type: AWS::EC2::NetworkAclEntry, Condition: Live, Properties: {NetworkAclId: !Ref Acl, RuleNumber: 100, Protocol: -1, RuleAction: allow, CidrBlock: 0.0.0.0/0}}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: d}}
  Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}}
  Loose: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: in the default VPC}}
  Base: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {InstanceType: t3.micro, SecurityGroupIds: [!Ref Group]}}}
  Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, LaunchTemplate: {LaunchTemplateId: !Ref Base, Version: "1"}}}
  Old: {Type: AWS::EC2::Instance, Properties: {InstanceType: t2.micro, SecurityGroups: [!Ref Loose]}}
  Eip: {Type: AWS::EC2::EIP}
  OfWeb: {Type: AWS::EC2::EIPAssociation, Condition: Live, Properties: {InstanceId: !Ref Web, AllocationId: !GetAtt Eip.AllocationId}}
  Hosts: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {MinSize: 1, MaxSize: 2, VPCZoneIdentifier: [!Ref A, !Ref B], TargetGroupARNs: [!Ref Targets], LaunchTemplate: {LaunchTemplateId: !Ref Base, Version: "1"}}}
  Lb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref A, !Ref B]}}
  Targets: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {VpcId: !Ref Vpc, Protocol: HTTP, Port: 80, Targets: [{Id: !Ref Web}]}}
  Http: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Lb, Port: 80, Protocol: HTTP, DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]}}
  Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: d, SubnetIds: [!Ref A, !Ref B]}}
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres, DBSubnetGroupName: !Ref Subnets}}
  Copy: {Type: AWS::RDS::DBInstance, Properties: {SourceDBInstanceIdentifier: !Ref Db}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
  Policy: {Type: AWS::IAM::Policy, Properties: {PolicyName: p, Roles: [!Ref Role], PolicyDocument: {Statement: []}}}
  Topic: {Type: AWS::SNS::Topic}
  Alarm: {Type: AWS::CloudWatch::Alarm, Properties: {ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1, AlarmActions: [!Ref Topic]}}
  Else: {Type: AWS::ECS::Cluster}`;

/** A graph as one text that hangs on no order. */
const canonical = (environment: Environment): string =>
  JSON.stringify(
    [...kinds.map((kind) => [kind, sorted([...environment[kind].values()])]), sorted(environment.unexamined)],
    (_, value: unknown) => (Array.isArray(value) ? sorted(value) : value),
  );
const sorted = (values: readonly unknown[]): readonly unknown[] =>
  values.map((value) => JSON.stringify(value, (_, inner: unknown) => (Array.isArray(inner) ? sorted(inner) : inner))).toSorted();

describe("laws of the graph", () => {
  const { description } = readStack(shop);
  if (description === undefined) throw new Error("no description");
  const { resources } = description;

  test("the order of the resources does not matter", () => {
    const straight = graphOf(description);
    expect(straight.interfaces.size).toBeGreaterThan(5);
    fc.assert(
      fc.property(fc.shuffledSubarray([...resources], { minLength: resources.length }), (shuffled) => {
        const other = graphOf({ ...description, resources: shuffled });
        expect(canonical(other)).toBe(canonical(straight));
        expect(differences(straight, other)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test("whatever is left out of a description, every resource that stays is a node, a part of one, or told as not examined, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.subarray([...resources]), (some) => {
        const graph = graphOf({ ...description, resources: some });
        for (const id of graph.unexamined.map((left) => left.id)) expect(some.map((resource) => resource.id)).toContain(id);
        for (const made of graph.interfaces.values())
          expect(made.subnets.every((subnet) => typeof subnet === "string")).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("nothing that a property may be makes it throw", () => {
    const names = [...new Set(resources.flatMap(({ properties }) => membersIn(properties)))];
    const types = [...new Set(resources.map(({ type }) => type))].concat([
      "AWS::S3::Bucket",
      "AWS::Backup::BackupPlan",
      "AWS::DLM::LifecyclePolicy",
    ]);
    const ids = resources.map(({ id }) => id);
    const leaf = fc.oneof(
      fc.constantFrom<Said>(
        null,
        true,
        "",
        "*",
        "10.0.0.0/16",
        "arn:aws:iam::1:role/x",
        "{{resolve:ssm:a}}",
        -1,
        65_536,
        new Unknown("not told"),
      ),
      fc
        .tuple(fc.constantFrom(...ids), fc.option(fc.constantFrom("Arn", "CidrBlock", "VpcId"), { nil: undefined }))
        .map(([id, attribute]) => new Reference(id, attribute)),
      fc.constantFrom(...ids).map((id) => new PartialText(["arn:", new Reference(id), new Unknown("not told", "P")])),
      fc.string(),
    );
    const { value } = fc.letrec<{ value: Said }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        leaf,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 6 }),
      ),
    }));
    const resource = fc.record({
      id: fc.constantFrom(...ids),
      type: fc.constantFrom(...types),
      properties: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 12 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(resource, { selector: ({ id }) => id, maxLength: 12 }),
        fc.constantFrom("template", "account"),
        (made, from) => {
          const about: Description = { ...description, from, resources: made satisfies readonly Described[] };
          const graph = graphOf(about);
          expect(differences(graph, graph)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});

function membersIn(value: Said): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Said[]).flatMap(membersIn);
  if (typeof value !== "object" || value === null) return [];
  if (value instanceof Unknown || value instanceof Reference || value instanceof PartialText) return [];
  return Object.entries(value as Readonly<Record<string, Said>>).flatMap(([name, inner]) => [name, ...membersIn(inner)]);
}
