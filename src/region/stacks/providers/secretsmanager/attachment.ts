import { NotModelled, ServiceFault } from "../../../operations/fault.js";
import type { Scope } from "../../../operations/call.js";
import { enforced } from "../../../operations/members.js";
import { theDBInstance } from "../../../services/rds/instances.js";
import { endpointName } from "../../../services/rds/names.js";
import { Secrets } from "../../../services/secretsmanager/records.js";
import { theSecret, updateSecret } from "../../../services/secretsmanager/secrets.js";
import { openValue, textValue } from "../../../services/secretsmanager/values.js";
import { chosenVersion } from "../../../services/secretsmanager/versions.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { text } from "../properties.js";

/**
 * Tells a secret how to reach the database that its user is of, as a new version.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secrettargetattachment.html
 */
export const secretTargetAttachment: ResourceProvider = {
  type: "AWS::SecretsManager::SecretTargetAttachment",
  // It has no record of its own: it is its secret's.
  record: Secrets,
  properties: { SecretId: enforced, TargetId: enforced, TargetType: enforced },
  attributes: { Id: (_call, id) => id },
  create: async (call, properties) => attach(call, properties),
  update: async (call, _id, { to }) => void attach(call, to),
  // What the secret was told stays true for as long as both are there.
  delete: () => Promise.resolve(),
};

function attach(scope: Scope, properties: Properties): string {
  const type = text(properties, "TargetType");
  if (type !== "AWS::RDS::DBInstance")
    throw new NotModelled(`secrets attached to ${type}`, "Attach it to an AWS::RDS::DBInstance.");
  const secret = theSecret(scope, text(properties, "SecretId"));
  const db = theDBInstance(scope, text(properties, "TargetId"));
  const value = {
    ...membersOf(openValue(scope, secret.arn, chosenVersion(secret, {})).bytes, secret.name),
    engine: db.engine,
    host: endpointName(scope, db.identifier),
    port: db.port,
    ...(db.databaseName === undefined ? {} : { dbname: db.databaseName }),
    dbInstanceIdentifier: db.identifier,
  };
  updateSecret(scope, secret, { value: textValue(JSON.stringify(value)) });
  return secret.arn;
}

function membersOf(bytes: Uint8Array, name: string): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below, as of any other value.
  }
  throw new ServiceFault(
    "InvalidRequestException",
    `The secret ${name} does not hold the JSON text of an object, so nothing can be added to it. Give it username and password.`,
  );
}
