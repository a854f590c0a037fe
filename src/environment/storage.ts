import type { PolicyDocument } from "./identity.js";
import type { Maybe } from "./maybe.js";
import type { Node, NodeId } from "./node.js";

export interface PublicAccessBlock {
  readonly blockPublicAcls: Maybe<boolean>;
  readonly ignorePublicAcls: Maybe<boolean>;
  readonly blockPublicPolicy: Maybe<boolean>;
  readonly restrictPublicBuckets: Maybe<boolean>;
}

export interface Bucket extends Node {
  readonly bucketName: Maybe<string>;
  /** e.g. `public-read`. */
  readonly acl: Maybe<string>;
  /** New buckets have all four (since April 2023). */
  readonly publicAccessBlock: PublicAccessBlock;
  readonly policy: Maybe<PolicyDocument> | undefined;
  /** `AES256`, `aws:kms`, `aws:kms:dsse`. */
  readonly encryption: Maybe<string>;
  readonly kmsKey: Maybe<NodeId> | undefined;
  readonly versioning: Maybe<boolean>;
  readonly website: Maybe<boolean>;
  readonly lifecycle: Maybe<boolean>;
  readonly deletionPolicy: Maybe<string>;
}

export interface EncryptionKey extends Node {
  readonly policy: Maybe<PolicyDocument> | undefined;
  readonly rotation: Maybe<boolean>;
  readonly aliases: readonly string[];
}

export interface Secret extends Node {
  /** Is its value written in the text? */
  readonly literal: boolean;
  readonly generated: boolean;
  readonly rotation: Maybe<boolean>;
}
