import { createHash } from "node:crypto";
import { NotModelled } from "../../operations/fault.js";
import { crcKinds, crcOfText, crcText, joined, newCrc, type CrcName } from "./crc.js";
import { s3Fault } from "./faults.js";
import { checksumAlgorithms, type Checksum, type ChecksumAlgorithm } from "./records.js";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */

export const isCrc = (algorithm: ChecksumAlgorithm): algorithm is CrcName => Object.hasOwn(crcKinds, algorithm);

/** What S3 computes by itself where the client says nothing. */
export const usualChecksum: ChecksumAlgorithm = "CRC64NVME";

/** A checksum that the client has sent or announced. */
export interface WantedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Undefined: only the algorithm was said. */
  readonly value?: string | undefined;
}

type ChecksumMembers = { readonly [A in ChecksumAlgorithm as `Checksum${A}`]?: string | undefined };

/** What of an input's members is a checksum; `trailers` are the names of those that follow the body. */
export function wantedChecksum(
  input: ChecksumMembers & { readonly ChecksumAlgorithm?: string | undefined },
  trailers: readonly string[] = [],
): WantedChecksum | undefined {
  const sent = checksumAlgorithms.flatMap((algorithm): WantedChecksum[] => {
    const value = input[`Checksum${algorithm}`];
    return value === undefined ? [] : [{ algorithm, value }];
  });
  if (sent.length > 1)
    throw s3Fault("InvalidRequest", {
      message: "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    });
  const later = checksumAlgorithms.find((algorithm) => trailers.includes(trailerOf(algorithm)));
  if (sent[0] !== undefined) return sent[0];
  if (later !== undefined) return { algorithm: later };
  return input.ChecksumAlgorithm === undefined ? undefined : { algorithm: algorithmOf(input.ChecksumAlgorithm) };
}

export function algorithmOf(name: string): ChecksumAlgorithm {
  const known = checksumAlgorithms.find((algorithm) => algorithm === name);
  if (known === undefined) throw new NotModelled(`the checksum ${name}`, `Use one of ${checksumAlgorithms.join(", ")}.`);
  return known;
}

export const trailerOf = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** Everything that is computed of a body while it goes by. */
export class Digests {
  private readonly md5 = createHash("md5");
  private readonly own: { update(bytes: Uint8Array): unknown; text(): string };
  readonly algorithm: ChecksumAlgorithm;

  constructor(algorithm: ChecksumAlgorithm = usualChecksum) {
    this.algorithm = algorithm;
    if (isCrc(algorithm)) {
      const crc = newCrc(algorithm);
      this.own = { update: (bytes) => crc.update(bytes), text: () => crcText(algorithm, crc.value()) };
    } else {
      const hash = createHash(algorithm.toLowerCase());
      this.own = { update: (bytes) => hash.update(bytes), text: () => hash.digest("base64") };
    }
  }

  update(bytes: Uint8Array): void {
    this.md5.update(bytes);
    this.own.update(bytes);
  }

  /** Once, at the end. @throws ServiceFault where it is not what the client has said */
  end(said: { readonly contentMd5?: string | undefined; readonly checksum?: string | undefined }): {
    readonly etag: string;
    readonly checksum: string;
  } {
    const md5 = this.md5.digest();
    const checksum = this.own.text();
    if (said.contentMd5 !== undefined) {
      if (Buffer.from(said.contentMd5, "base64").length !== 16) throw s3Fault("InvalidDigest");
      if (said.contentMd5 !== md5.toString("base64"))
        throw s3Fault("BadDigest", { message: "The Content-MD5 you specified did not match what we received." });
    }
    if (said.checksum !== undefined && said.checksum !== checksum)
      throw s3Fault("BadDigest", { message: `The ${this.algorithm} you specified did not match the calculated checksum.` });
    return { etag: md5.toString("hex"), checksum };
  }
}

/** The members of an output that tell a checksum. */
export const checksumMembers = (checksum: Checksum | undefined): Partial<ChecksumMembers & { ChecksumType: Checksum["type"] }> =>
  checksum === undefined ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };

/** The checksum of an object from those of its parts. */
export function checksumOfParts(
  { algorithm, type }: Pick<Checksum, "algorithm" | "type">,
  parts: readonly { readonly checksum: string; readonly size: number }[],
): Checksum {
  if (type === "COMPOSITE") {
    const digests = new Digests(algorithm);
    for (const { checksum } of parts) digests.update(Buffer.from(checksum, "base64"));
    return { algorithm, type, value: `${digests.end({}).checksum}-${parts.length}` };
  }
  if (!isCrc(algorithm)) throw s3Fault("InvalidRequest", { message: `${algorithm} cannot be the checksum of a whole object.` });
  const [first, ...others] = parts;
  let value = crcOfText(first?.checksum ?? "");
  for (const { checksum, size } of others) value = joined(algorithm, value, crcOfText(checksum), size);
  return { algorithm, type, value: crcText(algorithm, value) };
}

/** Of an upload in parts: the MD5 of their MD5s, and how many they are. */
export function etagOfParts(etags: readonly string[]): string {
  const md5 = createHash("md5");
  for (const etag of etags) md5.update(Buffer.from(etag, "hex"));
  return `${md5.digest("hex")}-${etags.length}`;
}
