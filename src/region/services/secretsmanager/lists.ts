import type {
  ListSecretsCommandInput,
  ListSecretsCommandOutput,
  ListSecretVersionIdsCommandInput,
  ListSecretVersionIdsCommandOutput,
} from "@aws-sdk/client-secrets-manager";
import { enforced, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { paginate, type Page } from "../../protocol/paginate.js";
import { describeSecret } from "./describe.js";
import { invalidParameter } from "./faults.js";
import { passes } from "./filters.js";
import type { Secret } from "./records.js";
import { liveSecrets, theSecret } from "./secrets.js";

export const filterRules = within({ Key: enforced, Values: enforced });

/** One page in Secrets Manager's words. @throws ServiceFault InvalidNextTokenException */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  asked: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
  options: { readonly most: number; readonly descending?: boolean },
): Page<T> {
  const { MaxResults = options.most, NextToken } = asked;
  if (MaxResults < 1 || MaxResults > options.most)
    throw invalidParameter(`MaxResults is ${MaxResults}; it must be between 1 and ${options.most}.`);
  const { descending = false } = options;
  return paginate(items, keyOf, { MaxResults, NextToken }, { descending, invalid: "InvalidNextTokenException" });
}

/** By what a list is in order: a text that is unique and sorts as what is asked for does. */
const orders: Readonly<Record<string, (secret: Secret) => string>> = {
  "created-date": ({ createdAt, arn }) => dated(createdAt, arn),
  "last-changed-date": ({ changedAt, arn }) => dated(changedAt, arn),
  "last-accessed-date": ({ accessedAt = 0, arn }) => dated(accessedAt, arn),
  name: ({ name }) => name,
};

const dated = (at: number, unique: string): string => `${String(at).padStart(15, "0")} ${unique}`;

export const listOperations: readonly Operation[] = [
  operation<ListSecretsCommandInput, ListSecretsCommandOutput>(
    "secretsmanager",
    "ListSecrets",
    {
      IncludePlannedDeletion: enforced,
      MaxResults: enforced,
      NextToken: enforced,
      Filters: filterRules,
      SortBy: enforced,
      SortOrder: enforced,
    },
    (call, input) => {
      const order = orders[input.SortBy ?? "created-date"];
      if (order === undefined) throw invalidParameter(`Secrets can't be in order of ${input.SortBy}.`);
      const secrets = liveSecrets(call)
        .filter(({ deletionAt }) => deletionAt === undefined || input.IncludePlannedDeletion === true)
        .filter((secret) => passes(secret, call.regionName, input.Filters));
      const page = pageOf(secrets, order, input, { most: 100, descending: input.SortOrder === "desc" });
      return {
        SecretList: page.items.map((secret) => {
          const { VersionIdsToStages, ...rest } = describeSecret(secret);
          return { ...rest, SecretVersionsToStages: VersionIdsToStages };
        }),
        NextToken: page.NextToken,
      };
    },
  ),
  operation<ListSecretVersionIdsCommandInput, ListSecretVersionIdsCommandOutput>(
    "secretsmanager",
    "ListSecretVersionIds",
    { SecretId: enforced, MaxResults: enforced, NextToken: enforced, IncludeDeprecated: enforced },
    (call, input) => {
      const { arn, name, versions } = theSecret(call, input.SecretId, { evenDeleted: true });
      const listed = Object.entries(versions).filter(([, { stages }]) => stages.length > 0 || input.IncludeDeprecated === true);
      const page = pageOf(listed, ([versionId, { createdAt }]) => dated(createdAt, versionId), input, { most: 100 });
      return {
        ARN: arn,
        Name: name,
        Versions: page.items.map(([versionId, { stages, createdAt, accessedAt, encryptionKey }]) => ({
          VersionId: versionId,
          VersionStages: stages.length === 0 ? undefined : [...stages],
          CreatedDate: new Date(createdAt),
          LastAccessedDate: accessedAt === undefined ? undefined : new Date(accessedAt),
          KmsKeyIds: [encryptionKey],
        })),
        NextToken: page.NextToken,
      };
    },
  ),
];
