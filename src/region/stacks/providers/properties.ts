import { ServiceFault } from "../../operations/fault.js";
import type { MemberRule } from "../../operations/members.js";
import { enforced, within } from "../../operations/members.js";
import type { Naming, Properties } from "../provider.js";

/**
 * Reading a resource's properties. CloudFormation takes numbers and booleans as text too, so every reader converts; the
 * engine has already checked names and types against the resource specification.
 */
export const optionalText = (properties: Properties, name: string): string | undefined => {
  const value = properties[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") throw wrong(name, "text");
  return String(value as string | number | boolean);
};

export const text = (properties: Properties, name: string): string => {
  const value = optionalText(properties, name);
  if (value === undefined) throw new ServiceFault("ValidationError", `Property ${name} is required`);
  return value;
};

export const optionalNumber = (properties: Properties, name: string): number | undefined => {
  const value = optionalText(properties, name);
  if (value === undefined) return undefined;
  if (value.trim() === "" || Number.isNaN(Number(value))) throw wrong(name, "a number");
  return Number(value);
};

export const optionalFlag = (properties: Properties, name: string): boolean | undefined => {
  const value = optionalText(properties, name);
  if (value === undefined) return undefined;
  if (value !== "true" && value !== "false") throw wrong(name, "true or false");
  return value === "true";
};

export const texts = (properties: Properties, name: string): readonly string[] => {
  const value = properties[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(name, "a list");
  return value.map(String);
};

export const structure = (properties: Properties, name: string): Properties | undefined => {
  const value = properties[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw wrong(name, "an object");
  return value as Properties;
};

export const structures = (properties: Properties, name: string): readonly Properties[] => {
  const value = properties[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(name, "a list");
  return value as readonly Properties[];
};

/** Templates write policy documents as objects; the APIs keep them as text. */
export const documentText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** The resource's own tags over the stack's. */
export const tagsOf = (properties: Properties, naming: Naming): Readonly<Record<string, string>> => ({
  ...naming.tags,
  ...Object.fromEntries(structures(properties, "Tags").map((tag) => [text(tag, "Key"), optionalText(tag, "Value") ?? ""])),
});

/** The rule of the `Tags` property. */
export const tagRules: MemberRule = within({ Key: enforced, Value: enforced });

const wrong = (name: string, wanted: string): ServiceFault =>
  new ServiceFault("ValidationError", `Value of property ${name} must be ${wanted}`);

/** Deleting what is gone already succeeds: swallow exactly the service's own "not found" codes. */
export async function unlessGone(codes: readonly string[], work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ServiceFault && codes.includes(error.code))) throw error;
  }
}
