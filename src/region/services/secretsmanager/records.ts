import { recordType } from "../../records/records.js";

/** The records of Secrets Manager. Times are milliseconds since the epoch. */

/** Which version a staging label is on is kept with the secret, so that labels move in one commit. */
export interface SecretVersion {
  readonly stages: readonly string[];
  readonly createdAt: number;
  /** Midnight (UTC) of the day. */
  readonly accessedAt?: number;
  /** `DefaultEncryptionKey`, or the ARN of the key. */
  readonly encryptionKey: string;
}

export interface Secret {
  /** Ends in a hyphen and six characters of chance: a secret of the same name made later is another one. */
  readonly arn: string;
  readonly name: string;
  readonly description?: string;
  /** As stated: id, ARN or alias of a KMS key. Undefined: `alias/aws/secretsmanager`. */
  readonly kmsKeyId?: string;
  /** The service that made it and alone may change it, e.g. `rds`. */
  readonly owningService?: string;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Midnight (UTC) of the day. */
  readonly accessedAt?: number;
  /** When it will be gone; until then it can be restored. */
  readonly deletionAt?: number;
  readonly tags: Readonly<Record<string, string>>;
  /** JSON text, as sent. */
  readonly policy?: string;
  /** By version id, the oldest first. */
  readonly versions: Readonly<Record<string, SecretVersion>>;
}
/** By ARN. */
export const Secrets = recordType<Secret>("secretsmanager:Secret");

/** What a version holds, encrypted with the secret's KMS key. */
export interface SealedValue {
  readonly arn: string;
  readonly versionId: string;
  readonly form: "string" | "binary";
  /** A ciphertext blob of KMS, in base64. */
  readonly blob: string;
}
/** By `ARN/VERSION-ID`. */
export const SealedValues = recordType<SealedValue>("secretsmanager:SecretValue");

export const valueKey = (arn: string, versionId: string): string => `${arn}/${versionId}`;
