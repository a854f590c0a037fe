import type { DescribeSecretResponse } from "@aws-sdk/client-secrets-manager";
import type { Secret } from "./records.js";
import { toTags } from "./tags.js";

/** What is not there is left out, as on AWS: a key of AWS's own, versions without a label. */
export function describeSecret(secret: Secret): DescribeSecretResponse {
  const labelled = Object.entries(secret.versions).filter(([, { stages }]) => stages.length > 0);
  const tags = toTags(secret.tags);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    LastChangedDate: new Date(secret.changedAt),
    LastAccessedDate: dateOf(secret.accessedAt),
    DeletedDate: dateOf(secret.deletionAt),
    Tags: tags.length === 0 ? undefined : tags,
    VersionIdsToStages:
      labelled.length === 0 ? undefined : Object.fromEntries(labelled.map(([versionId, { stages }]) => [versionId, [...stages]])),
    OwningService: secret.owningService,
    CreatedDate: new Date(secret.createdAt),
  };
}

const dateOf = (at: number | undefined): Date | undefined => (at === undefined ? undefined : new Date(at));
