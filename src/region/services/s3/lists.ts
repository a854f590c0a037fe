import type {
  ListObjectsCommandInput,
  ListObjectsCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
} from "@aws-sdk/client-s3";
import type { Call, Scope } from "../../operations/call.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { theBucket } from "./buckets.js";
import { s3Fault } from "./faults.js";
import { compareKeys, listPage, urlEncoded, type ListPage } from "./listing.js";
import { CurrentVersions, NoncurrentVersions, type ObjectVersion } from "./records.js";

/** AWS's pages have a thousand keys at most. */
const pageSize = 1000;

/** The account as S3 names it: an id of 64 hexadecimal digits. */
export const ownerOf = ({ accountId }: Scope): { ID: string } => ({ ID: accountId.padStart(64, "0") });

const listRules = {
  Bucket: enforced,
  ExpectedBucketOwner: enforced,
  Prefix: enforced,
  Delimiter: enforced,
  MaxKeys: enforced,
  EncodingType: enforced,
  RequestPayer: states("requester"),
};

interface CommonInput {
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

/** What all three lists share: how many, and how keys are written. */
function common(input: CommonInput): {
  readonly most: number;
  readonly write: (text: string) => string;
  readonly echo: { Prefix: string; Delimiter: string | undefined; MaxKeys: number; EncodingType: "url" | undefined };
} {
  const { MaxKeys: asked = pageSize, EncodingType: encoding } = input;
  if (asked < 0) throw s3Fault("InvalidArgument", { message: "Argument maxKeys must be an integer between 0 and 2147483647" });
  if (encoding !== undefined && encoding !== "url")
    throw s3Fault("InvalidArgument", { message: "Invalid Encoding Method specified in Request" });
  const write = encoding === "url" ? urlEncoded : (text: string): string => text;
  const most = Math.min(asked, pageSize);
  return {
    most,
    write,
    echo: {
      Prefix: write(input.Prefix ?? ""),
      Delimiter: input.Delimiter === undefined ? undefined : write(input.Delimiter),
      MaxKeys: most,
      EncodingType: encoding,
    },
  };
}

/** The objects of a bucket that can be seen, in the order of their keys. */
function visible(call: Call, bucket: string): readonly ObjectVersion[] {
  return call.records
    .list(CurrentVersions)
    .filter((object) => object.bucket === bucket && object.isDeleteMarker !== true)
    .sort((a, b) => compareKeys(a.key, b.key));
}

const contents = (page: ListPage<ObjectVersion>, write: (text: string) => string, owner: { ID: string } | undefined) => ({
  Contents: page.items.map((object) => ({
    Key: write(object.key),
    LastModified: new Date(object.lastModified),
    ETag: `"${object.etag}"`,
    Size: object.size,
    StorageClass: "STANDARD" as const,
    Owner: owner,
    ChecksumAlgorithm: object.checksum === undefined ? undefined : [object.checksum.algorithm],
    ChecksumType: object.checksum?.type,
  })),
  CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: write(prefix) })),
  IsTruncated: page.next !== undefined,
});

/** A token says what was shown last. */
const tokenOf = (last: string): string => Buffer.from(last, "utf8").toString("base64url");

function fromToken(token: string): string {
  const last = Buffer.from(token, "base64url").toString("utf8");
  if (token === "" || tokenOf(last) !== token)
    throw s3Fault("InvalidArgument", { message: "The continuation token provided is incorrect" });
  return last;
}

export const listOperations: readonly Operation[] = [
  operation<ListObjectsV2CommandInput, ListObjectsV2CommandOutput>(
    "s3",
    "ListObjectsV2",
    { ...listRules, ContinuationToken: enforced, StartAfter: enforced, FetchOwner: enforced },
    (call, input) => {
      const { name } = theBucket(call, input);
      const { most, write, echo } = common(input);
      const { ContinuationToken: token, StartAfter: start } = input;
      const after = token === undefined ? start : fromToken(token);
      const page = listPage(visible(call, name), { prefix: input.Prefix ?? "", delimiter: input.Delimiter, after, most });
      return {
        Name: name,
        ...echo,
        ...contents(page, write, input.FetchOwner === true ? ownerOf(call) : undefined),
        KeyCount: page.items.length + page.commonPrefixes.length,
        ContinuationToken: token,
        NextContinuationToken: page.next === undefined ? undefined : tokenOf(page.next),
        StartAfter: start === undefined ? undefined : write(start),
      };
    },
  ),
  operation<ListObjectsCommandInput, ListObjectsCommandOutput>(
    "s3",
    "ListObjects",
    { ...listRules, Marker: enforced },
    (call, input) => {
      const { name } = theBucket(call, input);
      const { most, write, echo } = common(input);
      const { Marker: marker } = input;
      const page = listPage(visible(call, name), { prefix: input.Prefix ?? "", delimiter: input.Delimiter, after: marker, most });
      return {
        Name: name,
        ...echo,
        ...contents(page, write, ownerOf(call)),
        Marker: write(marker ?? ""),
        // Without a delimiter a client goes on after the last key.
        NextMarker: page.next === undefined || input.Delimiter === undefined ? undefined : write(page.next),
      };
    },
  ),
  operation<ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput>(
    "s3",
    "ListObjectVersions",
    { ...listRules, KeyMarker: enforced, VersionIdMarker: enforced },
    (call, input) => {
      const { name } = theBucket(call, input);
      const { most, write, echo } = common(input);
      const { KeyMarker: keyMarker, VersionIdMarker: versionMarker } = input;
      if (versionMarker !== undefined && keyMarker === undefined)
        throw s3Fault("InvalidArgument", { message: "A version-id marker cannot be specified without a key marker." });
      const all = versionsOf(call, name);
      const from = versionMarker === undefined ? 0 : after(all, keyMarker ?? "", versionMarker);
      const page = listPage(all.slice(from), {
        prefix: input.Prefix ?? "",
        delimiter: input.Delimiter,
        after: versionMarker === undefined ? keyMarker : undefined,
        most,
      });
      const last = page.items.at(-1);
      const view = (version: ObjectVersion) => ({
        Key: write(version.key),
        VersionId: version.versionId,
        IsLatest: version.isLatest,
        LastModified: new Date(version.lastModified),
        Owner: ownerOf(call),
      });
      type ObjectVersion = (typeof all)[number];
      return {
        Name: name,
        ...echo,
        KeyMarker: write(keyMarker ?? ""),
        VersionIdMarker: versionMarker ?? "",
        IsTruncated: page.next !== undefined,
        NextKeyMarker: page.next === undefined ? undefined : write(page.next),
        NextVersionIdMarker: page.next !== undefined && last?.key === page.next ? last.versionId : undefined,
        Versions: page.items
          .filter(({ isDeleteMarker }) => isDeleteMarker !== true)
          .map((version) => ({
            ...view(version),
            ETag: `"${version.etag}"`,
            Size: version.size,
            StorageClass: "STANDARD" as const,
            ChecksumAlgorithm: version.checksum === undefined ? undefined : [version.checksum.algorithm],
            ChecksumType: version.checksum?.type,
          })),
        DeleteMarkers: page.items.filter(({ isDeleteMarker }) => isDeleteMarker === true).map(view),
        CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: write(prefix) })),
      };
    },
  ),
];

/** All versions of a bucket: by key, and of each key the newest first. */
function versionsOf(call: Call, bucket: string): readonly (ObjectVersion & { readonly isLatest: boolean })[] {
  const own = (version: ObjectVersion): boolean => version.bucket === bucket;
  const latest = call.records.list(CurrentVersions).filter(own);
  const others = call.records.list(NoncurrentVersions).filter(own);
  return [
    ...latest.map((version) => ({ ...version, isLatest: true })),
    ...others.map((version) => ({ ...version, isLatest: false })),
  ].sort((a, b) => compareKeys(a.key, b.key) || b.sequence - a.sequence);
}

/** How many versions come up to a marker, itself among them. */
function after(all: readonly ObjectVersion[], key: string, versionId: string): number {
  const exact = all.findIndex((version) => version.key === key && version.versionId === versionId);
  if (exact >= 0) return exact + 1;
  const next = all.findIndex((version) => compareKeys(version.key, key) > 0);
  return next < 0 ? all.length : next;
}
