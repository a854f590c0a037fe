import { expect } from "vitest";
import type { Environment } from "../../src/environment/environment.js";
import { graphOf } from "../../src/environment/graph/graph.js";
import { Unknown } from "../../src/environment/maybe.js";
import { describeTemplates, type TemplateReading } from "../../src/environment/template/describe.js";
import type { About } from "../../src/environment/template/stack.js";

interface Options extends About {
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A template of one stack, called `shop`. */
export const readStack = (text: string, { parameters = {}, ...about }: Options = {}): TemplateReading =>
  describeTemplates([{ name: "shop", file: "shop.yaml", text, parameters: new Map(Object.entries(parameters)) }], about);

/** The graph of a template that has no problem. */
export function graphOfTemplate(text: string, options?: Options): Environment {
  const { description, problems } = readStack(text, options);
  expect(problems).toEqual([]);
  if (description === undefined) throw new Error("no description");
  return graphOf(description);
}

/** The graph of the section Resources. */
export const graphOfResources = (resources: string, options?: Options): Environment =>
  graphOfTemplate(`Resources:\n${resources.replace(/^/gm, "  ")}\n`, options);

const network = `
Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-3a}}
B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-3b}}
Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Vpc, GroupDescription: d}}
Subnets: {Type: AWS::RDS::DBSubnetGroup, Properties: {DBSubnetGroupDescription: d, SubnetIds: [!Ref A, !Ref B]}}
`;

/** The same, in a VPC `Vpc` with subnets `A` and `B` in two zones, a security group `Group` and a DB subnet group `Subnets`. */
export const graphWithNetwork = (resources: string): Environment => graphOfResources(network + resources);

/** The node of that id, of whatever kind is given. */
export function nodeIn<T>(drawer: ReadonlyMap<string, T>, id: string): T {
  const node = drawer.get(id);
  if (node === undefined) throw new Error(`there is no ${id} among ${[...drawer.keys()].join(", ")}`);
  return node;
}

/** An unknown whose reason holds these words. */
export const unknown = (words: string): unknown => expect.objectContaining({ why: expect.stringContaining(words) as string });

/** Unknown of any reason. */
export const anyUnknown: unknown = expect.any(Unknown);
