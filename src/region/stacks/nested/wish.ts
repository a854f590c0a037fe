import type { Parameter, Tag } from "@aws-sdk/client-cloudformation";
import { structure, structures, text, optionalText } from "../providers/properties.js";
import type { Properties } from "../provider.js";
import type { Stack } from "../records.js";
import type { Wish } from "../validation/prepare.js";

/** What a nested stack shall be, from the properties of the resource that it is and from its parent. Pure. */
export function wishOf(properties: Properties, parent: Pick<Stack, "deployment">, fetched: string): Wish {
  const { deployment } = parent;
  return {
    fetched,
    Parameters: parametersOf(properties),
    Capabilities: [...(deployment?.capabilities ?? [])],
    Tags: mergedTags(deployment?.tags ?? [], properties),
  };
}

/** Lists read as CloudFormation's parameters have them: with commas. */
export const parametersOf = (properties: Properties): Parameter[] =>
  Object.entries(structure(properties, "Parameters") ?? {}).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: Array.isArray(value) ? value.map(String).join(",") : String(value as string | number | boolean),
  }));

/** The parent's tags are those of its resources, too; the resource's own win. */
function mergedTags(inherited: readonly Tag[], properties: Properties): Tag[] {
  const tags = new Map(inherited.map(({ Key = "", Value = "" }) => [Key, Value]));
  for (const tag of structures(properties, "Tags")) tags.set(text(tag, "Key"), optionalText(tag, "Value") ?? "");
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
