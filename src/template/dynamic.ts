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

/** Why a dynamic reference is not modelled, or undefined. */
export function refusalOfDynamic({ text, service, key }: DynamicReference): string | undefined {
  if (service === "secretsmanager")
    return `Sandtable does not model dynamic references to Secrets Manager yet (${text}); use a parameter with NoEcho`;
  if (service === "ssm-secure")
    return `Sandtable does not model secure strings of Systems Manager yet (${text}); use a parameter with NoEcho`;
  if (service !== "ssm")
    return `Template error: a dynamic reference names ssm, ssm-secure or secretsmanager, not ${service} (${text})`;
  if (/:\d+$/.test(key))
    return `Sandtable does not model versions of Systems Manager's parameters (${text}); leave the version out for the latest`;
  return /^[\w./-]+$/.test(key) ? undefined : `Template error: ${text} does not name a parameter of Systems Manager`;
}

/** Put values in the place of dynamic references. `read` gets the name of a parameter of Systems Manager. */
export function replaceDynamic(value: Value, read: (name: string) => string): Value {
  if (typeof value === "string")
    return value.replace(pattern, (text, service: string, key: string) => (service === "ssm" ? read(key) : text));
  if (isList(value)) return value.map((item) => replaceDynamic(item, read));
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceDynamic(item, read)]));
}
