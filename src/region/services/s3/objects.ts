import type {
  DeleteObjectCommandInput,
  DeleteObjectCommandOutput,
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
} from "@aws-sdk/client-s3";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import type { Change } from "../../records/records.js";
import { theBucket } from "./buckets.js";
import { checksumMembers } from "./checksums.js";
import { bare, checkWritable } from "./conditions.js";
import { s3Fault } from "./faults.js";
import { checkKey, checksumRules, describedBy, newObjectRules, payerRule, receive } from "./incoming.js";
import type { Bucket, ObjectVersion } from "./records.js";
import { drop, findVersion, hide, nullVersion, place, type Placed } from "./versions.js";

export const objectOperations: readonly Operation[] = [
  operation<PutObjectCommandInput, PutObjectCommandOutput>(
    "s3",
    "PutObject",
    {
      ...{ Bucket: enforced, Key: enforced, Body: enforced, ExpectedBucketOwner: enforced, RequestPayer: payerRule },
      ...{ ContentLength: enforced, ContentMD5: enforced, IfMatch: enforced, IfNoneMatch: enforced },
      ...newObjectRules,
      ...checksumRules,
    },
    async (call, input) => {
      theBucket(call, input);
      const key = checkKey(input.Key ?? "");
      const described = describedBy(input);
      const { file, etag, algorithm, checksum } = await receive(call, input);
      const version = await putVersion(call, input, {
        ...{ key, etag, ...described, size: file.size, files: [file] },
        checksum: { algorithm, value: checksum, type: "FULL_OBJECT" },
      });
      return { ETag: `"${etag}"`, Size: undefined, ...madeMembers(call, version), ...checksumMembers(version.checksum) };
    },
  ),
  operation<DeleteObjectCommandInput, DeleteObjectCommandOutput>(
    "s3",
    "DeleteObject",
    {
      ...{ Bucket: enforced, Key: enforced, VersionId: enforced, ExpectedBucketOwner: enforced, RequestPayer: payerRule },
      IfMatch: enforced,
      BypassGovernanceRetention: states(false),
    },
    async (call, input) => {
      const deleted = await deleteOne(call, theBucket(call, input), input.Key ?? "", input.VersionId, input.IfMatch);
      return { DeleteMarker: deleted.isMarker, VersionId: deleted.markerId ?? deleted.versionId };
    },
  ),
  operation<DeleteObjectsCommandInput, DeleteObjectsCommandOutput>(
    "s3",
    "DeleteObjects",
    {
      ...{ Bucket: enforced, ExpectedBucketOwner: enforced, ChecksumAlgorithm: enforced, RequestPayer: payerRule },
      Delete: within({ Objects: within({ Key: enforced, VersionId: enforced, ETag: enforced }), Quiet: enforced }),
      BypassGovernanceRetention: states(false),
    },
    async (call, input) => {
      const bucket = theBucket(call, input);
      const wanted = input.Delete?.Objects ?? [];
      if (wanted.length === 0 || wanted.length > 1000) throw s3Fault("MalformedXML");
      const answers = [];
      for (const { Key = "", VersionId, ETag } of wanted) answers.push(await deleteListed(call, bucket, Key, VersionId, ETag));
      return {
        Deleted: input.Delete?.Quiet === true ? [] : answers.flatMap(({ deleted }) => deleted ?? []),
        Errors: answers.flatMap(({ error }) => error ?? []),
      };
    },
  ),
];

/**
 * Commit a new version of a key, and `further` changes with it. @throws ServiceFault, and its files are gone then; not those of an
 * upload in parts (`further`), which may be completed another time.
 */
export async function putVersion(
  call: Call,
  input: {
    readonly Bucket?: string | undefined;
    readonly ExpectedBucketOwner?: string | undefined;
    readonly IfMatch?: string | undefined;
    readonly IfNoneMatch?: string | undefined;
  },
  wanted: Omit<ObjectVersion, "bucket" | "lastModified" | "versionId" | "sequence">,
  further: readonly Change[] = [],
): Promise<ObjectVersion> {
  let placed: Placed;
  try {
    // Looked at again: the body has taken its time.
    const bucket = theBucket(call, input);
    checkWritable(input, findVersion(call.records, bucket.name, wanted.key));
    placed = place(call.records, bucket, { ...wanted, bucket: bucket.name, lastModified: call.now() });
    call.commit(...placed.changes, ...further);
  } catch (error) {
    if (further.length === 0) await call.objects.remove(wanted.files);
    throw error;
  }
  await call.objects.remove(placed.gone);
  return placed.version;
}

/** What an answer tells of a version that was made. */
export function madeMembers(call: Call, version: ObjectVersion) {
  return {
    // A bucket without versioning shows no ids.
    VersionId: theBucket(call, { Bucket: version.bucket }).versioning === undefined ? undefined : version.versionId,
    ServerSideEncryption: version.encryption,
  };
}

interface Deleted {
  /** The version that is gone, where one was named. */
  readonly versionId?: string | undefined;
  /** A delete marker was made, or has gone. */
  readonly isMarker?: true | undefined;
  /** The delete marker made. */
  readonly markerId?: string | undefined;
}

async function deleteOne(call: Call, bucket: Bucket, key: string, versionId?: string, etag?: string): Promise<Deleted> {
  const found = findVersion(call.records, bucket.name, key, versionId);
  if (etag !== undefined) checkWritable({ IfMatch: etag }, found);
  if (versionId === undefined) {
    const { version, changes, gone } = hide(call.records, bucket, key, call.now());
    call.commit(...changes);
    await call.objects.remove(gone);
    return version === undefined ? {} : { isMarker: true, markerId: version.versionId };
  }
  if (found === undefined) {
    if (versionId !== nullVersion && !/^[A-Za-z0-9_-]{32}$/.test(versionId))
      throw s3Fault("InvalidArgument", { message: "Invalid version id specified" });
    return { versionId };
  }
  const { changes, gone } = drop(call.records, found);
  call.commit(...changes);
  await call.objects.remove(gone);
  return { versionId, isMarker: found.isDeleteMarker };
}

async function deleteListed(call: Call, bucket: Bucket, key: string, versionId?: string, etag?: string) {
  try {
    const { isMarker, markerId } = await deleteOne(call, bucket, key, versionId, etag === undefined ? undefined : bare(etag));
    const marker = markerId ?? (isMarker === true ? versionId : undefined);
    return { deleted: { Key: key, VersionId: versionId, DeleteMarker: isMarker, DeleteMarkerVersionId: marker } };
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    return { error: { Key: key, VersionId: versionId, Code: error.code, Message: error.message } };
  }
}
