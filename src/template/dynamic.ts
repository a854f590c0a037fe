import { isList, isValues, type Value } from "./value.js";

/** `{{resolve:SERVICE:KEY}}` inside a text. */
export interface DynamicReference {
  /** As written, braces included. */
  readonly text: string;
  /** `ssm`, `ssm-secure`, `secretsmanager`. */
  readonly service: string;
  /** What follows the service, e.g. `/shop/size:3`. */
  readonly key: string;
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
const pattern = /\{\{resolve:([\w-]+):([^{}]*)\}\}/g;

/** The dynamic references in all texts of a value. */
export function dynamicReferences(value: Value): readonly DynamicReference[] {
  if (typeof value === "string")
    return [...value.matchAll(pattern)].map(([text, service = "", key = ""]) => ({ text, service, key }));
  if (isList(value)) return value.flatMap(dynamicReferences);
  return isValues(value) ? Object.values(value).flatMap(dynamicReferences) : [];
}

/** A part of a secret's text, or all of it. */
export interface SecretReference {
  /** Name, ARN or partial ARN. */
  readonly secretId: string;
  /** The member of the JSON that the secret holds. */
  readonly jsonKey?: string;
  /** A staging label; without it and `versionId`, AWSCURRENT. */
  readonly stage?: string;
  readonly versionId?: string;
}

/**
 * `ID`, `ID:SecretString:JSON-KEY:STAGE:VERSION`, or any of it left empty or out; an ARN has colons itself. Undefined: it is not of
 * that form. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 */
export function secretReference(key: string): SecretReference | undefined {
  const parts = key.split(":");
  const secretId = parts.splice(0, key.startsWith("arn:") ? 7 : 1).join(":");
  const [form = "", jsonKey = "", stage = "", versionId = "", ...rest] = parts;
  if (secretId === "" || !["", "SecretString"].includes(form) || rest.length > 0 || (stage !== "" && versionId !== ""))
    return undefined;
  return {
    secretId,
    ...(jsonKey === "" ? {} : { jsonKey }),
    ...(stage === "" ? {} : { stage }),
    ...(versionId === "" ? {} : { versionId }),
  };
}

/** Why a dynamic reference is not modelled, or undefined. */
export function refusalOfDynamic({ text, service, key }: DynamicReference): string | undefined {
  if (service === "secretsmanager")
    return secretReference(key) === undefined
      ? `Template error: ${text} does not name a secret as secretsmanager:ID:SecretString:JSON-KEY:STAGE or secretsmanager:ID:SecretString:JSON-KEY::VERSION does`
      : undefined;
  if (service === "ssm-secure")
    return `Sandtable does not model secure strings of Systems Manager yet (${text}); use a parameter with NoEcho`;
  if (service !== "ssm")
    return `Template error: a dynamic reference names ssm, ssm-secure or secretsmanager, not ${service} (${text})`;
  if (/:\d+$/.test(key))
    return `Sandtable does not model versions of Systems Manager's parameters (${text}); leave the version out for the latest`;
  return /^[\w./-]+$/.test(key) ? undefined : `Template error: ${text} does not name a parameter of Systems Manager`;
}

/** Is it one that AWS would look up? */
export const isUnmodelled = ({ service, key }: DynamicReference): boolean =>
  service === "ssm-secure" || (service === "ssm" && /:\d+$/.test(key));

/** Put values in the place of dynamic references; what `read` gives nothing for stays. */
export function replaceDynamic(value: Value, read: (reference: DynamicReference) => string | undefined): Value {
  if (typeof value === "string")
    return value.replace(pattern, (text: string, service: string, key: string) => read({ text, service, key }) ?? text);
  if (isList(value)) return value.map((item) => replaceDynamic(item, read));
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceDynamic(item, read)]));
}
