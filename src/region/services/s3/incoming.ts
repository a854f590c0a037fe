import type { ObjectFile } from "../../../parts/objects/objectfiles.js";
import type { Call } from "../../operations/call.js";
import { NotModelled } from "../../operations/fault.js";
import { enforced, recorded, states, type MemberRule } from "../../operations/members.js";
import type { IncomingBody } from "../../protocol/protocol.js";
import { Digests, trailerOf, usualChecksum, wantedChecksum } from "./checksums.js";
import { encryptionNote } from "./configurations.js";
import { s3Fault } from "./faults.js";
import { longestKey } from "./names.js";
import type { ChecksumAlgorithm, SystemMetadata } from "./records.js";
import { objectTags, type Tags } from "./tags.js";

/** 5 GiB: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
export const largestPut = 5 * 2 ** 30;

export const checksumRules = {
  ChecksumAlgorithm: enforced,
  ChecksumCRC32: enforced,
  ChecksumCRC32C: enforced,
  ChecksumCRC64NVME: enforced,
  ChecksumSHA1: enforced,
  ChecksumSHA256: enforced,
};

/** What may be said of an object when it is made. */
export const newObjectRules = {
  CacheControl: enforced,
  ContentDisposition: enforced,
  ContentEncoding: enforced,
  ContentLanguage: enforced,
  ContentType: enforced,
  Expires: enforced,
  Metadata: enforced,
  Tagging: enforced,
  ACL: states("private", "bucket-owner-full-control"),
  StorageClass: states("STANDARD"),
  ServerSideEncryption: encryptionNote,
  BucketKeyEnabled: recorded("there is no key of KMS to use"),
} satisfies Record<string, MemberRule>;

/** Who asks also pays: there is one account. */
export const payerRule = states("requester");

export interface ReceivedBody {
  readonly file: ObjectFile;
  /** MD5 in hex. */
  readonly etag: string;
  readonly algorithm: ChecksumAlgorithm;
  readonly checksum: string;
  /** By the algorithm that was asked for besides. */
  readonly besides: string;
}

/** The members of an input that a body is checked against. */
export interface BodyInput {
  readonly Body?: unknown;
  readonly ContentMD5?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ChecksumAlgorithm?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
}

/**
 * Keep the body of a request in a file, checked by what the client says; `besides` is what is computed too, and first of all where it
 * says nothing. @throws ServiceFault; nothing is left then
 */
export async function receive(call: Call, input: BodyInput, besides: ChecksumAlgorithm = usualChecksum): Promise<ReceivedBody> {
  const body = bodyOf(input.Body);
  if (body.length === undefined) throw s3Fault("MissingContentLength");
  if (body.length > largestPut)
    throw s3Fault("EntityTooLarge", { detail: { ProposedSize: body.length, MaxSizeAllowed: largestPut } });
  // What follows the body was announced before it.
  const said = wantedChecksum(input, body.announced ?? []);
  const digests = new Digests(said?.algorithm ?? besides);
  const others = digests.algorithm === besides ? undefined : new Digests(besides);
  const file = await call.objects.keep(body.read(), (piece) => {
    digests.update(piece);
    others?.update(piece);
  });
  try {
    const trailer = body.trailers[trailerOf(digests.algorithm)];
    const { etag, checksum } = digests.end({ contentMd5: input.ContentMD5, checksum: said?.value ?? trailer });
    return { file, etag, algorithm: digests.algorithm, checksum, besides: others?.end({}).checksum ?? checksum };
  } catch (error) {
    await call.objects.remove([file]);
    throw error;
  }
}

/** An empty body comes as bytes. */
function bodyOf(body: unknown): IncomingBody {
  if (typeof body === "object" && body !== null && "read" in body) return body as IncomingBody;
  const bytes = body instanceof Uint8Array ? body : new Uint8Array();
  return {
    length: bytes.length,
    trailers: {},
    async *read() {
      yield bytes;
    },
  };
}

interface NewObjectInput {
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly Tagging?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
}

export interface Described {
  readonly system: SystemMetadata;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Tags;
  readonly encryption?: "AES256";
}

/** What a request says of the object it makes. @throws ServiceFault */
export function describedBy(input: NewObjectInput): Described {
  const { CacheControl, ContentDisposition, ContentLanguage, Metadata: metadata = {} } = input;
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0);
  if (size > 2048)
    throw s3Fault("InvalidArgument", { message: "Your metadata headers exceed the maximum allowed metadata size" });
  return {
    system: present({
      CacheControl,
      ContentDisposition,
      // How the body came is not what the object is.
      ContentEncoding: input.ContentEncoding?.split(",")
        .map((coding) => coding.trim())
        .filter((coding) => coding !== "aws-chunked" && coding !== "")
        .join(","),
      ContentLanguage,
      ContentType: input.ContentType ?? "binary/octet-stream",
      Expires: input.Expires?.toISOString(),
    }),
    metadata,
    tags: objectTags(input.Tagging),
    ...encryptionOf(input.ServerSideEncryption),
  };
}

function encryptionOf(asked: string | undefined): { readonly encryption?: "AES256" } {
  if (asked === undefined) return {};
  if (asked !== "AES256")
    throw new NotModelled(`the encryption ${asked} of objects`, "Use AES256, or leave it out of the local environment.");
  return { encryption: asked };
}

const present = (values: Readonly<Record<string, string | undefined>>): SystemMetadata =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );

/** @throws ServiceFault KeyTooLongError */
export function checkKey(key: string): string {
  const size = Buffer.byteLength(key);
  if (size > longestKey) throw s3Fault("KeyTooLongError", { detail: { Size: size, MaxSizeAllowed: longestKey } });
  return key;
}
