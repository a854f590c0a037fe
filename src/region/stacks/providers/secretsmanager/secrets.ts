import { enforced, recorded } from "../../../operations/members.js";
import { policyNote } from "../../../services/iam/roles.js";
import { setResourcePolicy } from "../../../services/secretsmanager/policies.js";
import { Secrets } from "../../../services/secretsmanager/records.js";
import { createSecret, deleteSecret, theSecret, updateSecret } from "../../../services/secretsmanager/secrets.js";
import { differingKeys } from "../../plan.js";
import type { Naming, ResourceProvider } from "../../provider.js";
import type { Values } from "../../../../template/value.js";
import { documentText, optionalText, tagRules, tagsOf, text, unlessGone } from "../properties.js";
import { generateRules, valueOf } from "./values.js";

const gone = ["ResourceNotFoundException"];

/** CloudFormation leaves the stack's name out here. */
const madeUpName = (naming: Naming): string => `${naming.logicalId}-${naming.physicalName(64).slice(-12)}`;

export const secret: ResourceProvider = {
  type: "AWS::SecretsManager::Secret",
  record: Secrets,
  properties: {
    Name: enforced,
    Description: enforced,
    KmsKeyId: enforced,
    SecretString: enforced,
    GenerateSecretString: generateRules,
    Tags: tagRules,
  },
  attributes: { Id: (_call, id) => id },
  create: async (call, properties, naming) =>
    createSecret(call, {
      name: optionalText(properties, "Name") ?? madeUpName(naming),
      description: optionalText(properties, "Description"),
      kmsKeyId: optionalText(properties, "KmsKeyId"),
      value: valueOf(properties),
      tags: tagsOf(properties, naming),
    }).secret.arn,
  update: async (call, id, { from, to }, naming) => {
    const changed = differingKeys(from as Values, to as Values);
    const isAnother = changed.includes("SecretString") || changed.includes("GenerateSecretString");
    updateSecret(call, theSecret(call, id), {
      description: optionalText(to, "Description") ?? "",
      kmsKeyId: optionalText(to, "KmsKeyId") ?? "",
      value: isAnother ? valueOf(to) : undefined,
      tags: tagsOf(to, naming),
    });
  },
  // At once, as CloudFormation does it: the name is free for the next stack.
  delete: (call, id) =>
    unlessGone(gone, () => void deleteSecret(call, theSecret(call, id, { evenDeleted: true }), { atOnce: true })),
};

export const resourcePolicy: ResourceProvider = {
  type: "AWS::SecretsManager::ResourcePolicy",
  // It has no record of its own: it is its secret's.
  record: Secrets,
  properties: { SecretId: enforced, ResourcePolicy: recorded(policyNote), BlockPublicPolicy: recorded(policyNote) },
  attributes: { Id: (_call, id) => id },
  create: async (call, properties) => {
    const owner = theSecret(call, text(properties, "SecretId"));
    setResourcePolicy(call, owner, documentText(properties.ResourcePolicy));
    return owner.arn;
  },
  update: async (call, id, { to }) => setResourcePolicy(call, theSecret(call, id), documentText(to.ResourcePolicy)),
  delete: (call, id) => unlessGone(gone, () => setResourcePolicy(call, theSecret(call, id, { evenDeleted: true }), undefined)),
};
