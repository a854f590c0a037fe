import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NormalizedSchema } from "@smithy/core/schema";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ServiceFault } from "../../../src/region/operations/fault.js";
import type { WireRequest } from "../../../src/region/protocol/protocol.js";
import { protocols } from "../../../src/region/protocol/protocols.js";
import { loadWire } from "../../../src/region/protocol/wire.js";
import { compact, ensureWire } from "./ensure-wire.js";

let elsewhere: string;
beforeAll(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), "sandtable-wire-"));
  await Promise.all([ensureWire(), compact(elsewhere, ["s3", "backup"])]);
}, 60_000);
afterAll(() => rm(elsewhere, { recursive: true, force: true }));

const wireOf = (service: string) => loadWire(service, ["s3", "backup"].includes(service) ? elsewhere : undefined);

const request = (one: Partial<Omit<WireRequest, "body">> & { body?: string }): WireRequest => ({
  method: "POST",
  path: "/",
  query: "",
  headers: {},
  ...one,
  body: Buffer.from(one.body ?? ""),
});

/** What the service's protocol makes of a request. */
function read(service: string, wire: WireRequest) {
  const table = wireOf(service);
  const protocol = protocols[table.protocol];
  const body = Buffer.from(wire.body).toString();
  const isQuery = body.startsWith("Action=");
  const asked = isQuery ? { ...wire, body: Buffer.from(`${body}&Version=${table.apiVersion}`) } : wire;
  const target = protocol.target(table, asked);
  return { operation: target.operation.name, ...protocol.read(table, target, asked) };
}

const form = (text: string) => request({ body: text.replaceAll(/\s+/g, "") });

function fault(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof ServiceFault) return { code: error.code, message: error.message };
    throw error;
  }
}

describe("ec2Query reads", () => {
  test.each<[string, string, unknown, string[]?]>([
    [
      "a list of structures with a list",
      "Action=DescribeVpcs&Filter.1.Name=a&Filter.1.Value.1=x&Filter.1.Value.2=y",
      { Filters: [{ Name: "a", Values: ["x", "y"] }] },
    ],
    [
      "numbered items in order of number, not of text",
      "Action=DescribeVpcs&VpcId.10=c&VpcId.9=b&VpcId.1=a",
      { VpcIds: ["a", "b", "c"] },
    ],
    [
      "names with ec2QueryName",
      "Action=RunInstances&SecurityGroupId.1=sg-1&UserData=YQ%3D%3D",
      { SecurityGroupIds: ["sg-1"], UserData: "YQ==" },
    ],
    [
      "names with a capital where the schema has none",
      "Action=CreateRoute&DestinationCidrBlock=0.0.0.0%2F0",
      { DestinationCidrBlock: "0.0.0.0/0" },
    ],
    [
      "plus signs as spaces, UTF-8",
      "Action=CreateSecurityGroup&GroupDescription=a+b%C3%A9&GroupName=g",
      { Description: "a bé", GroupName: "g" },
    ],
    [
      "booleans, numbers and times",
      "Action=CreateFleet&ReplaceUnhealthyInstances=true&ValidFrom=2026-11-21T10%3A00%3A00Z",
      { ReplaceUnhealthyInstances: true, ValidFrom: new Date("2026-11-21T10:00:00Z") },
    ],
    [
      "names it does not know, as they were sent",
      "Action=DescribeVpcs&Foo.1.Bar=x&Filter.1.Names=a&Filter.x.Name=b&VpcId.1.Id=c&__proto__.a=b",
      { Filters: [{}], VpcIds: [undefined] },
      ["Filter.1.Names", "Filter.x.Name", "VpcId.1.Id", "Foo.1.Bar", "__proto__.a"],
    ],
  ])("%s", (_what, text, input, unknown = []) => {
    const reading = read("ec2", form(text));
    expect(reading.input).toEqual(input);
    expect([...reading.unknown].sort()).toEqual([...unknown].sort());
  });
});

describe("awsQuery reads", () => {
  test.each<[string, string, string, unknown, string[]?]>([
    [
      "list items by the schema's name",
      "rds",
      "Action=CreateDBInstance&Tags.Tag.1.Key=a&Tags.Tag.1.Value=b&VpcSecurityGroupIds.VpcSecurityGroupId.1=sg-1",
      { Tags: [{ Key: "a", Value: "b" }], VpcSecurityGroupIds: ["sg-1"] },
    ],
    [
      "list items called member",
      "elasticloadbalancing",
      "Action=CreateLoadBalancer&Name=n&Subnets.member.1=a&Subnets.member.2=b",
      { Name: "n", Subnets: ["a", "b"] },
    ],
    ["an empty list", "cloudformation", "Action=CreateStack&StackName=s&Tags=", { StackName: "s", Tags: [] }],
    ["a request in the query string", "sts", "", {}],
    [
      "other names of items as unknown",
      "elasticloadbalancing",
      "Action=CreateLoadBalancer&Subnets.1=a&Subnets.member.x=b",
      { Subnets: [] },
      ["Subnets.1", "Subnets.member.x"],
    ],
  ])("%s", (_what, service, text, input, unknown = []) => {
    const sent =
      text === "" ? request({ method: "GET", query: "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Date=x" }) : form(text);
    const reading = read(service, sent);
    expect(reading.input).toEqual(input);
    expect([...reading.unknown].sort()).toEqual([...unknown].sort());
  });

  test("maps, with or without an element around their entries", () => {
    // No service that is modelled today has one in a query, so the schema is made here (kinds: 3 a structure, 2 a map).
    const map = (name: string, traits: object) => [[2, "test", name, 0, 0, 0], traits];
    const schema = [3, "test", "Input", 0, ["Tags", "Flat"], [map("Tags", {}), map("Flat", { xmlFlattened: 1 })]];
    const input = NormalizedSchema.of(schema as unknown as Parameters<typeof NormalizedSchema.of>[0]);
    const operation = { name: "Test", http: undefined, input, output: input };
    const text =
      "Tags.entry.1.key=a&Tags.entry.1.value=b&Tags.entry.2.key=__proto__&Tags.entry.2.value=c&Flat.1.key=d&Flat.1.value=e&Flat.1.x=f";
    const { protocol } = wireOf("sts");
    const reading = protocols[protocol].read(wireOf("sts"), { operation, labels: new Map() }, form(text));
    expect(Object.entries(reading.input["Tags"] as object)).toEqual([
      ["a", "b"],
      ["__proto__", "c"],
    ]);
    expect(reading.input["Flat"]).toEqual({ d: "e" });
    expect(reading.unknown).toEqual(["Flat.1.x"]);
  });
});

test.each([
  ["ec2", "Action=DescribeVpcs&MaxResults=1e", "InvalidParameterValue", "MaxResults"],
  ["ec2", "Action=DescribeVpcs&MaxResults=0x10", "InvalidParameterValue", "MaxResults"],
  ["ec2", "Action=DescribeVpcs&MaxResults=", "InvalidParameterValue", "MaxResults"],
  ["ec2", "Action=DescribeVpcs&DryRun=yes", "InvalidParameterValue", "DryRun"],
  ["ec2", "Action=CreateFleet&ValidFrom=tomorrow", "InvalidParameterValue", "ValidFrom"],
  ["ec2", "Action=DescribeVpcs&Filter.1=a", "InvalidParameterValue", "Filter.1"],
  ["rds", "Action=CreateDBInstance&AllocatedStorage=much", "MalformedInput", "AllocatedStorage"],
  ["rds", "Action=CreateDBInstance&Tags.Tag.1=x", "MalformedInput", "Tags.Tag.1"],
])("%s refuses %s by name", (service, text, code, name) => {
  expect(fault(() => read(service, form(text)))).toEqual({
    code,
    message: expect.stringContaining(`The value of ${name} `) as string,
  });
});

describe("awsJson1_1 reads", () => {
  const target = { "x-amz-target": "AmazonSSM.PutParameter" };
  test("a document, and names what it does not know", () => {
    const body = '{"Name":"a","Overwrite":true,"Tags":[{"Key":"k","Value":"v","Colour":"red"}],"Nome":1}';
    expect(read("ssm", request({ headers: target, body }))).toEqual({
      operation: "PutParameter",
      input: { Name: "a", Overwrite: true, Tags: [{ Key: "k", Value: "v" }] },
      unknown: ["Tags.1.Colour", "Nome"],
    });
  });
  test("times as seconds", () => {
    const headers = { "x-amz-target": "AmazonSSM.CreateActivation" };
    expect(read("ssm", request({ headers, body: '{"ExpirationDate":1.5}' })).input).toEqual({ ExpirationDate: new Date(1500) });
  });
  test("no body as an empty document", () => {
    expect(read("ssm", request({ headers: target })).input).toEqual({});
  });
  test.each([
    '{"Name":{}}',
    '{"Tags":{}}',
    '{"Tags":["a"]}',
    '{"Overwrite":"true"}',
    "nonsense",
    '"text"',
    `${"[".repeat(100_000)}`,
  ])("not %.40s", (body) => {
    expect(fault(() => read("ssm", request({ headers: target, body })))).toMatchObject({ code: "SerializationException" });
  });
});

describe("restXml reads", () => {
  const s3 = (one: Parameters<typeof request>[0]) => read("s3", request(one));
  test.each<[string, Parameters<typeof request>[0], string, unknown]>([
    ["a bucket from the path", { method: "PUT", path: "/b" }, "CreateBucket", { Bucket: "b" }],
    [
      "a bucket with a slash behind it",
      { method: "GET", path: "/b/", query: "list-type=2&prefix=a%2Fb" },
      "ListObjectsV2",
      { Bucket: "b", Prefix: "a/b" },
    ],
    [
      "a key with slashes, one at its end",
      { method: "GET", path: "/b/a/%C3%A9%20/" },
      "GetObject",
      { Bucket: "b", Key: "a/é /" },
    ],
    ["an operation told by its query", { method: "GET", path: "/b", query: "acl" }, "GetBucketAcl", { Bucket: "b" }],
    [
      "an operation told by a required header",
      { method: "PUT", path: "/b/k", headers: { "x-amz-copy-source": "o/k" } },
      "CopyObject",
      { Bucket: "b", Key: "k", CopySource: "o/k" },
    ],
    ["all buckets", { method: "GET", path: "/" }, "ListBuckets", {}],
  ])("%s", (_what, one, operation, input) => {
    expect(s3(one)).toMatchObject({ operation, input: input as object, unknown: [] });
  });

  test("a part by its number, with the body as it is", () => {
    expect(s3({ method: "PUT", path: "/b/k", query: "partNumber=2&uploadId=u", body: "<x>" })).toMatchObject({
      operation: "UploadPart",
      input: { PartNumber: 2, UploadId: "u", Body: Buffer.from("<x>") },
    });
  });
  test("metadata from prefixed headers", () => {
    expect(s3({ method: "PUT", path: "/b/k", headers: { "x-amz-meta-a": "1", "x-amz-meta-b": "2" } }).input).toMatchObject({
      Metadata: { a: "1", b: "2" },
    });
  });
  test("a document, and names what it does not know", () => {
    const body = `<?xml version="1.0"?><Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>
      <Tag><Key>a</Key><Value>&lt;b&gt;</Value></Tag><Tag><Key>c</Key><Value/><Colour>red</Colour></Tag></TagSet></Tagging>`;
    expect(s3({ method: "PUT", path: "/b", query: "tagging&colour=blue", body })).toEqual({
      operation: "PutBucketTagging",
      input: {
        Bucket: "b",
        Tagging: {
          TagSet: [
            { Key: "a", Value: "<b>" },
            { Key: "c", Value: "" },
          ],
        },
      },
      unknown: ["colour", "TagSet.2.Colour"],
    });
  });
  test.each(["<Tagging>", "text", "<a></b>", "<Tagging>text</Tagging>", "<a>".repeat(50)])("not %.30s", (body) => {
    expect(fault(() => s3({ method: "PUT", path: "/b", query: "tagging", body }))).toMatchObject({ code: "MalformedXML" });
  });
});

describe("restJson1 reads", () => {
  test("labels, query and document", () => {
    expect(
      read(
        "backup",
        request({
          method: "PUT",
          path: "/backup-vaults/my%20vault",
          body: '{"CreatorRequestId":"c","Colour":1,"BackupVaultName":"x"}',
        }),
      ),
    ).toEqual({
      operation: "CreateBackupVault",
      input: { BackupVaultName: "my vault", CreatorRequestId: "c" },
      unknown: ["Colour", "BackupVaultName"],
    });
    expect(
      read("backup", request({ method: "GET", path: "/backup-vaults/", query: "maxResults=5&shared=true&colour=red" })),
    ).toEqual({
      operation: "ListBackupVaults",
      input: { MaxResults: 5, ByShared: true },
      unknown: ["colour"],
    });
  });
  test("no path that is not its own", () => {
    expect(fault(() => read("backup", request({ method: "GET", path: "/tea" })))).toMatchObject({
      code: "UnknownOperationException",
    });
  });
});

describe("answers", () => {
  const answer = (service: string, operation: string, output: unknown) => {
    const wire = wireOf(service);
    return protocols[wire.protocol].answer(wire, wire.operation(operation)!, output, "the-id");
  };
  test.each<[string, string, unknown]>([
    ["ec2", "DescribeVpcs", { Vpcs: [{ VpcId: "vpc-1", IsDefault: false, Tags: [{ Key: "<", Value: "é" }] }] }],
    ["ec2", "DeleteVpc", undefined],
    ["rds", "DescribeDBInstances", { DBInstances: [{ DBInstanceIdentifier: "db", Endpoint: { Port: 5432 } }] }],
    ["iam", "DeleteRole", undefined],
    ["ssm", "GetParameter", { Parameter: { Name: "a", LastModifiedDate: new Date(1500) } }],
    ["s3", "ListBuckets", { Buckets: [{ Name: "b", CreationDate: new Date(0) }] }],
    ["s3", "HeadObject", { ContentLength: 3, ETag: '"x"', Metadata: { a: "1" }, LastModified: new Date(0) }],
    ["backup", "CreateBackupVault", { BackupVaultName: "v", CreationDate: new Date(1000) }],
  ])("of %s to %s", (service, operation, output) => {
    expect(answer(service, operation, output)).toMatchSnapshot();
  });
});

describe("refusals", () => {
  const refuse = (service: string, code: string, status: number) => {
    const wire = wireOf(service);
    return protocols[wire.protocol].refuse(wire, { code, message: "what <happened>\u0000", status }, "the-id");
  };
  test.each<[string, string, number]>([
    ["ec2", "InvalidVpcID.NotFound", 400],
    ["rds", "DBInstanceNotFoundFault", 400],
    ["iam", "NoSuchEntity", 400],
    ["cloudformation", "ValidationError", 400],
    ["sts", "InternalFailure", 500],
    ["ssm", "ParameterNotFound", 400],
    ["s3", "NoSuchBucket", 404],
    ["backup", "ResourceNotFoundException", 400],
  ])("of %s: %s", (service, code, status) => {
    expect(refuse(service, code, status)).toMatchSnapshot();
  });
});
