import { recordType } from "../../records/records.js";

/** The records of KMS. Times are milliseconds since the epoch. */

export interface KmsKey {
  /** A UUID. */
  readonly keyId: string;
  readonly arn: string;
  readonly description: string;
  readonly state: "Enabled" | "Disabled" | "PendingDeletion";
  /** `AWS`: made for a service when it was first needed (`alias/aws/rds`); users can only use it. */
  readonly manager: "AWS" | "CUSTOMER";
  readonly createdAt: number;
  /** In PendingDeletion: from then on it is as if it had never been. */
  readonly deletionAt?: number;
  /** Kept and told; the material stays the same. */
  readonly rotation?: { readonly periodInDays: number };
  /** JSON text, as sent. */
  readonly policy: string;
  readonly tags: Readonly<Record<string, string>>;
  /** 32 bytes of AES-256, in base64. */
  readonly material: string;
}
/** By key id. */
export const KmsKeys = recordType<KmsKey>("kms:Key", { sealed: ["material"] });

export interface KmsAlias {
  /** With its prefix: `alias/shop`. */
  readonly name: string;
  readonly keyId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}
/** By name. */
export const KmsAliases = recordType<KmsAlias>("kms:Alias");
