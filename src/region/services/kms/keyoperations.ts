import type {
  CancelKeyDeletionCommandInput,
  CancelKeyDeletionCommandOutput,
  CreateKeyCommandInput,
  CreateKeyCommandOutput,
  DescribeKeyCommandInput,
  DescribeKeyCommandOutput,
  DisableKeyCommandInput,
  EnableKeyCommandInput,
  KeyMetadata,
  ListKeysCommandInput,
  ListKeysCommandOutput,
  ScheduleKeyDeletionCommandInput,
  ScheduleKeyDeletionCommandOutput,
  UpdateKeyDescriptionCommandInput,
} from "@aws-sdk/client-kms";
import type { Scope } from "../../operations/call.js";
import { enforced, recorded, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { policyNote } from "../iam/roles.js";
import { cancelKeyDeletion, changeKey, createKey, liveKeys, resolveKey, scheduleKeyDeletion } from "./keys.js";
import { limited } from "./pages.js";
import { checkKeyPolicy } from "./policydocument.js";
import type { KmsKey } from "./records.js";
import { tagRules, tagsFrom } from "./tags.js";

const describeKey = (scope: Scope, key: KmsKey): KeyMetadata => ({
  AWSAccountId: scope.accountId,
  KeyId: key.keyId,
  Arn: key.arn,
  CreationDate: new Date(key.createdAt),
  Enabled: key.state === "Enabled",
  Description: key.description,
  KeyUsage: "ENCRYPT_DECRYPT",
  KeyState: key.state,
  DeletionDate: key.deletionAt === undefined ? undefined : new Date(key.deletionAt),
  Origin: "AWS_KMS",
  KeyManager: key.manager,
  CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
  KeySpec: "SYMMETRIC_DEFAULT",
  EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
  MultiRegion: false,
});

export const keyOperations: readonly Operation[] = [
  operation<CreateKeyCommandInput, CreateKeyCommandOutput>(
    "kms",
    "CreateKey",
    {
      Policy: recorded(policyNote),
      BypassPolicyLockoutSafetyCheck: recorded(policyNote),
      Description: enforced,
      KeyUsage: states("ENCRYPT_DECRYPT"),
      KeySpec: states("SYMMETRIC_DEFAULT"),
      CustomerMasterKeySpec: states("SYMMETRIC_DEFAULT"),
      Origin: states("AWS_KMS"),
      MultiRegion: states(false),
      Tags: tagRules,
    },
    (call, input) => ({
      KeyMetadata: describeKey(
        call,
        createKey(call, {
          description: input.Description,
          policy: input.Policy === undefined ? undefined : checkKeyPolicy(input.Policy),
          tags: tagsFrom(input.Tags),
        }),
      ),
    }),
  ),
  operation<DescribeKeyCommandInput, DescribeKeyCommandOutput>("kms", "DescribeKey", { KeyId: enforced }, (call, input) => ({
    KeyMetadata: describeKey(call, resolveKey(call, input.KeyId)),
  })),
  operation<ListKeysCommandInput, ListKeysCommandOutput>(
    "kms",
    "ListKeys",
    { Limit: enforced, Marker: enforced },
    (call, input) => {
      const { items, more } = limited(liveKeys(call), ({ keyId }) => keyId, input, { usual: 100, most: 1000 });
      return { Keys: items.map(({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn })), ...more };
    },
  ),
  operation<UpdateKeyDescriptionCommandInput, object>(
    "kms",
    "UpdateKeyDescription",
    { KeyId: enforced, Description: enforced },
    (call, input) => {
      changeKey(call, input.KeyId, (key) => ({ ...key, description: input.Description ?? "" }));
      return {};
    },
  ),
  operation<EnableKeyCommandInput, object>("kms", "EnableKey", { KeyId: enforced }, (call, input) => {
    changeKey(call, input.KeyId, (key) => ({ ...key, state: "Enabled" }));
    return {};
  }),
  operation<DisableKeyCommandInput, object>("kms", "DisableKey", { KeyId: enforced }, (call, input) => {
    changeKey(call, input.KeyId, (key) => ({ ...key, state: "Disabled" }));
    return {};
  }),
  operation<ScheduleKeyDeletionCommandInput, ScheduleKeyDeletionCommandOutput>(
    "kms",
    "ScheduleKeyDeletion",
    { KeyId: enforced, PendingWindowInDays: enforced },
    (call, input) => {
      const { arn, state, deletionAt = 0 } = scheduleKeyDeletion(call, input.KeyId, input.PendingWindowInDays);
      const PendingWindowInDays = input.PendingWindowInDays ?? 30;
      return { KeyId: arn, DeletionDate: new Date(deletionAt), KeyState: state, PendingWindowInDays };
    },
  ),
  operation<CancelKeyDeletionCommandInput, CancelKeyDeletionCommandOutput>(
    "kms",
    "CancelKeyDeletion",
    { KeyId: enforced },
    (call, input) => ({ KeyId: cancelKeyDeletion(call, input.KeyId).arn }),
  ),
];
