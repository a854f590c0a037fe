import type { PolicyDocument, PolicyStatement } from "../../environment/identity.js";
import { andThen, isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { Bucket } from "../../environment/storage.js";
import { atMost, concernsAction, covers, hasGap } from "../identity/grants.js";
import { deniesStrangers, meansStrangers } from "../identity/strangers.js";

/** How the world may use a bucket; undefined where it may not. */
type Way = Maybe<"policy" | "acl"> | undefined;

/** Reads an object. */
const reading: readonly string[] = ["s3:GetObject"];

/** Changes what is there, or who may: on objects, and on the bucket itself. */
const writing: readonly string[] = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectAcl"];
const governing: readonly string[] = ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:DeleteBucket"];

export const publicReadOf = (bucket: Bucket): Way =>
  wayInto(bucket, ["public-read", "public-read-write"], (policy) => letsWorld(bucket, policy, reading));

export const publicWriteOf = (bucket: Bucket): Way =>
  wayInto(bucket, ["public-read-write"], (policy) =>
    either(letsWorld(bucket, policy, writing), () => letsWorld(bucket, policy, governing)),
  );

function wayInto(bucket: Bucket, acls: readonly string[], byPolicyOf: (policy: PolicyDocument) => Maybe<boolean>): Way {
  const { acl, policy, publicAccessBlock: block } = bucket;
  const byAcl = andThen(isUnknown(acl) ? acl : acls.includes(acl), () => negated(block.ignorePublicAcls));
  if (byAcl === true) return "acl";
  // RestrictPublicBuckets leaves a public policy to the account itself.
  const byPolicy = andThen(policy === undefined ? false : isUnknown(policy) ? policy : byPolicyOf(policy), () =>
    negated(block.restrictPublicBuckets),
  );
  if (byPolicy === true) return "policy";
  return [byAcl, byPolicy].find(isUnknown);
}

const negated = (value: Maybe<boolean>): Maybe<boolean> => (isUnknown(value) ? value : !value);

function either(left: Maybe<boolean>, right: () => Maybe<boolean>): Maybe<boolean> {
  if (left === true) return true;
  const other = right();
  return other === true || !isUnknown(left) ? other : left;
}

/** Does a policy let strangers do one of these? */
function letsWorld(bucket: Bucket, { statements }: PolicyDocument, actions: readonly string[]): Maybe<boolean> {
  const isOfBucket = actions === governing;
  const targets = arnsOf(bucket).map((arn) => (isOfBucket ? arn : `${arn}/*`));
  const concerns = (statement: PolicyStatement): Maybe<boolean> => !isOfBucket || meansBucket(bucket, statement);
  const found = actions.flatMap((action) =>
    statements
      .filter(({ effect }) => effect === "Allow")
      .map((statement) => {
        const allowed = andThen(concernsAction(statement, action), () =>
          andThen(meansStrangers(statement), () => andThen(concerns(statement), () => statement.unknown?.effect ?? true)),
        );
        return andThen(allowed, () => negated(isDenied(statements, statement, action, targets)));
      }),
  );
  return found.includes(true) || (found.find(isUnknown) ?? false);
}

/** Does another statement take from strangers what this one allows them? */
function isDenied(
  statements: readonly PolicyStatement[],
  allowed: PolicyStatement,
  action: string,
  targets: readonly string[],
): Maybe<boolean> {
  const found = statements
    .filter(({ effect }) => effect === "Deny")
    .map((denied) =>
      andThen(concernsAction(denied, action), () =>
        andThen(deniesStrangers(denied), () => reachesAsFar(denied, allowed, targets)),
      ),
    );
  return found.includes(true) || (found.find(isUnknown) ?? false);
}

/** Is all that is allowed among what is denied: text by text, or because that is all of the bucket? */
function reachesAsFar(denied: PolicyStatement, allowed: PolicyStatement, targets: readonly string[]): Maybe<boolean> {
  const isMeantBy = (patterns: readonly string[]): boolean =>
    targets.some((target) => patterns.some((pattern) => covers(pattern, target))) ||
    (allowed.resources.length > 0 && allowed.resources.every((text) => patterns.some((pattern) => covers(pattern, text))));
  if (isMeantBy(denied.resources)) return true;
  const why = denied.unknown?.resources ?? allowed.unknown?.resources;
  return why !== undefined && isMeantBy(denied.resources.map(atMost)) ? why : false;
}

/** Is a bucket itself, and not its objects alone, among what a statement of its policy means? */
function meansBucket(bucket: Bucket, { resources, notResources, unknown }: PolicyStatement): Maybe<boolean> {
  const arns = arnsOf(bucket);
  const meant = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => pattern === "*" || arns.some((arn) => covers(pattern, arn)));
  if (notResources.length > 0) return unknown?.resources ?? !meant(notResources);
  return meant(resources) || (unknown?.resources ?? false);
}

/** What a bucket may be called in texts: its name, and the references that templates make to it. */
export const namesOf = (bucket: Bucket): readonly string[] => [
  `\${${bucket.id}}`,
  ...(isKnown(bucket.bucketName) ? [bucket.bucketName] : []),
  ...(bucket.physicalId === undefined ? [] : [bucket.physicalId]),
];

const arnsOf = (bucket: Bucket): readonly string[] => [
  `\${${bucket.id}.Arn}`,
  ...namesOf(bucket).map((name) => `arn:aws:s3:::${name}`),
];

/** Does a statement's resource mean objects of the bucket? */
export function meansObjectsOf(bucket: Bucket): (statement: PolicyStatement) => boolean | "unknown" {
  const arns = arnsOf(bucket);
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
