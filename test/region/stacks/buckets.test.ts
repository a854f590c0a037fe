import { afterEach, expect, test } from "vitest";
import { s3Operations } from "../../../src/region/services/s3/operations.js";
import { Buckets } from "../../../src/region/services/s3/records.js";
import { run } from "../../support/records.js";
import { openBench, type Bench } from "./support.js";

let bench: Bench;
afterEach(() => bench.close());

const s3 = <O>(name: string, input: object): Promise<O> =>
  run<O>(s3Operations, name, { ...bench.scope, requestId: "t", caller: {} as never, holdWhile: () => Promise.resolve() }, input);

const template = (versioned: boolean, action = "s3:GetObject"): string => `
Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties:
      ${versioned ? "VersioningConfiguration: { Status: Enabled }" : "Tags: [{ Key: kind, Value: plain }]"}
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: AES256 } }] }
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: "true" }
      LifecycleConfiguration: { Rules: [{ Id: old, Status: Enabled, NoncurrentVersionExpiration: { NoncurrentDays: 30 } }] }
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Files
      PolicyDocument: { Version: "2012-10-17", Statement: [{ Effect: Deny, Principal: "*", Action: "${action}", Resource: !Sub "\${Files.Arn}/*" }] }
Outputs: { Name: { Value: !Ref Files }, Domain: { Value: !GetAtt Files.RegionalDomainName } }
`;

test("a bucket and its policy are made, changed and deleted with their stack; what has no effect is recorded", async () => {
  bench = await openBench();
  const stack = await bench.deploy(template(true));
  expect(stack.StackStatus, JSON.stringify(await bench.events())).toBe("CREATE_COMPLETE");
  const [{ OutputValue: name = "" } = {}, { OutputValue: domain } = {}] = stack.Outputs ?? [];
  expect(name).toMatch(/^shop-files-[a-z0-9]{12}$/);
  expect(domain).toBe(`${name}.s3.eu-west-3.amazonaws.com`);
  expect(await s3("GetBucketVersioning", { Bucket: name })).toEqual({ Status: "Enabled" });
  expect(await s3("GetPublicAccessBlock", { Bucket: name })).toEqual({
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
  });
  expect(await s3("GetBucketLifecycleConfiguration", { Bucket: name })).toMatchObject({
    Rules: [{ ID: "old", NoncurrentVersionExpiration: { NoncurrentDays: 30 } }],
  });
  await bench.run("UpdateStack", { StackName: "shop", TemplateBody: template(false, "s3:PutObject") });
  await bench.formation.engine.settled(stack.StackId ?? "");
  expect(await s3("GetBucketVersioning", { Bucket: name })).toEqual({ Status: "Suspended" });
  expect(((await s3("GetBucketPolicy", { Bucket: name })) as { Policy: string }).Policy).toContain("s3:PutObject");
  expect(bench.scope.records.get(Buckets, name)?.tags).toMatchObject({ kind: "plain", "aws:cloudformation:logical-id": "Files" });
  await bench.run("DeleteStack", { StackName: "shop" });
  await bench.formation.engine.settled(stack.StackId ?? "");
  expect((await bench.stack(stack.StackId)).StackStatus).toBe("DELETE_COMPLETE");
  expect(bench.scope.records.list(Buckets)).toEqual([]);
});

test("a bucket that is not empty does not go with its stack", async () => {
  bench = await openBench();
  const stack = await bench.deploy(template(false));
  const Bucket = stack.Outputs?.[0]?.OutputValue;
  await s3("PutObject", { Bucket, Key: "k", Body: Buffer.from("x") });
  await bench.run("DeleteStack", { StackName: "shop" });
  await bench.formation.engine.settled(stack.StackId ?? "");
  expect((await bench.stack()).StackStatus).toBe("DELETE_FAILED");
  expect((await bench.events()).join("\n")).toMatch(/Files DELETE_FAILED .*not empty.*BucketNotEmpty/);
  await s3("DeleteObject", { Bucket, Key: "k" });
  await bench.run("DeleteStack", { StackName: "shop" });
  await bench.formation.engine.settled(stack.StackId ?? "");
  expect((await bench.stack(stack.StackId)).StackStatus).toBe("DELETE_COMPLETE");
});

test.each([
  ["WebsiteConfiguration: { IndexDocument: index.html }", /WebsiteConfiguration/],
  ["ObjectLockEnabled: true", /ObjectLockEnabled/],
  ["AccessControl: PublicRead", /AccessControl/],
  [
    "BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }] }",
    /SSEAlgorithm/,
  ],
])("%s is refused by name", async (properties, message) => {
  bench = await openBench();
  const body = `Resources: { B: { Type: AWS::S3::Bucket, Properties: { ${properties} } } }`;
  await expect(bench.run("CreateStack", { StackName: "shop", TemplateBody: body })).rejects.toThrow(message);
});
