import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type ChecksumAlgorithm,
  type ChecksumType,
  type CompletedPart,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { bucketIn, startS3 } from "./region.js";

const Bucket = "uploads";
const Key = "large";
const [one, two, three] = [Buffer.alloc(5 << 20, 1), Buffer.alloc((5 << 20) + 3, 2), Buffer.from("end")];
const whole = Buffer.concat([one, two, three]);

async function upload(checksum: { ChecksumAlgorithm?: ChecksumAlgorithm; ChecksumType?: ChecksumType } = {}) {
  const region = await startS3();
  const { client } = region;
  await client.send(new CreateBucketCommand({ Bucket, ...bucketIn }));
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: "x/y", ...checksum }));
  const of = { Bucket, Key, UploadId };
  const part = async (PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
    const { $metadata: _, ...sent } = await client.send(
      new UploadPartCommand({ ...of, PartNumber, Body, ChecksumAlgorithm: checksum.ChecksumAlgorithm }),
    );
    return { ...sent, PartNumber } as CompletedPart;
  };
  const complete = (Parts: CompletedPart[], more: object = {}) =>
    client.send(new CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts }, ...more }));
  return { ...region, of, part, complete };
}

const md5 = (bytes: Buffer): Buffer => createHash("md5").update(bytes).digest();

test("parts become one object, in any order of arrival; only theirs are its bytes", async () => {
  const { client, of, part, complete, files } = await upload();
  const last = await part(9, three);
  await part(1, Buffer.from("replaced"));
  const parts = [await part(1, one), await part(4, two), last];
  await part(5, Buffer.from("not wanted"));
  const listed = await client.send(new ListPartsCommand({ ...of, MaxParts: 2 }));
  expect(listed).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "4" });
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toMatchObject([
    { Key, UploadId: of.UploadId },
  ]);
  const made = await complete(parts);
  const expected = createHash("md5")
    .update(Buffer.concat([one, two, three].map(md5)))
    .digest("hex");
  expect(made.ETag).toBe(`"${expected}-3"`);
  expect(files()).toHaveLength(3);
  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  expect(got.ContentType).toBe("x/y");
  expect(Buffer.compare(await got.Body!.transformToByteArray(), whole)).toBe(0);
  const across = await client.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${(5 << 20) - 2}-${(5 << 20) + 1}` }));
  expect([...(await across.Body!.transformToByteArray())]).toEqual([1, 1, 2, 2]);
  const second = await client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 3 }));
  expect([second.PartsCount, await second.Body!.transformToString()]).toEqual([3, "end"]);
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
});

test.each<[ChecksumAlgorithm, ChecksumType]>([
  ["CRC32", "COMPOSITE"],
  ["CRC32", "FULL_OBJECT"],
  ["CRC32C", "FULL_OBJECT"],
  ["CRC64NVME", "FULL_OBJECT"],
  ["SHA256", "COMPOSITE"],
])("an upload has a checksum %s of type %s", async (ChecksumAlgorithm, ChecksumType) => {
  const { client, part, complete } = await upload({ ChecksumAlgorithm, ChecksumType });
  await complete([await part(1, one), await part(2, three)]);
  await client.send(new PutObjectCommand({ Bucket, Key: "whole", Body: Buffer.concat([one, three]), ChecksumAlgorithm }));
  const head = (key: string) => client.send(new HeadObjectCommand({ Bucket, Key: key, ChecksumMode: "ENABLED" }));
  const member = `Checksum${ChecksumAlgorithm}` as "ChecksumCRC32";
  const [inParts, whole] = [await head(Key), await head("whole")];
  expect(inParts.ChecksumType).toBe(ChecksumType);
  // Of the whole it is the same however it came; else it tells of how many parts it is.
  if (ChecksumType === "FULL_OBJECT") expect(inParts[member]).toBe(whole[member]);
  else expect(inParts[member]).toMatch(/-2$/);
});

test("parts that are too small, wrong or out of order make no object", async () => {
  const { part, complete, files } = await upload();
  const small = await part(1, three);
  const second = await part(2, three);
  await expect(complete([small, second])).rejects.toMatchObject({ name: "EntityTooSmall" });
  await expect(complete([second, small])).rejects.toMatchObject({ name: "InvalidPartOrder" });
  await expect(complete([{ ...small, ETag: '"0"' }])).rejects.toMatchObject({ name: "InvalidPart" });
  expect(files()).toHaveLength(2);
  await complete([small]);
  expect(files()).toHaveLength(1);
});

test("an upload that is aborted, or whose bucket goes, leaves nothing", async () => {
  const { client, of, part, files } = await upload();
  await part(1, one);
  await client.send(new AbortMultipartUploadCommand(of));
  expect(files()).toEqual([]);
  await expect(part(2, one)).rejects.toMatchObject({ name: "NoSuchUpload" });
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: three }));
  await client.send(new DeleteBucketCommand({ Bucket }));
  expect(files()).toEqual([]);
});

test("a part may be copied out of another object", async () => {
  const { client, of, complete } = await upload();
  await client.send(new PutObjectCommand({ Bucket, Key: "source", Body: "0123456789" }));
  const { CopyPartResult } = await client.send(
    new UploadPartCopyCommand({ ...of, PartNumber: 1, CopySource: `${Bucket}/source`, CopySourceRange: "bytes=2-5" }),
  );
  await complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
  expect(await (await client.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()).toBe("2345");
});
