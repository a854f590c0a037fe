import { describe, expect, test } from "vitest";
import { differences } from "../../src/environment/compare.js";
import { graphOfResources, graphOfTemplate } from "../support/graphs.js";

const base = `Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-3a}}
`;
const shop = graphOfResources(base);
const against = (more: string): readonly string[] => differences(shop, graphOfResources(more));

describe("what contradicts between two graphs", () => {
  test("nothing, between a graph and itself", () => {
    expect(differences(shop, graphOfResources(base))).toEqual([]);
  });

  test("a value", () => {
    expect(against(base.replace("eu-west-3a", "eu-west-3b"))).toEqual(['subnets A: zone is "eu-west-3a" and "eu-west-3b"']);
  });

  test("a node that only one of them has", () => {
    expect(against(`${base}Topic: {Type: AWS::SNS::Topic}`)).toEqual(["topics Topic is in the second only"]);
  });

  test("an item of a list", () => {
    expect(against(`${base}More: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16}}`)).toEqual(
      [
        'vpcs Vpc: cidrs[] is not there and "10.1.0.0/16"',
        'routeTables Vpc/MainRouteTable: routes[] is not there and {"destination":{"cidr":"10.1.0.0/16"},"target":{"kind":"local"}}',
      ],
    );
  });

  test("not what one of them does not know", () => {
    expect(
      differences(
        shop,
        graphOfTemplate(
          `Parameters: {Zone: {Type: String}}\nResources:\n${base.replace("eu-west-3a", "!Ref Zone").replace(/^/gm, "  ")}`,
        ),
      ),
    ).toEqual([]);
  });

  test("not the order of rules", () => {
    const group = (...ports: readonly number[]): string =>
      `${base}G: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: d, SecurityGroupIngress: [${ports.map((port) => `{IpProtocol: tcp, FromPort: ${port}, ToPort: ${port}, CidrIp: 0.0.0.0/0}`).join(", ")}]}}`;
    expect(differences(graphOfResources(group(80, 443)), graphOfResources(group(443, 80)))).toEqual([]);
    expect(differences(graphOfResources(group(80, 443)), graphOfResources(group(443, 81)))).toHaveLength(1);
  });

  test("not a text with a part that is not known, where the rest is the same", () => {
    const web = (userData: string): string =>
      `${base}Web: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref A, UserData: ${userData}}}`;
    const open = graphOfResources(web('!Base64 {"Fn::Sub": "DB=${A.Arn}; NET=${Vpc.CidrBlock}"}'));
    expect(differences(open, graphOfResources(web('!Base64 "DB=db.internal; NET=10.0.0.0/16"')))).toEqual([]);
    expect(differences(open, graphOfResources(web('!Base64 "DB=db.internal; NET=10.9.0.0/16"')))).toHaveLength(1);
  });
});
