import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type ChecksumAlgorithm,
  type S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { bucketIn, startS3 } from "./region.js";

const Bucket = "shop-files";

async function withBucket() {
  const region = await startS3();
  await region.client.send(new CreateBucketCommand({ Bucket, ...bucketIn }));
  return region;
}

const textOf = async (client: S3Client, input: { Key: string; Range?: string; VersionId?: string }): Promise<string> =>
  (await client.send(new GetObjectCommand({ Bucket, ...input }))).Body!.transformToString();

describe("an object", () => {
  test("comes back as it was put, with its headers, and leaves nothing when it goes", async () => {
    const { client, files } = await withBucket();
    const put = await client.send(
      new PutObjectCommand({
        ...{ Bucket, Key: "a b/ü+%.txt", Body: "hello", ContentType: "text/plain", CacheControl: "no-cache" },
        ...{ Metadata: { colour: "blue" }, Expires: new Date("2030-01-01T00:00:00Z"), Tagging: "a=1" },
      }),
    );
    const md5 = createHash("md5").update("hello").digest("hex");
    expect(put.ETag).toBe(`"${md5}"`);
    const got = await client.send(new GetObjectCommand({ Bucket, Key: "a b/ü+%.txt", ChecksumMode: "ENABLED" }));
    expect(await got.Body!.transformToString()).toBe("hello");
    expect(got).toMatchObject({
      ...{ ContentType: "text/plain", CacheControl: "no-cache", Metadata: { colour: "blue" }, ContentLength: 5 },
      ...{ ETag: `"${md5}"`, AcceptRanges: "bytes", TagCount: 1, ChecksumCRC32: "NhCmhg==", ChecksumType: "FULL_OBJECT" },
    });
    expect(got.ExpiresString).toBeDefined();
    expect(files()).toHaveLength(1);
    await client.send(new PutObjectCommand({ Bucket, Key: "a b/ü+%.txt", Body: "again" }));
    expect(files()).toHaveLength(1);
    await client.send(new DeleteObjectCommand({ Bucket, Key: "a b/ü+%.txt" }));
    expect(files()).toEqual([]);
    await expect(client.send(new GetObjectCommand({ Bucket, Key: "a b/ü+%.txt" }))).rejects.toMatchObject({ name: "NoSuchKey" });
    await client.send(new DeleteBucketCommand({ Bucket }));
    await expect(client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });

  test("of no bytes, and of a stream whose length the client tells", async () => {
    const { client } = await withBucket();
    await client.send(new PutObjectCommand({ Bucket, Key: "empty", Body: "" }));
    expect(await textOf(client, { Key: "empty" })).toBe("");
    const pieces = Array.from({ length: 40 }, (_, index) => Buffer.alloc(65_536 + index, index));
    const whole = Buffer.concat(pieces);
    await client.send(new PutObjectCommand({ Bucket, Key: "large", Body: Readable.from(pieces), ContentLength: whole.length }));
    const got = await client.send(new GetObjectCommand({ Bucket, Key: "large" }));
    expect(Buffer.compare(await got.Body!.transformToByteArray(), whole)).toBe(0);
  });

  test.each<ChecksumAlgorithm>(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])(
    "is kept with a %s that the client checks when it reads",
    async (ChecksumAlgorithm) => {
      const { client } = await withBucket();
      const sent = await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "123456789", ChecksumAlgorithm }));
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: "k", ChecksumMode: "ENABLED" }));
      const member = `Checksum${ChecksumAlgorithm}` as "ChecksumCRC32";
      expect(head[member]).toBe(sent[member]);
      expect(head[member]).toBe(
        {
          CRC32: "y/Q5Jg==",
          CRC32C: "4waSgw==",
          CRC64NVME: "rosUhgp5mIg=",
          SHA1: createHash("sha1").update("123456789").digest("base64"),
          SHA256: createHash("sha256").update("123456789").digest("base64"),
        }[ChecksumAlgorithm as "SHA1"],
      );
      expect(await textOf(client, { Key: "k" })).toBe("123456789");
    },
  );

  test("that is not what its checksum says is refused, and nothing of it is kept", async () => {
    const { client, files } = await withBucket();
    const wrong = [
      { ChecksumSHA256: createHash("sha256").update("other").digest("base64") },
      { ContentMD5: createHash("md5").update("other").digest("base64") },
    ];
    for (const sum of wrong)
      await expect(client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "mine", ...sum }))).rejects.toMatchObject({
        name: "BadDigest",
      });
    expect(files()).toEqual([]);
  });

  test.each([
    ["bytes=0-3", "0123"],
    ["bytes=8-", "89"],
    ["bytes=-3", "789"],
    ["bytes=5-100", "56789"],
    ["bytes=9-2", "0123456789"],
    ["lines=1-2", "0123456789"],
  ])("is read in the range %s", async (Range, expected) => {
    const { client } = await withBucket();
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "0123456789" }));
    expect(await textOf(client, { Key: "k", Range })).toBe(expected);
  });

  test("has no range behind its end, and says how long it is", async () => {
    const { client } = await withBucket();
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "0123456789" }));
    await expect(textOf(client, { Key: "k", Range: "bytes=10-" })).rejects.toMatchObject({
      name: "InvalidRange",
      $metadata: { httpStatusCode: 416 },
      ActualObjectSize: "10",
    });
  });

  test("is read and written on conditions", async () => {
    const { client } = await withBucket();
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "1", IfNoneMatch: "*" }));
    const put = (more: object): Promise<unknown> => client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "2", ...more }));
    const get = (more: object): Promise<unknown> => client.send(new GetObjectCommand({ Bucket, Key: "k", ...more }));
    await expect(put({ IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(put({ IfMatch: '"other"' })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfModifiedSince: new Date(Date.now() + 60_000) })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(get({ IfUnmodifiedSince: new Date(0) })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    await put({ IfMatch: ETag });
    expect(await textOf(client, { Key: "k" })).toBe("2");
  });

  test("outlives the region's process; half an upload does not", async () => {
    const region = await withBucket();
    await region.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "kept" }));
    const broken = new Readable({ read() {} });
    broken.push(Buffer.alloc(100_000));
    const upload = region.client.send(new PutObjectCommand({ Bucket, Key: "half", Body: broken, ContentLength: 1_000_000 }));
    upload.catch(() => undefined);
    await expect.poll(() => region.files().some((name) => name.endsWith(".draft"))).toBe(true);
    const again = await region.again();
    broken.destroy();
    expect(again.files()).toHaveLength(1);
    expect(await textOf(again.client, { Key: "k" })).toBe("kept");
  });
});

test("a copy lives without its source, with its metadata or other", async () => {
  const { client, files } = await withBucket();
  await client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "one", Metadata: { n: "1" }, ContentType: "text/x-one" }));
  const from = { Bucket, CopySource: `/${Bucket}/a` };
  await client.send(new CopyObjectCommand({ ...from, Key: "b" }));
  await client.send(new CopyObjectCommand({ ...from, Key: "c", MetadataDirective: "REPLACE", Metadata: { n: "2" } }));
  await expect(client.send(new CopyObjectCommand({ ...from, Key: "a" }))).rejects.toMatchObject({ name: "InvalidRequest" });
  await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  expect(await textOf(client, { Key: "b" })).toBe("one");
  expect(await client.send(new HeadObjectCommand({ Bucket, Key: "b" }))).toMatchObject({
    Metadata: { n: "1" },
    ContentType: "text/x-one",
  });
  expect(await client.send(new HeadObjectCommand({ Bucket, Key: "c" }))).toMatchObject({
    Metadata: { n: "2" },
    ContentType: "binary/octet-stream",
  });
  const { Deleted } = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "b" }, { Key: "c" }, { Key: "never" }] } }),
  );
  expect(Deleted?.map(({ Key }) => Key)).toEqual(["b", "c", "never"]);
  expect(files()).toEqual([]);
});
