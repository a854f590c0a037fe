import type { Scope } from "../../operations/call.js";
import { put, remove, type Change } from "../../records/records.js";
import { exists, invalidParameter, invalidRequest, notFound } from "./faults.js";
import { checkName, findSecret, newSecretArn } from "./names.js";
import { SealedValues, Secrets, valueKey, type Secret } from "./records.js";
import { openValue, sameValue, sealValue, type SecretValue } from "./values.js";
import { decideVersion } from "./versions.js";

export interface SecretWish {
  readonly name: string;
  readonly description?: string | undefined;
  /** Id, ARN or alias of a KMS key; default `alias/aws/secretsmanager`. */
  readonly kmsKeyId?: string | undefined;
  /** None: a secret without a version. */
  readonly value?: SecretValue | undefined;
  /** The first version's id. */
  readonly token?: string | undefined;
  /** For a service that makes it for itself: users can then read it, and not change or delete it. */
  readonly owningService?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface MadeSecret {
  readonly secret: Secret;
  /** Undefined: it has no value yet. */
  readonly versionId: string | undefined;
}

/**
 * One commit. With the token of a secret's first version and the same value, it is the same request again.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
 */
export function createSecret(scope: Scope, wish: SecretWish): MadeSecret {
  const name = checkName(wish.name);
  const known = liveSecrets(scope).find((secret) => secret.name === name);
  if (known !== undefined) return madeBefore(scope, known, wish);
  const at = scope.now();
  const empty: Secret = {
    arn: newSecretArn(scope, name),
    name,
    ...descriptionOf(wish.description),
    ...(wish.kmsKeyId === undefined ? {} : { kmsKeyId: wish.kmsKeyId }),
    ...(wish.owningService === undefined ? {} : { owningService: wish.owningService }),
    createdAt: at,
    changedAt: at,
    tags: wish.tags,
    versions: {},
  };
  const first =
    wish.value === undefined
      ? { secret: empty, versionId: undefined, changes: [put(Secrets, empty.arn, empty)] }
      : decideVersion(scope, empty, { value: wish.value, token: wish.token });
  scope.commit(...first.changes, ...withoutExpired(scope));
  return first;
}

function madeBefore(scope: Scope, known: Secret, { value, token }: SecretWish): MadeSecret {
  if (known.deletionAt !== undefined)
    throw invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.");
  if (token !== undefined && value !== undefined && Object.hasOwn(known.versions, token))
    if (sameValue(openValue(scope, known.arn, token), value)) return { secret: known, versionId: token };
  throw exists(`The operation failed because the secret ${known.name} already exists.`);
}

const descriptionOf = (description: string | undefined): { readonly description?: string } => {
  if (description !== undefined && description.length > 2048)
    throw invalidParameter(`The description has ${description.length} characters; it may have 2048.`);
  return description === undefined || description === "" ? {} : { description };
};

/** Every secret but those whose time has come. */
export const liveSecrets = (scope: Scope): readonly Secret[] =>
  scope.records.list(Secrets).filter((secret) => !isExpired(scope, secret));

const isExpired = (scope: Scope, { deletionAt }: Secret): boolean => deletionAt !== undefined && deletionAt <= scope.now();

/** By name, ARN or partial ARN; `evenDeleted`: one that waits for its deletion, too. @throws ServiceFault */
export function theSecret(scope: Scope, wanted: string | undefined, { evenDeleted = false } = {}): Secret {
  const secret = findSecret(scope, liveSecrets(scope), wanted ?? "");
  if (secret === undefined) throw notFound();
  if (secret.deletionAt !== undefined && !evenDeleted)
    throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
  return secret;
}

/** One that a user may change. @throws ServiceFault */
export function theOwnSecret(scope: Scope, wanted: string | undefined, options: { evenDeleted?: boolean } = {}): Secret {
  const secret = theSecret(scope, wanted, options);
  if (secret.owningService !== undefined)
    throw invalidRequest(
      `The secret is managed by another service, and you must use that service to update it. (${secret.name} is managed by ${secret.owningService}.)`,
    );
  return secret;
}

export interface SecretChange {
  /** Empty: none any more. */
  readonly description?: string | undefined;
  /** Empty: AWS's own key. */
  readonly kmsKeyId?: string | undefined;
  readonly value?: SecretValue | undefined;
  readonly token?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What is not stated stays. One commit. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html */
export function updateSecret(scope: Scope, before: Secret, change: SecretChange): MadeSecret {
  const { description: was, kmsKeyId: keyBefore, ...rest } = before;
  const kmsKeyId = change.kmsKeyId === undefined ? keyBefore : change.kmsKeyId === "" ? undefined : change.kmsKeyId;
  const described: Secret = {
    ...rest,
    ...descriptionOf(change.description ?? was),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    tags: change.tags ?? before.tags,
    changedAt: scope.now(),
  };
  const rekeyed = kmsKeyId === keyBefore ? { secret: described, changes: [] } : rekey(scope, described);
  const version =
    change.value === undefined
      ? { secret: rekeyed.secret, versionId: undefined, changes: [] }
      : decideVersion(scope, rekeyed.secret, { value: change.value, token: change.token });
  scope.commit(...rekeyed.changes, put(Secrets, before.arn, version.secret), ...version.changes);
  return version;
}

/** The versions that have a label of AWS's are encrypted anew; the others stay as they are, as on AWS. */
function rekey(scope: Scope, secret: Secret): { readonly secret: Secret; readonly changes: readonly Change[] } {
  const changes: Change[] = [];
  const versions = Object.fromEntries(
    Object.entries(secret.versions).map(([versionId, version]) => {
      if (!version.stages.some((stage) => ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"].includes(stage)))
        return [versionId, version];
      const value = openValue(scope, secret.arn, versionId);
      const { sealed, encryptionKey } = sealValue(scope, secret, versionId, value);
      changes.push(put(SealedValues, valueKey(secret.arn, versionId), sealed));
      return [versionId, { ...version, encryptionKey }];
    }),
  );
  return { secret: { ...secret, versions }, changes };
}

/**
 * Schedule a deletion, or delete at once and for good. Gives when it is gone.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
 */
export function deleteSecret(
  scope: Scope,
  secret: Secret,
  how: { readonly atOnce?: boolean | undefined; readonly days?: number | undefined },
): number {
  const { atOnce = false, days } = how;
  if (atOnce && days !== undefined)
    throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  if (days !== undefined && (days < 7 || days > 30))
    throw invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
  const now = scope.now();
  if (atOnce) {
    scope.commit(...secretRemoval(secret), ...withoutExpired(scope, secret));
    return now;
  }
  if (secret.deletionAt !== undefined)
    throw invalidRequest("You can't perform this operation on the secret because it was already scheduled for deletion.");
  const deletionAt = now + (days ?? 30) * 86_400_000;
  scope.commit(put(Secrets, secret.arn, { ...secret, deletionAt }), ...withoutExpired(scope));
  return deletionAt;
}

/** One that is not to be deleted stays as it is, as on AWS. */
export function restoreSecret(scope: Scope, { deletionAt, ...secret }: Secret): void {
  if (deletionAt !== undefined) scope.commit(put(Secrets, secret.arn, secret));
}

/** Of a secret with all its versions, at once. */
export const secretRemoval = ({ arn, versions }: Secret): readonly Change[] => [
  remove(Secrets, arn),
  ...Object.keys(versions).map((versionId) => remove(SealedValues, valueKey(arn, versionId))),
];

/** Takes what is gone out of the records. */
const withoutExpired = (scope: Scope, besides?: Secret): readonly Change[] =>
  scope.records
    .list(Secrets)
    .filter((secret) => isExpired(scope, secret) && secret.arn !== besides?.arn)
    .flatMap(secretRemoval);
