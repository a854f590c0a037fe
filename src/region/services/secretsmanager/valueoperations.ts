import type {
  BatchGetSecretValueCommandInput,
  BatchGetSecretValueCommandOutput,
  GetRandomPasswordCommandInput,
  GetRandomPasswordCommandOutput,
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
  PutSecretValueCommandInput,
  PutSecretValueCommandOutput,
  SecretValueEntry,
  UpdateSecretVersionStageCommandInput,
  UpdateSecretVersionStageCommandOutput,
} from "@aws-sdk/client-secrets-manager";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put } from "../../records/records.js";
import { invalidParameter, invalidRequest } from "./faults.js";
import { passes } from "./filters.js";
import { filterRules, pageOf } from "./lists.js";
import { randomPassword } from "./passwords.js";
import { Secrets } from "./records.js";
import { liveSecrets, theOwnSecret, theSecret } from "./secrets.js";
import { updateStage } from "./stages.js";
import { valueIn, valueMembers } from "./values.js";
import { chosenVersion, decideVersion, readVersion } from "./versions.js";

function getSecretValue(
  call: Call,
  { SecretId, VersionId, VersionStage }: { SecretId?: string; VersionId?: string; VersionStage?: string },
): SecretValueEntry {
  const secret = theSecret(call, SecretId);
  const versionId = chosenVersion(secret, { versionId: VersionId, stage: VersionStage });
  const value = readVersion(call, secret, versionId);
  const version = secret.versions[versionId];
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: versionId,
    ...valueMembers(value),
    VersionStages: [...(version?.stages ?? [])],
    CreatedDate: new Date(version?.createdAt ?? secret.createdAt),
  };
}

/** What of it cannot be read is told beside what can. */
function batchGetSecretValue(
  call: Call,
  input: BatchGetSecretValueCommandInput,
): Omit<BatchGetSecretValueCommandOutput, "$metadata"> {
  const { SecretIdList: ids = [], Filters: filters = [] } = input;
  if (ids.length > 0 === filters.length > 0)
    throw invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
  if (ids.length > 20) throw invalidParameter(`SecretIdList names ${ids.length} secrets; it may name 20.`);
  if (ids.length > 0 && input.MaxResults !== undefined)
    throw invalidParameter("'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.");
  const found = liveSecrets(call).filter((secret) => secret.deletionAt === undefined && passes(secret, call.regionName, filters));
  const page = ids.length > 0 ? undefined : pageOf(found, ({ arn }) => arn, input, { most: 20 });
  const values: SecretValueEntry[] = [];
  const errors: { SecretId: string; ErrorCode: string; Message: string }[] = [];
  for (const SecretId of page?.items.map(({ arn }) => arn) ?? ids)
    try {
      values.push(getSecretValue(call, { SecretId }));
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
      errors.push({ SecretId, ErrorCode: error.code, Message: error.message });
    }
  return { SecretValues: values, Errors: errors, NextToken: page?.NextToken };
}

export const valueOperations: readonly Operation[] = [
  operation<GetSecretValueCommandInput, GetSecretValueCommandOutput>(
    "secretsmanager",
    "GetSecretValue",
    { SecretId: enforced, VersionId: enforced, VersionStage: enforced },
    getSecretValue,
  ),
  operation<BatchGetSecretValueCommandInput, BatchGetSecretValueCommandOutput>(
    "secretsmanager",
    "BatchGetSecretValue",
    { SecretIdList: enforced, Filters: filterRules, MaxResults: enforced, NextToken: enforced },
    batchGetSecretValue,
  ),
  operation<PutSecretValueCommandInput, PutSecretValueCommandOutput>(
    "secretsmanager",
    "PutSecretValue",
    {
      SecretId: enforced,
      ClientRequestToken: enforced,
      SecretString: enforced,
      SecretBinary: enforced,
      VersionStages: enforced,
    },
    (call, input) => {
      const before = theOwnSecret(call, input.SecretId);
      const value = valueIn(input);
      if (value === undefined) throw invalidRequest("You must provide either SecretString or SecretBinary.");
      const { secret, versionId, changes } = decideVersion(call, before, {
        value,
        token: input.ClientRequestToken,
        stages: input.VersionStages,
      });
      call.commit(...changes);
      const stages = secret.versions[versionId]?.stages ?? [];
      return { ARN: secret.arn, Name: secret.name, VersionId: versionId, VersionStages: [...stages] };
    },
  ),
  operation<UpdateSecretVersionStageCommandInput, UpdateSecretVersionStageCommandOutput>(
    "secretsmanager",
    "UpdateSecretVersionStage",
    { SecretId: enforced, VersionStage: enforced, RemoveFromVersionId: enforced, MoveToVersionId: enforced },
    (call, input) => {
      const secret = theOwnSecret(call, input.SecretId);
      const versions = updateStage(secret.versions, input.VersionStage ?? "", {
        from: input.RemoveFromVersionId,
        to: input.MoveToVersionId,
      });
      call.commit(put(Secrets, secret.arn, { ...secret, versions, changedAt: call.now() }));
      return { ARN: secret.arn, Name: secret.name };
    },
  ),
  operation<GetRandomPasswordCommandInput, GetRandomPasswordCommandOutput>(
    "secretsmanager",
    "GetRandomPassword",
    {
      PasswordLength: enforced,
      ExcludeCharacters: enforced,
      ExcludeNumbers: enforced,
      ExcludePunctuation: enforced,
      ExcludeUppercase: enforced,
      ExcludeLowercase: enforced,
      IncludeSpace: enforced,
      RequireEachIncludedType: enforced,
    },
    (_call, input) => ({ RandomPassword: randomPassword(input) }),
  ),
];
