import { randomInt } from "node:crypto";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import type { Secret } from "./records.js";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const chance = (length: number): string => Array.from({ length }, () => letters[randomInt(letters.length)]).join("");

type Place = Pick<Scope, "accountId" | "regionName">;

const arnPrefix = ({ accountId, regionName }: Place): string => `arn:aws:secretsmanager:${regionName}:${accountId}:secret:`;

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen */
export const newSecretArn = (place: Place, name: string): string => `${arnPrefix(place)}${name}-${chance(6)}`;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html#SecretsManager-CreateSecret-request-Name */
export function checkName(name: string): string {
  if (/^[\w/+=.@!-]{1,512}$/.test(name)) return name;
  throw new ServiceFault(
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
  );
}

/** By ARN, by ARN without its six characters, or by name. Pure. */
export function findSecret(place: Place, secrets: readonly Secret[], wanted: string): Secret | undefined {
  const prefix = arnPrefix(place);
  const name = wanted.startsWith(prefix) ? wanted.slice(prefix.length) : wanted;
  return secrets.find(({ arn }) => arn === wanted) ?? secrets.find((secret) => secret.name === name);
}
