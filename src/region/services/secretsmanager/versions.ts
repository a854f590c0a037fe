import { randomUUID } from "node:crypto";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove, type Change } from "../../records/records.js";
import { exists, invalidRequest, invalidValue, notFound } from "./faults.js";
import { SealedValues, Secrets, valueKey, type Secret } from "./records.js";
import { current, moveStage, versionWith, type Versions } from "./stages.js";
import { openValue, sameValue, sealValue, type SecretValue } from "./values.js";

export interface VersionWish {
  readonly value: SecretValue;
  /** The version's id; a version there is with it and the same value is left as it is. Made up when there is none. */
  readonly token?: string | undefined;
  /** Default: AWSCURRENT alone. */
  readonly stages?: readonly string[] | undefined;
}

export interface VersionDecision {
  readonly secret: Secret;
  readonly versionId: string;
  /** Nothing for a request that was carried out before. */
  readonly changes: readonly Change[];
}

/** A version more, not committed yet. @throws ServiceFault ResourceExistsException, LimitExceededException */
export function decideVersion(scope: Scope, secret: Secret, wish: VersionWish): VersionDecision {
  const versionId = checkToken(wish.token) ?? randomUUID();
  if (Object.hasOwn(secret.versions, versionId)) {
    if (sameValue(openValue(scope, secret.arn, versionId), wish.value)) return { secret, versionId, changes: [] };
    throw exists(
      `You can't use ClientRequestToken ${versionId} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  const stages = checkStages(wish.stages) ?? [current];
  const { sealed, encryptionKey } = sealValue(scope, secret, versionId, wish.value);
  const added: Versions = { ...secret.versions, [versionId]: { stages: [], createdAt: scope.now(), encryptionKey } };
  // The first version is the current one, whatever it is called.
  const labels = versionWith(secret.versions, current) === undefined ? new Set([current, ...stages]) : stages;
  const staged = [...labels].reduce((versions, stage) => moveStage(versions, stage, versionId), added);
  const { kept, dropped } = withinLimit(staged, scope.now());
  const changed: Secret = { ...secret, versions: kept, changedAt: scope.now() };
  return {
    secret: changed,
    versionId,
    changes: [
      put(Secrets, secret.arn, changed),
      put(SealedValues, valueKey(secret.arn, versionId), sealed),
      ...dropped.map((gone) => remove(SealedValues, valueKey(secret.arn, gone))),
    ],
  };
}

/** A secret keeps about so many versions; those without a label make way once they are a day old. */
const mostVersions = 100;
const day = 86_400_000;

function withinLimit(versions: Versions, now: number): { readonly kept: Versions; readonly dropped: readonly string[] } {
  const entries = Object.entries(versions);
  const spare = entries.filter(([, { stages, createdAt }]) => stages.length === 0 && now - createdAt >= day);
  const dropped = new Set(spare.slice(0, Math.max(0, entries.length - mostVersions)).map(([versionId]) => versionId));
  if (entries.length - dropped.size > mostVersions)
    throw new ServiceFault(
      "LimitExceededException",
      `A secret has at most ${mostVersions} versions; those without a staging label make way a day after they were made.`,
    );
  return { kept: Object.fromEntries(entries.filter(([versionId]) => !dropped.has(versionId))), dropped: [...dropped] };
}

function checkToken(token: string | undefined): string | undefined {
  if (token !== undefined && (token.length < 32 || token.length > 64))
    throw invalidValue("clientRequestToken", "Member must have length between 32 and 64");
  return token;
}

function checkStages(stages: readonly string[] | undefined): readonly string[] | undefined {
  if (stages === undefined || stages.length === 0) return undefined;
  if (stages.length > 20) throw invalidValue("versionStages", "Member must have length less than or equal to 20");
  const wrong = stages.find((stage) => stage.length < 1 || stage.length > 256);
  if (wrong !== undefined) throw invalidValue("versionStages", "Member must have length between 1 and 256");
  return stages;
}

/** Which version is meant: by id, by label, or the current one; by both, they must agree. @throws ServiceFault */
export function chosenVersion(
  secret: Secret,
  { versionId, stage }: { readonly versionId?: string | undefined; readonly stage?: string | undefined },
): string {
  if (versionId !== undefined && !Object.hasOwn(secret.versions, versionId))
    throw notFound(`the specified secret value for VersionId: ${versionId}`);
  if (versionId !== undefined) {
    if (stage !== undefined && secret.versions[versionId]?.stages.includes(stage) !== true)
      throw invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
    return versionId;
  }
  const found = versionWith(secret.versions, stage ?? current);
  if (found === undefined) throw notFound(`the specified secret value for staging label: ${stage ?? current}`);
  return found;
}

/** Read a version, and note the day on which it was. */
export function readVersion(scope: Scope, secret: Secret, versionId: string): SecretValue {
  const value = openValue(scope, secret.arn, versionId);
  const today = Math.floor(scope.now() / day) * day;
  const version = secret.versions[versionId];
  if (version !== undefined && (secret.accessedAt !== today || version.accessedAt !== today)) {
    const versions = { ...secret.versions, [versionId]: { ...version, accessedAt: today } };
    scope.commit(put(Secrets, secret.arn, { ...secret, accessedAt: today, versions }));
  }
  return value;
}
