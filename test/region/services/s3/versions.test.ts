import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type BucketVersioningStatus,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { bucketIn, startS3 } from "./region.js";

const Bucket = "versioned";

async function versioned() {
  const region = await startS3();
  const { client } = region;
  await client.send(new CreateBucketCommand({ Bucket, ...bucketIn }));
  const set = (Status: BucketVersioningStatus) =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  const put = async (Key: string, Body: string): Promise<string | undefined> =>
    (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
  const get = async (Key: string, VersionId?: string): Promise<string> =>
    (await client.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body!.transformToString();
  const remove = (Key: string, VersionId?: string) => client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  return { ...region, set, put, get, remove };
}

test("versions are kept, hidden by a delete marker and come back without it", async () => {
  const { client, set, put, get, remove, files } = await versioned();
  expect(await put("k", "before")).toBeUndefined();
  await set("Enabled");
  const first = await put("k", "one");
  const second = await put("k", "two");
  expect(await get("k")).toBe("two");
  expect(await get("k", first)).toBe("one");
  expect(await get("k", "null")).toBe("before");
  const marker = await remove("k");
  expect(marker).toMatchObject({ DeleteMarker: true });
  await expect(get("k")).rejects.toMatchObject({ name: "NoSuchKey" });
  await expect(get("k", marker.VersionId)).rejects.toMatchObject({ name: "MethodNotAllowed" });
  expect((await client.send(new ListObjectsV2Command({ Bucket }))).Contents).toBeUndefined();
  const list = await client.send(new ListObjectVersionsCommand({ Bucket }));
  expect(list.DeleteMarkers).toMatchObject([{ Key: "k", IsLatest: true, VersionId: marker.VersionId }]);
  expect(list.Versions?.map(({ VersionId }) => VersionId)).toEqual([second, first, "null"]);
  await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: "BucketNotEmpty" });
  await remove("k", marker.VersionId);
  expect(await get("k")).toBe("two");
  await remove("k", second);
  expect(await get("k")).toBe("one");
  expect(files()).toHaveLength(2);
  for (const version of [first, "null"]) await remove("k", version);
  expect(files()).toEqual([]);
  await client.send(new DeleteBucketCommand({ Bucket }));
});

test("a bucket whose versioning is suspended replaces its null version only", async () => {
  const { set, put, get, remove, files } = await versioned();
  await set("Enabled");
  const kept = await put("k", "kept");
  await set("Suspended");
  expect(await put("k", "null 1")).toBe("null");
  expect(await put("k", "null 2")).toBe("null");
  expect(files()).toHaveLength(2);
  expect(await get("k", kept)).toBe("kept");
  expect(await remove("k")).toMatchObject({ DeleteMarker: true, VersionId: "null" });
  expect(files()).toHaveLength(1);
  await set("Enabled");
  const newer = await put("k", "newer");
  expect(await get("k", newer)).toBe("newer");
});

test("versions are listed in pages that neither repeat nor lose any", async () => {
  const { client, set, put } = await versioned();
  await set("Enabled");
  const made: string[] = [];
  for (const key of ["a", "b/1", "b/2", "c"]) for (const body of ["1", "2", "3"]) made.push(`${key} ${await put(key, body)}`);
  const seen: string[] = [];
  let page: { NextKeyMarker?: string; NextVersionIdMarker?: string; IsTruncated?: boolean } = { IsTruncated: true };
  while (page.IsTruncated === true) {
    const next = await client.send(
      new ListObjectVersionsCommand({
        ...{ Bucket, MaxKeys: 2, KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker },
      }),
    );
    seen.push(...(next.Versions ?? []).map(({ Key, VersionId }) => `${Key} ${VersionId}`));
    page = next;
  }
  expect([...seen].sort()).toEqual([...made].sort());
});
