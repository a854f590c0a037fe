import type { Call, Scope } from "../../operations/call.js";
import { put, remove, type Change } from "../../records/records.js";
import { elsewhere, s3Fault } from "./faults.js";
import { faultOfBucketName } from "./names.js";
import { Buckets, CurrentVersions, MultipartUploads, NoncurrentVersions, partId, StoredParts, type Bucket } from "./records.js";

/** What may be asked of every bucket. */
export interface BucketRequest {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** @throws ServiceFault NoSuchBucket, AccessDenied, PermanentRedirect */
export function theBucket(scope: Scope, { Bucket: name = "", ExpectedBucketOwner: owner }: BucketRequest): Bucket {
  const bucket = scope.records.get(Buckets, name);
  if (bucket === undefined) {
    if (faultOfBucketName(name) !== undefined) throw s3Fault("InvalidBucketName", { detail: { BucketName: name } });
    throw s3Fault("NoSuchBucket", { detail: { BucketName: name } });
  }
  if (owner !== undefined && owner !== scope.accountId) throw s3Fault("AccessDenied");
  if (bucket.regionName !== scope.regionName) throw elsewhere(bucket);
  return bucket;
}

/** A bucket of this scope's region. @throws ServiceFault InvalidBucketName, BucketAlreadyOwnedByYou */
/**
 * What every new bucket has, however it is made: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
const blockEverything = {
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  },
} as const;

export function createBucket(call: Call, wanted: Pick<Bucket, "name" | "tags" | "configurations" | "versioning">): Bucket {
  const { name } = wanted;
  const fault = faultOfBucketName(name);
  if (fault !== undefined)
    throw s3Fault("InvalidBucketName", {
      message: `The specified bucket is not valid: ${fault}.`,
      detail: { BucketName: name },
    });
  if (call.records.get(Buckets, name) !== undefined) throw s3Fault("BucketAlreadyOwnedByYou", { detail: { BucketName: name } });
  const configurations = { ...blockEverything, ...wanted.configurations };
  const bucket: Bucket = { ...wanted, configurations, regionName: call.regionName, createdAt: call.now() };
  call.commit(put(Buckets, name, bucket));
  return bucket;
}

/** @throws ServiceFault BucketNotEmpty */
export async function deleteBucket(call: Call, { name }: Bucket): Promise<void> {
  const holds = ({ bucket }: { readonly bucket: string }): boolean => bucket === name;
  if (call.records.list(CurrentVersions).some(holds)) throw s3Fault("BucketNotEmpty", { detail: { BucketName: name } });
  if (call.records.list(NoncurrentVersions).some(holds))
    throw s3Fault("BucketNotEmpty", {
      message: "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
      detail: { BucketName: name },
    });
  const uploads = call.records.list(MultipartUploads).filter(holds);
  const parts = call.records.list(StoredParts).filter((part) => uploads.some(({ uploadId }) => uploadId === part.uploadId));
  call.commit(
    remove(Buckets, name),
    ...uploads.map(({ uploadId }) => remove(MultipartUploads, uploadId)),
    ...parts.map(({ uploadId, number }) => remove(StoredParts, partId(uploadId, number))),
  );
  await call.objects.remove(parts.map(({ file }) => file));
}

/** A bucket with something of it changed. */
export const changed = (bucket: Bucket, change: Partial<Bucket>): Change => put(Buckets, bucket.name, { ...bucket, ...change });

/** e.g. `arn:aws:s3:::name`. */
export const bucketArn = (name: string): string => `arn:aws:s3:::${name}`;
