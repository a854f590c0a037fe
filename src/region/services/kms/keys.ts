import { randomBytes, randomUUID } from "node:crypto";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove, type Change } from "../../records/records.js";
import { aliasArn, keyArn, localName, managedPrefix } from "./names.js";
import { KmsAliases, KmsKeys, type KmsKey } from "./records.js";
import { defaultPolicy } from "./policydocument.js";

export interface KeyWish {
  readonly description?: string | undefined;
  readonly policy?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly rotation?: KmsKey["rotation"] | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
export function createKey(scope: Scope, wish: KeyWish): KmsKey {
  const key = newKey(scope, {
    description: wish.description ?? "",
    manager: "CUSTOMER",
    state: wish.enabled === false ? "Disabled" : "Enabled",
    policy: wish.policy ?? defaultPolicy(scope.accountId),
    ...(wish.rotation === undefined ? {} : { rotation: wish.rotation }),
    tags: wish.tags,
  });
  scope.commit(put(KmsKeys, key.keyId, key), ...withoutExpired(scope));
  return key;
}

const newKey = (scope: Scope, facts: Omit<KmsKey, "keyId" | "arn" | "createdAt" | "material">): KmsKey => {
  const keyId = randomUUID();
  const material = randomBytes(32).toString("base64");
  return { keyId, arn: keyArn(scope, keyId), createdAt: scope.now(), material, ...facts };
};

/** Every key but those whose time has come. */
export const liveKeys = (scope: Scope): readonly KmsKey[] => scope.records.list(KmsKeys).filter((key) => !isExpired(scope, key));

/** By key id or key ARN. @throws ServiceFault NotFoundException */
export function theKey(scope: Scope, wanted: string | undefined): KmsKey {
  const keyId = localName(scope, wanted ?? "");
  const key = scope.records.get(KmsKeys, keyId);
  if (key !== undefined && !isExpired(scope, key)) return key;
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(keyId);
  throw new ServiceFault("NotFoundException", isId ? `Key '${keyArn(scope, keyId)}' does not exist` : `Invalid keyId '${keyId}'`);
}

/**
 * By key id, key ARN, alias or alias ARN. The key of one of AWS's own aliases (`alias/aws/secretsmanager`) is made when it is first
 * asked for. @throws ServiceFault NotFoundException
 */
export function resolveKey(scope: Scope, wanted: string | undefined): KmsKey {
  const name = localName(scope, wanted ?? "");
  if (!name.startsWith("alias/")) return theKey(scope, name);
  const alias = scope.records.get(KmsAliases, name);
  const key = alias === undefined ? undefined : scope.records.get(KmsKeys, alias.keyId);
  if (key !== undefined && !isExpired(scope, key)) return key;
  const service = name.startsWith(managedPrefix) ? name.slice(managedPrefix.length) : "";
  const title = Object.hasOwn(managedServices, service) ? managedServices[service] : undefined;
  if (title === undefined) throw new ServiceFault("NotFoundException", `Alias ${aliasArn(scope, name)} is not found.`);
  return makeManagedKey(scope, name, title);
}

/** The services whose data AWS encrypts with a key of its own, by the end of its alias. */
const managedServices: Readonly<Record<string, string>> = {
  ebs: "EBS volumes",
  rds: "RDS database volumes",
  s3: "S3 objects",
  secretsmanager: "Secrets Manager data",
  ssm: "SSM parameters",
};

function makeManagedKey(scope: Scope, name: string, title: string): KmsKey {
  const key = newKey(scope, {
    description: `Default key that protects my ${title} when no other key is defined`,
    manager: "AWS",
    state: "Enabled",
    policy: defaultPolicy(scope.accountId),
    rotation: { periodInDays: 365 },
    tags: {},
  });
  const at = scope.now();
  scope.commit(put(KmsKeys, key.keyId, key), put(KmsAliases, name, { name, keyId: key.keyId, createdAt: at, updatedAt: at }));
  return key;
}

/** A key that a user may change. @throws ServiceFault */
export function theOwnKey(scope: Scope, wanted: string | undefined): KmsKey {
  const key = theKey(scope, wanted);
  if (key.manager === "AWS")
    throw new ServiceFault("AccessDeniedException", `${key.arn} is managed by AWS: it can be used, and not changed.`);
  return key;
}

/** Change a key that is not on its way out. */
export function changeKey(scope: Scope, wanted: string | undefined, change: (key: KmsKey) => KmsKey): void {
  const key = theOwnKey(scope, wanted);
  if (key.state === "PendingDeletion") throw invalidState(key);
  scope.commit(put(KmsKeys, key.keyId, change(key)));
}

export const invalidState = (key: KmsKey): ServiceFault =>
  new ServiceFault("KMSInvalidStateException", `${key.arn} is pending deletion.`);

/** @param days 7 to 30. https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
export function scheduleKeyDeletion(scope: Scope, wanted: string | undefined, days = 30): KmsKey {
  if (days < 7 || days > 30)
    throw new ServiceFault(
      "ValidationException",
      `PendingWindowInDays is ${days}; it must be between 7 and 30 days (inclusive).`,
    );
  const key = theOwnKey(scope, wanted);
  if (key.state === "PendingDeletion") throw invalidState(key);
  const leaving: KmsKey = { ...key, state: "PendingDeletion", deletionAt: scope.now() + days * 86_400_000 };
  scope.commit(put(KmsKeys, key.keyId, leaving), ...withoutExpired(scope));
  return leaving;
}

/** It comes back disabled, as on AWS. */
export function cancelKeyDeletion(scope: Scope, wanted: string | undefined): KmsKey {
  const key = theOwnKey(scope, wanted);
  if (key.state !== "PendingDeletion") throw new ServiceFault("KMSInvalidStateException", `${key.arn} is not pending deletion.`);
  const { deletionAt: _deletionAt, ...rest } = key;
  const kept: KmsKey = { ...rest, state: "Disabled" };
  scope.commit(put(KmsKeys, key.keyId, kept));
  return kept;
}

const isExpired = (scope: Scope, key: KmsKey): boolean => key.deletionAt !== undefined && key.deletionAt <= scope.now();

/** Takes what is gone out of the records, with the aliases of it. */
function withoutExpired(scope: Scope): readonly Change[] {
  const gone = new Set(
    scope.records
      .list(KmsKeys)
      .filter((key) => isExpired(scope, key))
      .map(({ keyId }) => keyId),
  );
  if (gone.size === 0) return [];
  const aliases = scope.records.list(KmsAliases).filter(({ keyId }) => gone.has(keyId));
  return [...[...gone].map((keyId) => remove(KmsKeys, keyId)), ...aliases.map(({ name }) => remove(KmsAliases, name))];
}
