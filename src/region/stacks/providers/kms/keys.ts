import { enforced, recorded, states } from "../../../operations/members.js";
import { policyNote } from "../../../services/iam/roles.js";
import { createAlias, deleteAlias, updateAlias } from "../../../services/kms/aliases.js";
import { changeKey, createKey, scheduleKeyDeletion, theKey } from "../../../services/kms/keys.js";
import { keyArn } from "../../../services/kms/names.js";
import { checkKeyPolicy } from "../../../services/kms/policydocument.js";
import { KmsAliases, KmsKeys, type KmsKey } from "../../../services/kms/records.js";
import { checkPeriod, rotationNote } from "../../../services/kms/rotation.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { documentText, optionalFlag, optionalNumber, optionalText, tagRules, tagsOf, text, unlessGone } from "../properties.js";

const policyOf = ({ KeyPolicy }: Properties): string | undefined =>
  KeyPolicy === undefined ? undefined : checkKeyPolicy(documentText(KeyPolicy));

function rotationOf(properties: Properties): KmsKey["rotation"] {
  if (optionalFlag(properties, "EnableKeyRotation") !== true) return undefined;
  return { periodInDays: checkPeriod(optionalNumber(properties, "RotationPeriodInDays")) };
}

export const key: ResourceProvider = {
  type: "AWS::KMS::Key",
  record: KmsKeys,
  properties: {
    Description: enforced,
    Enabled: enforced,
    EnableKeyRotation: recorded(rotationNote),
    RotationPeriodInDays: recorded(rotationNote),
    KeyPolicy: recorded(policyNote),
    BypassPolicyLockoutSafetyCheck: recorded(policyNote),
    KeySpec: states("SYMMETRIC_DEFAULT"),
    KeyUsage: states("ENCRYPT_DECRYPT"),
    MultiRegion: states(false),
    Origin: states("AWS_KMS"),
    PendingWindowInDays: enforced,
    Tags: tagRules,
  },
  attributes: { Arn: (call, id) => keyArn(call, id), KeyId: (_call, id) => id },
  create: async (call, properties, naming) =>
    createKey(call, {
      description: optionalText(properties, "Description"),
      enabled: optionalFlag(properties, "Enabled"),
      policy: policyOf(properties),
      rotation: rotationOf(properties),
      tags: tagsOf(properties, naming),
    }).keyId,
  update: async (call, id, { to }, naming) =>
    changeKey(call, id, ({ rotation: _before, ...known }) => {
      const rotation = rotationOf(to);
      return {
        ...known,
        description: optionalText(to, "Description") ?? "",
        state: optionalFlag(to, "Enabled") === false ? "Disabled" : "Enabled",
        policy: policyOf(to) ?? known.policy,
        ...(rotation === undefined ? {} : { rotation }),
        tags: tagsOf(to, naming),
      };
    }),
  // As on AWS, the stack goes and the key waits: what was encrypted with it can be had back until then.
  delete: (call, id, properties) =>
    unlessGone(["NotFoundException"], () => {
      if (theKey(call, id).state === "PendingDeletion") return;
      scheduleKeyDeletion(call, id, optionalNumber(properties, "PendingWindowInDays"));
    }),
};

export const alias: ResourceProvider = {
  type: "AWS::KMS::Alias",
  record: KmsAliases,
  properties: { AliasName: enforced, TargetKeyId: enforced },
  attributes: {},
  create: async (call, properties) =>
    createAlias(call, { name: text(properties, "AliasName"), target: text(properties, "TargetKeyId") }).name,
  update: async (call, id, { to }) => updateAlias(call, id, text(to, "TargetKeyId")),
  delete: (call, id) => unlessGone(["NotFoundException"], () => deleteAlias(call, id)),
};
