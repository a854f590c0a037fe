import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketWebsiteCommand,
  PutObjectAclCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { bucketIn, startS3 } from "./region.js";

const Bucket = "kept";

describe("a bucket", () => {
  test("has a name that is one for all regions, and lives in one of them", async () => {
    const { client, clientWith } = await startS3();
    await client.send(new CreateBucketCommand({ Bucket, ...bucketIn }));
    const virginia = clientWith({ region: "us-east-1" });
    for (const asking of [client, virginia])
      await expect(
        asking.send(new CreateBucketCommand({ Bucket, ...(asking === client ? bucketIn : {}) })),
      ).rejects.toMatchObject({
        name: "BucketAlreadyOwnedByYou",
      });
    await virginia.send(new CreateBucketCommand({ Bucket: "virginia" }));
    expect((await client.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name)).toEqual(["kept", "virginia"]);
    expect(await client.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: "eu-west-3" });
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe("eu-west-3");
    expect((await client.send(new GetBucketLocationCommand({ Bucket: "virginia" }))).LocationConstraint).toBeUndefined();
    await expect(virginia.send(new GetObjectCommand({ Bucket, Key: "k" }))).rejects.toMatchObject({
      name: "PermanentRedirect",
      $metadata: { httpStatusCode: 301 },
    });
    const following = clientWith({ region: "us-east-1", followRegionRedirects: true });
    await expect(following.send(new GetObjectCommand({ Bucket, Key: "k" }))).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("is made where it is asked for", async () => {
    const { client, clientWith } = await startS3();
    await expect(
      client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } })),
    ).rejects.toMatchObject({ name: "IllegalLocationConstraintException" });
    await expect(clientWith({}).send(new CreateBucketCommand({ Bucket: "Not_Valid", ...bucketIn }))).rejects.toMatchObject({
      name: "InvalidBucketName",
    });
    await expect(client.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  test("keeps its tags, policy, encryption and lifecycle", async () => {
    const { client } = await startS3();
    await client.send(new CreateBucketCommand({ Bucket, ...bucketIn }));
    await expect(client.send(new GetBucketTaggingCommand({ Bucket }))).rejects.toMatchObject({ name: "NoSuchTagSet" });
    await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: "a", Value: "1" }] } }));
    expect((await client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: "a", Value: "1" }]);
    await client.send(new DeleteBucketTaggingCommand({ Bucket }));
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    await client.send(new DeleteBucketPolicyCommand({ Bucket }));
    await expect(client.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({ name: "NoSuchBucketPolicy" });
    expect(
      (await client.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules?.[0],
    ).toMatchObject({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } });
    const Date_ = new Date("2030-01-01T00:00:00Z");
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: [{ ID: "r", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Date: Date_ } }] },
      }),
    );
    expect((await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toMatchObject([
      { ID: "r", Expiration: { Date: Date_ } },
    ]);
  });

  test("is listed in pages, with what a delimiter puts together", async () => {
    const { client } = await startS3();
    await client.send(new CreateBucketCommand({ Bucket, ...bucketIn }));
    for (const Key of ["a/1", "a/2", "b", "c é/+", "d"]) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const first = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: "/", MaxKeys: 2 }));
    expect([first.CommonPrefixes, first.Contents?.map(({ Key }) => Key), first.KeyCount]).toEqual([[{ Prefix: "a/" }], ["b"], 2]);
    const second = await client.send(
      new ListObjectsV2Command({ Bucket, Delimiter: "/", ContinuationToken: first.NextContinuationToken }),
    );
    expect([second.CommonPrefixes, second.Contents?.map(({ Key }) => Key)]).toEqual([[{ Prefix: "c é/" }], ["d"]]);
    const old = await client.send(new ListObjectsCommand({ Bucket, Marker: "b", EncodingType: "url" }));
    expect(old.Contents?.map(({ Key }) => Key)).toEqual(["c+%C3%A9/%2B", "d"]);
    await expect(client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: "nonsense!" }))).rejects.toMatchObject({
      name: "InvalidArgument",
    });
  });
});

test("a bucket belongs to the account, and is no website", async () => {
  const { client } = await startS3();
  await client.send(new CreateBucketCommand({ Bucket, ...bucketIn }));
  const { Owner, Grants } = await client.send(new GetBucketAclCommand({ Bucket }));
  expect(Grants).toEqual([{ Grantee: { ...Owner, Type: "CanonicalUser" }, Permission: "FULL_CONTROL" }]);
  await expect(client.send(new GetBucketWebsiteCommand({ Bucket }))).rejects.toMatchObject({
    name: "NoSuchWebsiteConfiguration",
  });
});

test.each<[string, (bucket: { Bucket: string }) => unknown]>([
  ["PutBucketAcl", (bucket) => new PutBucketAclCommand({ ...bucket, ACL: "public-read" })],
  ["PutObjectAcl", (bucket) => new PutObjectAclCommand({ ...bucket, Key: "k", ACL: "public-read" })],
  ["PutBucketCors", (bucket) => new PutBucketCorsCommand({ ...bucket, CORSConfiguration: { CORSRules: [] } })],
  ["PutBucketWebsite", (bucket) => new PutBucketWebsiteCommand({ ...bucket, WebsiteConfiguration: {} })],
  ["ACL", (bucket) => new PutObjectCommand({ ...bucket, Key: "k", Body: "x", ACL: "public-read" })],
  ["ObjectLockMode", (bucket) => new PutObjectCommand({ ...bucket, Key: "k", Body: "x", ObjectLockMode: "COMPLIANCE" })],
  ["aws:kms", (bucket) => new PutObjectCommand({ ...bucket, Key: "k", Body: "x", ServerSideEncryption: "aws:kms" })],
  [
    "KMS",
    (bucket) =>
      new PutBucketEncryptionCommand({
        ...bucket,
        ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } }] },
      }),
  ],
])("what is not modelled is refused by its name: %s", async (name, command) => {
  const { client } = await startS3();
  await client.send(new CreateBucketCommand({ Bucket, ...bucketIn }));
  await expect(client.send(command({ Bucket }) as HeadBucketCommand)).rejects.toMatchObject({
    name: "NotImplemented",
    message: expect.stringContaining(name) as string,
  });
});
