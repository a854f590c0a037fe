import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
} from "@aws-sdk/client-s3";
import type { Call, Scope } from "../../operations/call.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import type { OutgoingBody } from "../../protocol/protocol.js";
import { theBucket } from "./buckets.js";
import { checksumMembers } from "./checksums.js";
import { readable, type Conditions } from "./conditions.js";
import { s3Fault } from "./faults.js";
import { payerRule } from "./incoming.js";
import { rangeOf, sectionsOf, type ByteRange } from "./ranges.js";
import type { ObjectVersion } from "./records.js";
import { findVersion } from "./versions.js";

const readingRules = {
  ...{ Bucket: enforced, Key: enforced, VersionId: enforced, ExpectedBucketOwner: enforced, RequestPayer: payerRule },
  ...{ IfMatch: enforced, IfNoneMatch: enforced, IfModifiedSince: enforced, IfUnmodifiedSince: enforced },
  ...{ Range: enforced, PartNumber: enforced, ChecksumMode: enforced },
  ...{ ResponseCacheControl: enforced, ResponseContentDisposition: enforced, ResponseContentEncoding: enforced },
  ...{ ResponseContentLanguage: enforced, ResponseContentType: enforced, ResponseExpires: enforced },
};

export const readingOperations: readonly Operation[] = [
  operation<GetObjectCommandInput, GetObjectCommandOutput>("s3", "GetObject", readingRules, (call, input) => {
    const { version, range, ...members } = look(call, input);
    const all = { first: 0, last: version.size - 1 };
    const body: OutgoingBody = {
      length: members.ContentLength,
      read: () => call.objects.read(sectionsOf(version.files, range ?? all)),
    };
    return { ...members, Body: body as unknown as GetObjectCommandOutput["Body"] };
  }),
  operation<HeadObjectCommandInput, HeadObjectCommandOutput>("s3", "HeadObject", readingRules, (call, input) => {
    const { version: _version, range: _range, ...members } = look(call, input);
    return members;
  }),
];

/** A version that can be read. @throws ServiceFault NoSuchKey, NoSuchVersion, MethodNotAllowed */
export function theVersion(scope: Scope, bucket: string, key: string, versionId?: string): ObjectVersion {
  const version = findVersion(scope.records, bucket, key, versionId);
  if (version === undefined)
    throw versionId === undefined
      ? s3Fault("NoSuchKey", { detail: { Key: key } })
      : s3Fault("NoSuchVersion", { detail: { Key: key, VersionId: versionId } });
  if (version.isDeleteMarker !== true) return version;
  const headers = { "x-amz-delete-marker": "true", "x-amz-version-id": version.versionId };
  if (versionId === undefined) throw s3Fault("NoSuchKey", { detail: { Key: key }, headers });
  throw s3Fault("MethodNotAllowed", { detail: { Method: "GET", ResourceType: "DeleteMarker" }, headers });
}

interface ReadingInput extends Conditions {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly Range?: string | undefined;
  readonly PartNumber?: number | undefined;
  readonly ChecksumMode?: string | undefined;
  readonly ResponseCacheControl?: string | undefined;
  readonly ResponseContentDisposition?: string | undefined;
  readonly ResponseContentEncoding?: string | undefined;
  readonly ResponseContentLanguage?: string | undefined;
  readonly ResponseContentType?: string | undefined;
  readonly ResponseExpires?: Date | undefined;
}

/** What GetObject and HeadObject have in common: all but the body. */
function look(call: Call, input: ReadingInput) {
  const bucket = theBucket(call, input);
  const version = theVersion(call, bucket.name, input.Key ?? "", input.VersionId);
  const verdict = readable(input, version);
  if (verdict !== "met")
    throw s3Fault(verdict.as, {
      detail: { Condition: verdict.failed },
      ...(verdict.as === "NotModified" ? { headers: { etag: `"${version.etag}"` } } : {}),
    });
  const range = partRange(version, input.PartNumber) ?? rangeOf(input.Range, version.size);
  if (range === "unsatisfiable")
    throw s3Fault("InvalidRange", {
      detail: { RangeRequested: input.Range, ActualObjectSize: version.size },
      headers: { "content-range": `bytes */${version.size}` },
    });
  const { Expires: expires, ...system } = version.system;
  const tagCount = Object.keys(version.tags).length;
  return {
    version,
    range,
    ...system,
    ...overridden(input),
    ...(expires === undefined && input.ResponseExpires === undefined
      ? {}
      : { Expires: input.ResponseExpires ?? new Date(expires ?? 0) }),
    AcceptRanges: "bytes",
    LastModified: new Date(version.lastModified),
    ContentLength: range === undefined ? version.size : range.last - range.first + 1,
    ContentRange: range === undefined ? undefined : `bytes ${range.first}-${range.last}/${version.size}`,
    ETag: `"${version.etag}"`,
    Metadata: version.metadata,
    VersionId: bucket.versioning === undefined ? undefined : version.versionId,
    ServerSideEncryption: version.encryption,
    TagCount: tagCount === 0 ? undefined : tagCount,
    PartsCount: input.PartNumber === undefined || version.inParts !== true ? undefined : version.files.length,
    // A checksum is of the whole.
    ...(input.ChecksumMode === "ENABLED" && range === undefined ? checksumMembers(version.checksum) : {}),
  };
}

/** Nothing: all of it. */
function partRange(version: ObjectVersion, part: number | undefined): ByteRange | "unsatisfiable" | undefined {
  if (part === undefined) return undefined;
  const files = version.inParts === true ? version.files : [{ size: version.size }];
  const first = files.slice(0, part - 1).reduce((sum, { size }) => sum + size, 0);
  const file = files[part - 1];
  if (file === undefined) return "unsatisfiable";
  return file.size === 0 ? undefined : { first, last: first + file.size - 1 };
}

const overridden = (input: ReadingInput): Record<string, string> =>
  Object.fromEntries(
    (["CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType"] as const).flatMap((name) => {
      const value = input[`Response${name}`];
      return value === undefined ? [] : [[name, value]];
    }),
  );
