import type { Environment } from "../../environment/environment.js";
import type { PolicyStatement } from "../../environment/identity.js";
import { isUnknown } from "../../environment/maybe.js";
import type { EncryptionKey } from "../../environment/storage.js";
import type { Role } from "../../environment/identity.js";
import type { Rule } from "../finding.js";
import { covers, granted, hasGap, saidBy } from "../identity/grants.js";
import { at, ruleOn } from "../rule.js";
import { meansObjectsOf } from "./bucket-access.js";

const meansKey =
  (key: EncryptionKey) =>
  ({ resources }: PolicyStatement): boolean | "unknown" => {
    const arns = [
      `\${${key.id}.Arn}`,
      ...(key.physicalId === undefined ? [] : [`arn:aws:kms:region:account:key/${key.physicalId}`]),
    ];
    const isIt = (pattern: string) =>
      pattern === "*" ||
      arns.some((arn) => covers(pattern, arn)) ||
      (key.physicalId !== undefined && pattern.endsWith(`/${key.physicalId}`));
    if (resources.some(isIt)) return true;
    return resources.some((pattern) => hasGap(pattern) && /\$\{[^}]*\s[^}]*\}/.test(pattern)) ? "unknown" : false;
  };

/** Does the key's own policy let the role decrypt? A statement for the account's root only hands the question to the role's policies. */
function keyLets(key: EncryptionKey, role: Role): boolean | "unknown" {
  if (key.policy === undefined) return false;
  if (isUnknown(key.policy)) return "unknown";
  const names = [`\${${role.id}.Arn}`, ...(role.physicalId === undefined ? [] : [`:role/${role.physicalId}`])];
  const statements = key.policy.statements.filter(
    ({ principals }) =>
      principals === "*" || (principals?.AWS?.some((text) => text === "*" || names.some((name) => text.endsWith(name))) ?? false),
  );
  return saidBy({ statements }, "kms:Decrypt", () => true) === "granted";
}

export const decryptMissing: Rule = ruleOn(
  "roles",
  {
    id: "role-cannot-decrypt",
    subject: "exposure",
    severity: "high",
    summary: "A role that may read a bucket, but not decrypt what is in it",
    sources: [
      "Amazon S3 User Guide: Using server-side encryption with AWS KMS keys (SSE-KMS)",
      "AWS KMS Developer Guide: Allowing users in other accounts, and key policies",
    ],
  },
  function* (role, environment: Environment) {
    for (const bucket of environment.buckets.values()) {
      const { kmsKey } = bucket;
      // AWS's own key for S3 (aws/s3) lets everybody in the account who may read the object.
      if (kmsKey === undefined || isUnknown(kmsKey)) continue;
      const key = environment.keys.get(kmsKey);
      if (key === undefined || granted(role.policies, "s3:GetObject", meansObjectsOf(bucket)) !== "granted") continue;
      const byPolicy = granted(role.policies, "kms:Decrypt", meansKey(key));
      const byKey = keyLets(key, role);
      if (byPolicy === "granted" || byKey === true) continue;
      const isUnsure = byPolicy === "unknown" || byKey === "unknown";
      yield {
        title: `may read ${bucket.name}, but not decrypt what is in it`,
        reason: `The bucket's objects are encrypted with ${key.name}, and neither the role's policies nor the key's own grant kms:Decrypt: every GetObject fails with AccessDenied.${isUnsure ? " One of these policies is not known." : ""}`,
        fix: `grant the role kms:Decrypt on ${key.name} (and kms:GenerateDataKey where it writes)`,
        ...(isUnsure ? { verdict: "unknown" as const } : {}),
        ...at(role, "Policies"),
      };
    }
  },
);
