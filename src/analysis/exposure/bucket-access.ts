import type { PolicyStatement } from "../../environment/identity.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { Bucket } from "../../environment/storage.js";
import { covers, hasGap, isForEverybody, saidBy } from "../identity/grants.js";

const worldAcls: readonly string[] = ["public-read", "public-read-write"];

/** How the world may read a bucket; undefined where it may not. */
export function publicReadOf(bucket: Bucket): Maybe<"policy" | "acl"> | undefined {
  const block = bucket.publicAccessBlock;
  const byAcl = and(isWorldAcl(bucket.acl), negated(block.ignorePublicAcls));
  if (byAcl === true) return "acl";
  // RestrictPublicBuckets leaves a public policy to the account itself.
  const byPolicy = and(isWorldPolicy(bucket), negated(block.restrictPublicBuckets));
  if (byPolicy === true) return "policy";
  return [byAcl, byPolicy].find(isUnknown);
}

const isWorldAcl = (acl: Maybe<string>): Maybe<boolean> => (isUnknown(acl) ? acl : worldAcls.includes(acl));

function isWorldPolicy({ policy }: Bucket): Maybe<boolean> {
  if (policy === undefined) return false;
  if (isUnknown(policy)) return policy;
  const forEverybody = { ...policy, statements: policy.statements.filter(isForEverybody) };
  return saidBy(forEverybody, "s3:GetObject", () => true) === "granted";
}

const negated = (value: Maybe<boolean>): Maybe<boolean> => (isUnknown(value) ? value : !value);

/** Both; unknown only where what is known does not already say no. */
function and(left: Maybe<boolean>, right: Maybe<boolean>): Maybe<boolean> {
  if (left === false || right === false) return false;
  return isUnknown(left) ? left : right;
}

/** What a bucket may be called in texts: its name, and the references that templates make to it. */
export const namesOf = (bucket: Bucket): readonly string[] => [
  `\${${bucket.id}}`,
  ...(isKnown(bucket.bucketName) ? [bucket.bucketName] : []),
  ...(bucket.physicalId === undefined ? [] : [bucket.physicalId]),
];

/** Does a statement's resource mean objects of the bucket? */
export function meansObjectsOf(bucket: Bucket): (statement: PolicyStatement) => boolean | "unknown" {
  const arns = [`\${${bucket.id}.Arn}`, ...namesOf(bucket).map((name) => `arn:aws:s3:::${name}`)];
  return ({ resources }) => {
    if (
      resources.some(
        (pattern) => pattern === "*" || arns.some((arn) => pattern.startsWith(`${arn}/`) || covers(pattern, `${arn}/key`)),
      )
    )
      return true;
    return resources.some((pattern) => hasGap(pattern) && /\$\{[^}]*\s[^}]*\}/.test(pattern)) ? "unknown" : false;
  };
}
