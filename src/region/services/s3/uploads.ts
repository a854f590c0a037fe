import { randomBytes } from "node:crypto";
import type {
  AbortMultipartUploadCommandInput,
  AbortMultipartUploadCommandOutput,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
  UploadPartCommandInput,
  UploadPartCommandOutput,
  UploadPartCopyCommandInput,
  UploadPartCopyCommandOutput,
} from "@aws-sdk/client-s3";
import type { Call } from "../../operations/call.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove, type Change } from "../../records/records.js";
import { theBucket } from "./buckets.js";
import { algorithmOf, checksumMembers, checksumOfParts, Digests, etagOfParts, isCrc, wantedChecksum } from "./checksums.js";
import { bare } from "./conditions.js";
import { copySource, sourceRules } from "./copying.js";
import { s3Fault } from "./faults.js";
import { checkKey, checksumRules, describedBy, newObjectRules, payerRule, receive } from "./incoming.js";
import { madeMembers, putVersion } from "./objects.js";
import { rangeOf, sectionsOf } from "./ranges.js";
import { MultipartUploads, partId, StoredParts, type MultipartUpload, type StoredPart } from "./records.js";

/** Objects in parts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */

/** Bytes of every part but the last. */
const smallestPart = 5 << 20;
const mostParts = 10_000;

export const ofUpload = {
  ...{ Bucket: enforced, Key: enforced, UploadId: enforced, ExpectedBucketOwner: enforced, RequestPayer: payerRule },
};

export const uploadOperations: readonly Operation[] = [
  operation<CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput>(
    "s3",
    "CreateMultipartUpload",
    {
      ...{ Bucket: enforced, Key: enforced, ExpectedBucketOwner: enforced, RequestPayer: payerRule },
      ...{ ChecksumAlgorithm: enforced, ChecksumType: enforced },
      ...newObjectRules,
    },
    (call, input) => {
      const { name } = theBucket(call, input);
      const checksum = uploadChecksum(input);
      const upload: MultipartUpload = {
        uploadId: randomBytes(48).toString("base64url"),
        ...{ bucket: name, key: checkKey(input.Key ?? ""), initiated: call.now() },
        ...(checksum === undefined ? {} : { checksum }),
        ...describedBy(input),
      };
      call.commit(put(MultipartUploads, upload.uploadId, upload));
      return {
        ...{ Bucket: name, Key: upload.key, UploadId: upload.uploadId },
        ...{ ChecksumAlgorithm: checksum?.algorithm, ChecksumType: checksum?.type, ServerSideEncryption: upload.encryption },
      };
    },
  ),
  operation<UploadPartCommandInput, UploadPartCommandOutput>(
    "s3",
    "UploadPart",
    { ...ofUpload, ...checksumRules, Body: enforced, PartNumber: enforced, ContentLength: enforced, ContentMD5: enforced },
    async (call, input) => {
      const upload = theUpload(call, input);
      const said = wantedChecksum(input);
      if (upload.checksum !== undefined && said !== undefined && said.algorithm !== upload.checksum.algorithm)
        throw s3Fault("InvalidRequest", {
          message: `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksum.algorithm.toLowerCase()}, actual checksum Type: ${said.algorithm.toLowerCase()}`,
        });
      const { file, etag, algorithm, checksum, besides } = await receive(call, input, upload.checksum?.algorithm);
      await putPart(call, input, { file, etag, checksum: besides });
      return {
        ETag: `"${etag}"`,
        ServerSideEncryption: upload.encryption,
        ...(said === undefined && upload.checksum === undefined ? {} : { [`Checksum${algorithm}`]: checksum }),
      };
    },
  ),
  operation<UploadPartCopyCommandInput, UploadPartCopyCommandOutput>(
    "s3",
    "UploadPartCopy",
    { ...ofUpload, ...sourceRules, PartNumber: enforced, CopySourceRange: enforced },
    async (call, input) => {
      const upload = theUpload(call, input);
      const { version, bucket } = copySource(call, input);
      const range = rangeOf(input.CopySourceRange, version.size);
      if (range === "unsatisfiable" || (input.CopySourceRange !== undefined && range === undefined))
        throw s3Fault("InvalidRange");
      const digests = new Digests(upload.checksum?.algorithm);
      const sections = sectionsOf(version.files, range ?? { first: 0, last: version.size - 1 });
      const file = await call.objects.keep(call.objects.read(sections), (piece) => digests.update(piece));
      const { etag, checksum } = digests.end({});
      const { lastModified } = await putPart(call, input, { file, etag, checksum });
      const shown = upload.checksum === undefined ? {} : { [`Checksum${digests.algorithm}`]: checksum };
      return {
        CopyPartResult: { ETag: `"${etag}"`, LastModified: new Date(lastModified), ...shown },
        CopySourceVersionId: bucket.versioning === undefined ? undefined : version.versionId,
      };
    },
  ),
  operation<CompleteMultipartUploadCommandInput, CompleteMultipartUploadCommandOutput>(
    "s3",
    "CompleteMultipartUpload",
    {
      ...{ ...ofUpload, ...checksumRules, IfMatch: enforced, IfNoneMatch: enforced },
      ...{ ChecksumType: enforced, MpuObjectSize: enforced },
      MultipartUpload: within({ Parts: within({ ETag: enforced, PartNumber: enforced, ...checksumRules }) }),
    },
    completeUpload,
  ),
  operation<AbortMultipartUploadCommandInput, AbortMultipartUploadCommandOutput>(
    "s3",
    "AbortMultipartUpload",
    { ...ofUpload, IfMatchInitiatedTime: states() },
    async (call, input) => {
      const parts = partsOf(call, theUpload(call, input));
      call.commit(...withoutUpload(input.UploadId ?? "", parts));
      await call.objects.remove(parts.map(({ file }) => file));
      return {};
    },
  ),
];

async function completeUpload(
  call: Call,
  input: CompleteMultipartUploadCommandInput,
): Promise<Omit<CompleteMultipartUploadCommandOutput, "$metadata">> {
  const upload = theUpload(call, input);
  const stored = partsOf(call, upload);
  const chosen = chosenParts(input.MultipartUpload?.Parts ?? [], stored);
  const size = chosen.reduce((sum, { file }) => sum + file.size, 0);
  if (input.MpuObjectSize !== undefined && Number(input.MpuObjectSize) !== size)
    throw s3Fault("InvalidRequest", { message: "The provided 'x-amz-mp-object-size' header does not match what was computed." });
  const etag = etagOfParts(chosen.map((part) => part.etag));
  const wish = upload.checksum ?? { algorithm: "CRC64NVME" as const, type: "FULL_OBJECT" as const };
  const sums = chosen.map(({ checksum, file }) => ({ checksum, size: file.size }));
  const checksum = checksumOfParts(wish, sums);
  const said = wantedChecksum(input);
  if (said?.value !== undefined && (said.algorithm !== checksum.algorithm || said.value !== checksum.value.replace(/-\d+$/, "")))
    if (said.value !== checksum.value)
      throw s3Fault("BadDigest", { message: `The ${said.algorithm} you specified did not match the calculated checksum.` });
  const { key, system, metadata, tags, encryption } = upload;
  const version = await putVersion(
    call,
    input,
    {
      ...{ key, size, etag, system, metadata, tags, checksum, inParts: true, files: chosen.map(({ file }) => file) },
      ...(encryption === undefined ? {} : { encryption }),
    },
    withoutUpload(upload.uploadId, stored),
  );
  await call.objects.remove(stored.filter((part) => !chosen.includes(part)).map(({ file }) => file));
  return {
    ...{ Bucket: upload.bucket, Key: key, ETag: `"${etag}"` },
    Location: `https://${upload.bucket}.s3.${call.regionName}.amazonaws.com/${key.split("/").map(encodeURIComponent).join("/")}`,
    ...madeMembers(call, version),
    ...checksumMembers(version.checksum),
  };
}

/** CRC64NVME is always of the whole, a SHA never. */
function uploadChecksum(input: CreateMultipartUploadCommandInput): MultipartUpload["checksum"] {
  if (input.ChecksumAlgorithm === undefined) {
    if (input.ChecksumType !== undefined)
      throw s3Fault("InvalidRequest", {
        message: "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
      });
    return undefined;
  }
  const algorithm = algorithmOf(input.ChecksumAlgorithm);
  const type = input.ChecksumType ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
  if ((type === "FULL_OBJECT" && !isCrc(algorithm)) || (type === "COMPOSITE" && algorithm === "CRC64NVME"))
    throw s3Fault("InvalidRequest", {
      message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    });
  return { algorithm, type };
}

/** @throws ServiceFault NoSuchUpload */
export function theUpload(
  call: Call,
  input: {
    readonly Bucket?: string | undefined;
    readonly Key?: string | undefined;
    readonly UploadId?: string | undefined;
    readonly ExpectedBucketOwner?: string | undefined;
  },
): MultipartUpload {
  const { name } = theBucket(call, input);
  const upload = call.records.get(MultipartUploads, input.UploadId ?? "");
  if (upload === undefined || upload.bucket !== name || upload.key !== input.Key)
    throw s3Fault("NoSuchUpload", { detail: { UploadId: input.UploadId } });
  return upload;
}

/** In the order of their numbers. */
export const partsOf = (call: Call, { uploadId }: MultipartUpload): readonly StoredPart[] =>
  call.records
    .list(StoredParts)
    .filter((part) => part.uploadId === uploadId)
    .sort((a, b) => a.number - b.number);

/** One part; one that had its number goes. */
async function putPart(
  call: Call,
  input: UploadPartCommandInput | UploadPartCopyCommandInput,
  made: Pick<StoredPart, "file" | "etag" | "checksum">,
): Promise<StoredPart> {
  const number = input.PartNumber ?? 0;
  let before: StoredPart | undefined;
  let part: StoredPart;
  try {
    if (!Number.isInteger(number) || number < 1 || number > mostParts)
      throw s3Fault("InvalidArgument", { message: `Part number must be an integer between 1 and ${mostParts}, inclusive` });
    // Looked at again: the upload may have ended while the part came.
    const { uploadId } = theUpload(call, input);
    before = call.records.get(StoredParts, partId(uploadId, number));
    part = { ...made, uploadId, number, lastModified: call.now() };
    call.commit(put(StoredParts, partId(uploadId, number), part));
  } catch (error) {
    await call.objects.remove([made.file]);
    throw error;
  }
  if (before !== undefined) await call.objects.remove([before.file]);
  return part;
}

/** The parts that a client says its object is made of. @throws ServiceFault InvalidPart, InvalidPartOrder, EntityTooSmall */
function chosenParts(
  wanted: readonly { readonly ETag?: string | undefined; readonly PartNumber?: number | undefined }[],
  stored: readonly StoredPart[],
): readonly StoredPart[] {
  if (wanted.length === 0) throw s3Fault("MalformedXML");
  const chosen = wanted.map(({ ETag = "", PartNumber = 0 }, index) => {
    if (index > 0 && PartNumber <= (wanted[index - 1]?.PartNumber ?? 0)) throw s3Fault("InvalidPartOrder");
    const part = stored.find(({ number }) => number === PartNumber);
    if (part === undefined || part.etag !== bare(ETag)) throw s3Fault("InvalidPart", { detail: { PartNumber, ETag } });
    return part;
  });
  const small = chosen.slice(0, -1).find(({ file }) => file.size < smallestPart);
  if (small !== undefined)
    throw s3Fault("EntityTooSmall", {
      detail: { ProposedSize: small.file.size, MinSizeAllowed: smallestPart, PartNumber: small.number, ETag: small.etag },
    });
  return chosen;
}

const withoutUpload = (uploadId: string, parts: readonly StoredPart[]): readonly Change[] => [
  remove(MultipartUploads, uploadId),
  ...parts.map(({ number }) => remove(StoredParts, partId(uploadId, number))),
];
