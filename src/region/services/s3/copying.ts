import type { CopyObjectCommandInput, CopyObjectCommandOutput } from "@aws-sdk/client-s3";
import type { Call } from "../../operations/call.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { theBucket } from "./buckets.js";
import { algorithmOf, checksumMembers, Digests } from "./checksums.js";
import { readable, type Conditions } from "./conditions.js";
import { s3Fault } from "./faults.js";
import { checkKey, describedBy, largestPut, newObjectRules, payerRule } from "./incoming.js";
import { madeMembers, putVersion } from "./objects.js";
import { sectionsOf } from "./ranges.js";
import { theVersion } from "./reading.js";
import { Buckets, type Bucket, type Checksum, type ObjectVersion } from "./records.js";

/** Conditions on what is copied, of CopyObject and UploadPartCopy. */
export const sourceRules = {
  CopySource: enforced,
  CopySourceIfMatch: enforced,
  CopySourceIfNoneMatch: enforced,
  CopySourceIfModifiedSince: enforced,
  CopySourceIfUnmodifiedSince: enforced,
  ExpectedSourceBucketOwner: enforced,
};

export const copyOperations: readonly Operation[] = [
  operation<CopyObjectCommandInput, CopyObjectCommandOutput>(
    "s3",
    "CopyObject",
    {
      ...{ Bucket: enforced, Key: enforced, ExpectedBucketOwner: enforced, RequestPayer: payerRule },
      ...{ MetadataDirective: enforced, TaggingDirective: enforced, ChecksumAlgorithm: enforced },
      ...{ IfMatch: enforced, IfNoneMatch: enforced, AnnotationDirective: states("COPY") },
      ...sourceRules,
      ...newObjectRules,
    },
    async (call, input) => {
      const bucket = theBucket(call, input);
      const key = checkKey(input.Key ?? "");
      const { version: source, bucket: from } = copySource(call, input);
      const described = describedBy(input);
      const replaces = input.MetadataDirective === "REPLACE";
      checkChange(input, from.name === bucket.name && source.key === key, replaces);
      if (source.size > largestPut)
        throw s3Fault("InvalidRequest", {
          message: "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
        });
      const checksum = await checksumOf(call, source, input.ChecksumAlgorithm);
      const files = [];
      for (const file of source.files) files.push(await call.objects.again(file));
      const { system, metadata } = replaces ? described : source;
      const version = await putVersion(call, input, {
        ...{ key, files, size: source.size, etag: source.etag, system, metadata },
        tags: input.TaggingDirective === "REPLACE" ? described.tags : source.tags,
        ...(described.encryption === undefined ? {} : { encryption: described.encryption }),
        ...(source.inParts === true ? { inParts: true } : {}),
        ...(checksum === undefined ? {} : { checksum }),
      });
      return {
        CopyObjectResult: {
          ETag: `"${version.etag}"`,
          LastModified: new Date(version.lastModified),
          ...checksumMembers(version.checksum),
        },
        CopySourceVersionId: from.versioning === undefined ? undefined : source.versionId,
        ...madeMembers(call, version),
      };
    },
  ),
];

interface SourceInput {
  readonly CopySource?: string | undefined;
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
  readonly ExpectedSourceBucketOwner?: string | undefined;
}

/** `BUCKET/KEY[?versionId=…]`, percent-encoded, maybe with a slash before. @throws ServiceFault */
export function copySource(call: Call, input: SourceInput): { readonly version: ObjectVersion; readonly bucket: Bucket } {
  const [path = "", query = ""] = (input.CopySource ?? "").replace(/^\//, "").split("?versionId=");
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    decoded = path;
  }
  const slash = decoded.indexOf("/");
  if (slash < 1 || slash === decoded.length - 1)
    throw s3Fault("InvalidArgument", {
      message: "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      detail: { ArgumentName: "x-amz-copy-source" },
    });
  const asked = { Bucket: decoded.slice(0, slash), ExpectedBucketOwner: input.ExpectedSourceBucketOwner };
  // A copy may come from a bucket of another region.
  const regionName = regionOf(call, asked.Bucket);
  const bucket = theBucket({ ...call, regionName }, asked);
  const version = theVersion(call, bucket.name, decoded.slice(slash + 1), query === "" ? undefined : query);
  const conditions: Conditions = {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  };
  const verdict = readable(conditions, version);
  if (verdict !== "met") throw s3Fault("PreconditionFailed", { detail: { Condition: `x-amz-copy-source-${verdict.failed}` } });
  return { version, bucket };
}

const regionOf = (call: Call, name: string): string => call.records.get(Buckets, name)?.regionName ?? call.regionName;

/** A copy onto itself must change something. */
function checkChange(input: CopyObjectCommandInput, isSame: boolean, replaces: boolean): void {
  const others = [input.ServerSideEncryption, input.StorageClass, input.WebsiteRedirectLocation];
  const fromOldVersion = input.CopySource?.includes("?versionId=") === true;
  if (!isSame || replaces || fromOldVersion || others.some((value) => value !== undefined)) return;
  throw s3Fault("InvalidRequest", {
    message:
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  });
}

/** The source's own, or another where that is asked for: then all of it is read. */
async function checksumOf(call: Call, source: ObjectVersion, asked: string | undefined): Promise<Checksum | undefined> {
  if (asked === undefined || asked === source.checksum?.algorithm) return source.checksum;
  const digests = new Digests(algorithmOf(asked));
  for await (const piece of call.objects.read(sectionsOf(source.files, { first: 0, last: source.size - 1 })))
    digests.update(piece);
  return { algorithm: digests.algorithm, value: digests.end({}).checksum, type: "FULL_OBJECT" };
}
