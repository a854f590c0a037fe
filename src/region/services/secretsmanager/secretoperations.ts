import type {
  CreateSecretCommandInput,
  CreateSecretCommandOutput,
  DeleteSecretCommandInput,
  DeleteSecretCommandOutput,
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput,
  RestoreSecretCommandInput,
  RestoreSecretCommandOutput,
  UpdateSecretCommandInput,
  UpdateSecretCommandOutput,
} from "@aws-sdk/client-secrets-manager";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { describeSecret } from "./describe.js";
import { createSecret, deleteSecret, restoreSecret, theOwnSecret, theSecret, updateSecret } from "./secrets.js";
import { tagRules, tagsFrom } from "./tags.js";
import { valueIn } from "./values.js";

/** One that is gone can be deleted at once, again: no error tells, as on AWS. */
function removeSecret(call: Call, input: DeleteSecretCommandInput): Omit<DeleteSecretCommandOutput, "$metadata"> {
  const { SecretId, ForceDeleteWithoutRecovery: atOnce, RecoveryWindowInDays: days } = input;
  try {
    const secret = theOwnSecret(call, SecretId, { evenDeleted: true });
    return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(deleteSecret(call, secret, { atOnce, days })) };
  } catch (error) {
    const isGone = error instanceof ServiceFault && error.code === "ResourceNotFoundException";
    if (!isGone || atOnce !== true || days !== undefined) throw error;
    return { Name: SecretId, DeletionDate: new Date(call.now()) };
  }
}

export const secretOperations: readonly Operation[] = [
  operation<CreateSecretCommandInput, CreateSecretCommandOutput>(
    "secretsmanager",
    "CreateSecret",
    {
      Name: enforced,
      ClientRequestToken: enforced,
      Description: enforced,
      KmsKeyId: enforced,
      SecretString: enforced,
      SecretBinary: enforced,
      Tags: tagRules,
      ForceOverwriteReplicaSecret: states(false),
    },
    (call, input) => {
      const { secret, versionId } = createSecret(call, {
        name: input.Name ?? "",
        description: input.Description,
        kmsKeyId: input.KmsKeyId,
        value: valueIn(input),
        token: input.ClientRequestToken,
        tags: tagsFrom(input.Tags),
      });
      return { ARN: secret.arn, Name: secret.name, VersionId: versionId };
    },
  ),
  operation<DescribeSecretCommandInput, DescribeSecretCommandOutput>(
    "secretsmanager",
    "DescribeSecret",
    { SecretId: enforced },
    (call, input) => describeSecret(theSecret(call, input.SecretId, { evenDeleted: true })),
  ),
  operation<UpdateSecretCommandInput, UpdateSecretCommandOutput>(
    "secretsmanager",
    "UpdateSecret",
    {
      SecretId: enforced,
      ClientRequestToken: enforced,
      Description: enforced,
      KmsKeyId: enforced,
      SecretString: enforced,
      SecretBinary: enforced,
    },
    (call, input) => {
      const { secret, versionId } = updateSecret(call, theOwnSecret(call, input.SecretId), {
        description: input.Description,
        kmsKeyId: input.KmsKeyId,
        value: valueIn(input),
        token: input.ClientRequestToken,
      });
      return { ARN: secret.arn, Name: secret.name, VersionId: versionId };
    },
  ),
  operation<DeleteSecretCommandInput, DeleteSecretCommandOutput>(
    "secretsmanager",
    "DeleteSecret",
    { SecretId: enforced, RecoveryWindowInDays: enforced, ForceDeleteWithoutRecovery: enforced },
    removeSecret,
  ),
  operation<RestoreSecretCommandInput, RestoreSecretCommandOutput>(
    "secretsmanager",
    "RestoreSecret",
    { SecretId: enforced },
    (call, input) => {
      const secret = theSecret(call, input.SecretId, { evenDeleted: true });
      restoreSecret(call, secret);
      return { ARN: secret.arn, Name: secret.name };
    },
  ),
];
