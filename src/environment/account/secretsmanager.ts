import { paginateListSecrets } from "@aws-sdk/client-secrets-manager";
import { Unknown } from "../maybe.js";
import { told } from "../told.js";
import { type ReadRoom, tagsOf } from "./room.js";

const secretType = "AWS::SecretsManager::Secret";

/** Secrets, never their values: whoever only looks needs no right to read them. */
export const readSecrets: ReadRoom = async (clients, reading) => {
  const client = await clients.secretsmanager();
  const secrets = await reading.all("secretsmanager:ListSecrets", [secretType], paginateListSecrets({ client }, {}), (page) =>
    page.SecretList?.filter(({ DeletedDate }) => DeletedDate === undefined),
  );
  return {
    register: (names) => {
      for (const { ARN = "", Name } of secrets) names.register({ type: secretType, physicalId: ARN, also: [Name] });
    },
    describe: (names) =>
      secrets.map((secret) => ({
        id: names.idOf(secretType, secret.ARN),
        type: secretType,
        physicalId: secret.ARN,
        // RDS keeps the passwords that it manages in secrets of its own.
        ...(secret.OwningService === undefined ? {} : { implicit: true }),
        properties: told({
          Name: secret.Name,
          Description: secret.Description,
          KmsKeyId: secret.KmsKeyId === undefined ? undefined : names.ref("AWS::KMS::Key", secret.KmsKeyId),
          SecretString: new Unknown("a secret's value is not looked at, so where it came from is not known"),
          GenerateSecretString: new Unknown("a secret's value is not looked at, so where it came from is not known"),
          Tags: tagsOf(secret.Tags),
        }),
        attributes: { RotationEnabled: secret.RotationEnabled ?? false },
      })),
  };
};
