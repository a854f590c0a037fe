import { enforced, states, within, type MemberRule } from "../../../operations/members.js";
import {
  encryptionNote as encryption,
  lifecycleNote as lifecycle,
  ownershipNote as ownership,
  publicAccessNote as publicAccess,
} from "../../../services/s3/configurations.js";
import { optionalFlag, optionalNumber, optionalText, structure, structures, text } from "../properties.js";
import type { Properties } from "../../provider.js";

/** What a bucket keeps without an effect, from CloudFormation's form to that of S3's API. */

export const configurationRules: Readonly<Record<string, MemberRule>> = {
  BucketEncryption: within({
    ServerSideEncryptionConfiguration: within({
      // With a key of KMS who may not use the key could read the objects here.
      ServerSideEncryptionByDefault: within({ SSEAlgorithm: states("AES256") }),
      BucketKeyEnabled: encryption,
    }),
  }),
  PublicAccessBlockConfiguration: publicAccess,
  OwnershipControls: ownership,
  LifecycleConfiguration: within({
    Rules: within({
      Id: enforced,
      Status: enforced,
      Prefix: enforced,
      ExpirationInDays: lifecycle,
      NoncurrentVersionExpirationInDays: lifecycle,
      NoncurrentVersionExpiration: within({ NoncurrentDays: lifecycle, NewerNoncurrentVersions: lifecycle }),
      AbortIncompleteMultipartUpload: within({ DaysAfterInitiation: lifecycle }),
    }),
  }),
};

/** By the names under which S3's own operations keep them. */
export function configurationsOf(properties: Properties): Readonly<Record<string, object>> {
  const block = structure(properties, "PublicAccessBlockConfiguration");
  const encrypted = structure(properties, "BucketEncryption");
  const owned = structure(properties, "OwnershipControls");
  const rules = structure(properties, "LifecycleConfiguration");
  return {
    ...(encrypted === undefined ? {} : { ServerSideEncryptionConfiguration: { Rules: encryptionRules(encrypted) } }),
    ...(block === undefined ? {} : { PublicAccessBlockConfiguration: flags(block) }),
    ...(owned === undefined ? {} : { OwnershipControls: { Rules: structures(owned, "Rules") } }),
    ...(rules === undefined ? {} : { LifecycleConfiguration: { Rules: structures(rules, "Rules").map(lifecycleRule) } }),
  };
}

const encryptionRules = (encrypted: Properties): readonly object[] =>
  structures(encrypted, "ServerSideEncryptionConfiguration").map((rule) => ({
    ApplyServerSideEncryptionByDefault: structure(rule, "ServerSideEncryptionByDefault"),
    BucketKeyEnabled: optionalFlag(rule, "BucketKeyEnabled") ?? false,
  }));

const flags = (block: Properties): object =>
  Object.fromEntries(Object.keys(block).map((name) => [name, optionalFlag(block, name) ?? false]));

function lifecycleRule(rule: Properties): object {
  const days = optionalNumber(rule, "ExpirationInDays");
  const noncurrent = structure(rule, "NoncurrentVersionExpiration");
  const noncurrentDays =
    optionalNumber(noncurrent ?? {}, "NoncurrentDays") ?? optionalNumber(rule, "NoncurrentVersionExpirationInDays");
  const newer = optionalNumber(noncurrent ?? {}, "NewerNoncurrentVersions");
  const abort = structure(rule, "AbortIncompleteMultipartUpload");
  return {
    ID: optionalText(rule, "Id"),
    Status: text(rule, "Status"),
    Filter: { Prefix: optionalText(rule, "Prefix") ?? "" },
    ...(days === undefined ? {} : { Expiration: { Days: days } }),
    ...(noncurrentDays === undefined
      ? {}
      : {
          NoncurrentVersionExpiration: {
            NoncurrentDays: noncurrentDays,
            ...(newer === undefined ? {} : { NewerNoncurrentVersions: newer }),
          },
        }),
    ...(abort === undefined
      ? {}
      : { AbortIncompleteMultipartUpload: { DaysAfterInitiation: optionalNumber(abort, "DaysAfterInitiation") } }),
  };
}
