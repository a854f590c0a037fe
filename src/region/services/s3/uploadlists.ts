import type {
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
} from "@aws-sdk/client-s3";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { theBucket } from "./buckets.js";
import { compareKeys, listPage, urlEncoded } from "./listing.js";
import { ownerOf } from "./lists.js";
import { payerRule } from "./incoming.js";
import { MultipartUploads } from "./records.js";
import { ofUpload, partsOf, theUpload } from "./uploads.js";

const pageSize = 1000;

export const uploadListOperations: readonly Operation[] = [
  operation<ListPartsCommandInput, ListPartsCommandOutput>(
    "s3",
    "ListParts",
    { ...ofUpload, MaxParts: enforced, PartNumberMarker: enforced },
    (call, input) => {
      const upload = theUpload(call, input);
      const most = Math.min(input.MaxParts ?? pageSize, pageSize);
      const marker = Number(input.PartNumberMarker ?? 0);
      const rest = partsOf(call, upload).filter(({ number }) => number > marker);
      const parts = rest.slice(0, most);
      return {
        ...{ Bucket: upload.bucket, Key: upload.key, UploadId: upload.uploadId, MaxParts: most },
        PartNumberMarker: String(marker),
        NextPartNumberMarker: String(parts.at(-1)?.number ?? 0),
        IsTruncated: rest.length > parts.length,
        Parts: parts.map(({ number, etag, file, lastModified, checksum }) => ({
          ...{ PartNumber: number, ETag: `"${etag}"`, Size: file.size, LastModified: new Date(lastModified) },
          ...(upload.checksum === undefined ? {} : { [`Checksum${upload.checksum.algorithm}`]: checksum }),
        })),
        ...{ Owner: ownerOf(call), Initiator: { ID: call.caller.arn, DisplayName: "" }, StorageClass: "STANDARD" as const },
        ...{ ChecksumAlgorithm: upload.checksum?.algorithm, ChecksumType: upload.checksum?.type },
      };
    },
  ),
  operation<ListMultipartUploadsCommandInput, ListMultipartUploadsCommandOutput>(
    "s3",
    "ListMultipartUploads",
    {
      ...{ Bucket: enforced, ExpectedBucketOwner: enforced, RequestPayer: payerRule, Prefix: enforced, Delimiter: enforced },
      ...{ EncodingType: enforced, KeyMarker: enforced, UploadIdMarker: enforced, MaxUploads: enforced },
    },
    (call, input) => {
      const { name } = theBucket(call, input);
      const most = Math.min(input.MaxUploads ?? pageSize, pageSize);
      const write = input.EncodingType === "url" ? urlEncoded : (text: string): string => text;
      const all = call.records
        .list(MultipartUploads)
        .filter(({ bucket }) => bucket === name)
        .sort((a, b) => compareKeys(a.key, b.key) || a.initiated - b.initiated);
      const { KeyMarker: key, UploadIdMarker: id } = input;
      const at = id === undefined ? -1 : all.findIndex(({ uploadId }) => uploadId === id);
      const page = listPage(all.slice(at + 1), {
        prefix: input.Prefix ?? "",
        delimiter: input.Delimiter,
        after: at < 0 ? key : undefined,
        most,
      });
      return {
        ...{ Bucket: name, KeyMarker: key ?? "", UploadIdMarker: id ?? "", MaxUploads: most },
        ...{ Prefix: write(input.Prefix ?? ""), Delimiter: input.Delimiter, EncodingType: input.EncodingType },
        NextKeyMarker: page.next === undefined ? undefined : write(page.next),
        NextUploadIdMarker: page.next === undefined ? undefined : page.items.at(-1)?.uploadId,
        IsTruncated: page.next !== undefined,
        Uploads: page.items.map(({ uploadId, initiated, checksum, ...upload }) => ({
          ...{ UploadId: uploadId, Key: write(upload.key), Initiated: new Date(initiated), StorageClass: "STANDARD" as const },
          ...{ Owner: ownerOf(call), Initiator: { ID: call.caller.arn, DisplayName: "" } },
          ...{ ChecksumAlgorithm: checksum?.algorithm, ChecksumType: checksum?.type },
        })),
        CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: write(prefix) })),
      };
    },
  ),
];
