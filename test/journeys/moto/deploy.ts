import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { EC2Client, ModifySubnetAttributeCommand, RegisterImageCommand } from "@aws-sdk/client-ec2";
import { readTemplate, type Resource } from "../../../src/template/template.js";
import type { MotoEndpoint } from "../../support/moto.js";
import { expressionsIn, jsonOf, mentioned, settle, type Json, type Settled } from "./functions.js";
import type { Made } from "./maker.js";
import { makers } from "./makers.js";

/** What stands in an account after a deployment. */
export interface Deployed {
  /** Logical ids of what was made by API calls, by what AWS knows it by. */
  readonly byHand: ReadonlyMap<string, string>;
  /** What could not be made, and why. */
  readonly leftOut: readonly string[];
}

/** What neither moto's CloudFormation nor its API makes. */
const unmakable = new Set(["AWS::EC2::InstanceConnectEndpoint"]);

/**
 * Deploy a template into moto: the network by its CloudFormation, the rest by API calls. `values` are those of the parameters, which all become plain text.
 */
export async function deployToMoto(at: MotoEndpoint, text: string, values: Readonly<Record<string, string>>): Promise<Deployed> {
  const { template } = readTemplate(text);
  if (template === undefined) throw new Error("the template cannot be read");
  const resources = [...template.resources.values()].filter(({ type }) => !unmakable.has(type));
  const late = lateOnes(resources);
  const early = resources.filter(({ logicalId }) => !late.has(logicalId));
  const rest = resources.filter(({ logicalId }) => late.has(logicalId));
  const needs = rest.flatMap(({ properties }) => expressionsIn(jsonOf(properties), late));
  // moto's CloudFormation does not set this of a subnet.
  const lending = early.filter(({ properties }) => String(properties["MapPublicIpOnLaunch"]) === "true");
  const subnets: readonly Json[] = lending.map(({ logicalId: Ref }) => ({ Ref }));
  const outputs = new Map([...needs, ...subnets].map((value) => [JSON.stringify(value), value]));
  const body = {
    Metadata: template.metadata,
    Parameters: Object.fromEntries(
      [...template.parameters.keys()].map((name) => [name, { Type: "String", Default: values[name] ?? "x" }]),
    ),
    Resources: Object.fromEntries(early.map((resource) => [resource.logicalId, bodyOf(resource, late)])),
    Outputs: Object.fromEntries([...outputs.values()].map((Value, index) => [`Need${index}`, { Value }])),
  };
  const given = await createStack(at, JSON.stringify(body));
  const known = new Map([...outputs.keys()].map((key, index) => [key, given.get(`Need${index}`) ?? ""]));
  for (const subnet of subnets) {
    const input = { SubnetId: known.get(JSON.stringify(subnet)), MapPublicIpOnLaunch: { Value: true } };
    await new EC2Client(at).send(new ModifySubnetAttributeCommand(input));
  }
  const leftOut = template.resources.size === resources.length ? [] : ["what of AWS::EC2::InstanceConnectEndpoint it has"];
  const made = await makeAll(at, rest, { known, values }, late);
  return { byHand: new Map([...made].map(([logicalId, { ref }]) => [ref, logicalId])), leftOut };
}

/** One by one, each after what it names. */
async function makeAll(
  at: MotoEndpoint,
  resources: readonly Resource[],
  settled: Settled,
  late: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Made>> {
  const made = new Map<string, Made>();
  let waiting = resources;
  while (waiting.length > 0) {
    const open = new Set([...late].filter((id) => !made.has(id)));
    const next = waiting.find(({ properties, dependsOn }) =>
      [...open].every((id) => !mentioned(jsonOf(properties), id) && !dependsOn.includes(id)),
    );
    if (next === undefined) throw new Error(`these wait for each other: ${waiting.map(({ logicalId }) => logicalId).join(", ")}`);
    const { logicalId, type, properties } = next;
    const make = makers[type];
    if (make === undefined) throw new Error(`nothing here makes ${logicalId} (${type})`);
    made.set(logicalId, await make(at, logicalId, settle(jsonOf(properties), settled, made)));
    waiting = waiting.filter((each) => each !== next);
  }
  return made;
}

/** What is made by API calls, with all that names it. An address that names none is the network's. */
function lateOnes(resources: readonly Resource[]): ReadonlySet<string> {
  const own = resources.filter(({ type }) => makers[type] !== undefined && type !== "AWS::EC2::EIP");
  const late = new Set(own.map(({ logicalId }) => logicalId));
  for (let before = -1; before < late.size;) {
    before = late.size;
    for (const { logicalId, properties } of resources)
      if ([...late].some((id) => mentioned(jsonOf(properties), id))) late.add(logicalId);
  }
  return late;
}

function bodyOf({ type, properties, dependsOn }: Resource, late: ReadonlySet<string>): object {
  const after = dependsOn.filter((id) => !late.has(id));
  return { Type: type, Properties: properties, ...(after.length === 0 ? {} : { DependsOn: after }) };
}

/** Gives the outputs. */
async function createStack(at: MotoEndpoint, TemplateBody: string): Promise<ReadonlyMap<string, string>> {
  const client = new CloudFormationClient(at);
  const StackName = "shop";
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ["CAPABILITY_NAMED_IAM"] }));
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  const [stack] = Stacks ?? [];
  if (stack?.StackStatus !== "CREATE_COMPLETE")
    throw new Error(`moto's stack is ${stack?.StackStatus}: ${stack?.StackStatusReason}`);
  return new Map((stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
}

/** A certificate's ARN: moto's load balancers want one that it knows. */
export async function motoCertificate({ endpoint, region }: MotoEndpoint): Promise<string> {
  const headers = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "CertificateManager.RequestCertificate",
    Authorization: `AWS4-HMAC-SHA256 Credential=x/20260101/${region}/acm/aws4_request, SignedHeaders=host, Signature=0`,
  };
  const body = JSON.stringify({ DomainName: "example.com" });
  const answer = (await (await fetch(endpoint, { method: "POST", headers, body })).json()) as { CertificateArn: string };
  return answer.CertificateArn;
}

/** A machine image by the name that Canonical or Amazon would have given it. */
export async function motoImage(at: MotoEndpoint, Name: string): Promise<string> {
  const { ImageId = "" } = await new EC2Client(at).send(new RegisterImageCommand({ Name, RootDeviceName: "/dev/sda1" }));
  return ImageId;
}
