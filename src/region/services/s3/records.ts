import type { ObjectFile } from "../../../parts/objects/objectfiles.js";
import { recordType, type Records } from "../../records/records.js";

/** The records of S3: global, for a bucket's name is one for all regions. Times are milliseconds since the epoch. */

/** Kept under its name. */
export interface Bucket {
  readonly name: string;
  readonly regionName: string;
  readonly createdAt: number;
  /** Undefined: it never had any. */
  readonly versioning?: "Enabled" | "Suspended";
  readonly tags: Readonly<Record<string, string>>;
  /** What is kept without having an effect here, by the name of the configuration, as it was put. */
  readonly configurations: Readonly<Record<string, object>>;
}
export const Buckets = recordType<Bucket>("s3:Bucket", { global: true });

/** Headers that are kept with an object and given back with it, by the SDK's names; `Expires` as ISO 8601. */
export type SystemMetadata = Readonly<Record<string, string>>;

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; `-N` follows where it is composite, of N parts. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

export const checksumAlgorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** One version of an object, or a delete marker. */
export interface ObjectVersion {
  readonly bucket: string;
  readonly key: string;
  /** `null` where the bucket had no versioning. */
  readonly versionId: string;
  /** Later versions have larger ones. */
  readonly sequence: number;
  readonly lastModified: number;
  readonly isDeleteMarker?: true;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** One after another they are the object. */
  readonly files: readonly ObjectFile[];
  /** It was uploaded in parts: these files are they. */
  readonly inParts?: true;
  readonly checksum?: Checksum;
  readonly system: SystemMetadata;
  /** User metadata, names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly encryption?: "AES256";
}

/** The version that a key stands for; kept under `BUCKET/KEY`. */
export const CurrentVersions = recordType<ObjectVersion>("s3:CurrentVersion", { global: true });
/** Those before it; kept under `BUCKET/KEY` NUL `VERSION`. */
export const NoncurrentVersions = recordType<ObjectVersion>("s3:NoncurrentVersion", { global: true });

export const currentId = (bucket: string, key: string): string => `${bucket}/${key}`;
export const noncurrentId = ({ bucket, key, versionId }: Pick<ObjectVersion, "bucket" | "key" | "versionId">): string =>
  `${bucket}/${key}\0${versionId}`;

/** Of an upload under way; its number is 1 to 10000. */
export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
  readonly file: ObjectFile;
  readonly lastModified: number;
  /** By the algorithm of the upload; CRC64NVME where it has none. */
  readonly checksum: string;
}

/** Kept under its id. */
export interface MultipartUpload {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: number;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: Checksum["type"] };
  readonly system: SystemMetadata;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly encryption?: "AES256";
}
export const MultipartUploads = recordType<MultipartUpload>("s3:MultipartUpload", { global: true });

/** Kept under `UPLOAD/NUMBER`: one at a time is put, however many there are. */
export interface StoredPart extends UploadedPart {
  readonly uploadId: string;
}
export const StoredParts = recordType<StoredPart>("s3:Part", { global: true });
export const partId = (uploadId: string, number: number): string => `${uploadId}/${number}`;

/** Names of all files that records name. */
export const namedFiles = (records: Records): ReadonlySet<string> =>
  new Set([
    ...[...records.list(CurrentVersions), ...records.list(NoncurrentVersions)].flatMap(({ files }) => files.map(({ id }) => id)),
    ...records.list(StoredParts).map(({ file }) => file.id),
  ]);
