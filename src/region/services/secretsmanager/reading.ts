import type { Scope } from "../../operations/call.js";
import { invalidRequest } from "./faults.js";
import { theSecret } from "./secrets.js";
import { chosenVersion, readVersion } from "./versions.js";

/**
 * The text of a secret, or of one member of the JSON that it holds: what a dynamic reference of CloudFormation stands for.
 * @throws ServiceFault ResourceNotFoundException, InvalidRequestException, DecryptionFailure; none shows the secret
 */
export function readSecret(
  scope: Scope,
  wanted: { readonly secretId: string; readonly jsonKey?: string; readonly stage?: string; readonly versionId?: string },
): string {
  const secret = theSecret(scope, wanted.secretId);
  const { form, bytes } = readVersion(scope, secret, chosenVersion(secret, wanted));
  if (form !== "string") throw invalidRequest(`The secret ${secret.name} is binary: a dynamic reference reads its SecretString.`);
  const text = Buffer.from(bytes).toString("utf8");
  return wanted.jsonKey === undefined ? text : memberOf(text, wanted.jsonKey, secret.name);
}

function memberOf(text: string, key: string, name: string): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalidRequest(`Could not parse SecretString JSON of ${name}: it is no JSON, and has no key ${key}.`);
  }
  const value =
    typeof document === "object" && document !== null && Object.hasOwn(document, key)
      ? (document as Readonly<Record<string, unknown>>)[key]
      : undefined;
  if (value === undefined)
    throw invalidRequest(`Could not find a value associated with JSONKey in SecretString: ${name} has no key ${key}.`);
  return typeof value === "string" ? value : JSON.stringify(value);
}
