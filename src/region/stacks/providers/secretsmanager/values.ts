import { ServiceFault } from "../../../operations/fault.js";
import { enforced, within } from "../../../operations/members.js";
import { randomPassword } from "../../../services/secretsmanager/passwords.js";
import { textValue, type SecretValue } from "../../../services/secretsmanager/values.js";
import type { Properties } from "../../provider.js";
import { optionalFlag, optionalNumber, optionalText, structure } from "../properties.js";

export const generateRules = within({
  ExcludeCharacters: enforced,
  ExcludeLowercase: enforced,
  ExcludeNumbers: enforced,
  ExcludePunctuation: enforced,
  ExcludeUppercase: enforced,
  GenerateStringKey: enforced,
  IncludeSpace: enforced,
  PasswordLength: enforced,
  RequireEachIncludedType: enforced,
  SecretStringTemplate: enforced,
});

/**
 * What a template says the secret holds, a generated password anew each time; undefined: nothing.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
 * @throws ServiceFault
 */
export function valueOf(properties: Properties): SecretValue | undefined {
  const string = optionalText(properties, "SecretString");
  const generate = structure(properties, "GenerateSecretString");
  if (string !== undefined && generate !== undefined)
    throw invalid("You can't specify both GenerateSecretString and SecretString of a secret.");
  if (string !== undefined) return textValue(string);
  return generate === undefined ? undefined : textValue(generated(generate));
}

function generated(wish: Properties): string {
  const password = randomPassword({
    PasswordLength: optionalNumber(wish, "PasswordLength"),
    ExcludeCharacters: optionalText(wish, "ExcludeCharacters"),
    ExcludeNumbers: optionalFlag(wish, "ExcludeNumbers"),
    ExcludePunctuation: optionalFlag(wish, "ExcludePunctuation"),
    ExcludeUppercase: optionalFlag(wish, "ExcludeUppercase"),
    ExcludeLowercase: optionalFlag(wish, "ExcludeLowercase"),
    IncludeSpace: optionalFlag(wish, "IncludeSpace"),
    RequireEachIncludedType: optionalFlag(wish, "RequireEachIncludedType"),
  });
  const template = optionalText(wish, "SecretStringTemplate");
  const key = optionalText(wish, "GenerateStringKey");
  if ((template === undefined) !== (key === undefined))
    throw invalid("GenerateSecretString has SecretStringTemplate and GenerateStringKey, or neither.");
  if (template === undefined || key === undefined) return password;
  return JSON.stringify({ ...parsed(template), [key]: password });
}

function parsed(template: string): object {
  let value: unknown;
  try {
    value = JSON.parse(template);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid("SecretStringTemplate is not the JSON text of an object.");
  return value;
}

const invalid = (message: string): ServiceFault => new ServiceFault("InvalidRequestException", message);
