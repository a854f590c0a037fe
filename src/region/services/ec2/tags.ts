import type { Tag, TagSpecification } from "@aws-sdk/client-ec2";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, within } from "../../operations/members.js";
import type { Tags } from "./records.js";

/** Rules of the `TagSpecifications` member that every create operation has. */
export const tagSpecifications = within<TagSpecification>({
  ResourceType: enforced,
  Tags: within<Tag>({ Key: enforced, Value: enforced }),
});

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const limits = { tags: 50, key: 128, value: 256 } as const;

/** Tags asked for at creation. Throws when they are meant for another type of resource. */
export function tagsAtCreation(specifications: readonly TagSpecification[] | undefined, type: string): Tags {
  const tags: Record<string, string> = {};
  for (const specification of specifications ?? []) {
    if (specification.ResourceType !== type)
      throw new ServiceFault(
        "InvalidParameterValue",
        `"${specification.ResourceType}" is not a valid taggable resource type for this operation.`,
      );
    Object.assign(tags, fromTagList(specification.Tags));
  }
  return withinLimit(tags);
}

/** A client's own tags. Throws for what AWS does not take: long or repeated keys, long values, keys that begin with `aws:`. */
export function fromTagList(list: readonly Tag[] | undefined): Tags {
  const tags: Record<string, string> = {};
  for (const { Key, Value } of list ?? []) {
    if (Key === undefined || Key === "") throw new ServiceFault("InvalidParameterValue", "Tag key cannot be null or empty.");
    if (Object.hasOwn(tags, Key)) throw new ServiceFault("InvalidParameterValue", `Duplicate tag key '${Key}' specified.`);
    if (Key.length > limits.key)
      throw new ServiceFault("InvalidParameterValue", `Tag key exceeds the maximum length of ${limits.key} characters: ${Key}`);
    if ((Value ?? "").length > limits.value)
      throw new ServiceFault("InvalidParameterValue", `Tag value exceeds the maximum length of ${limits.value} characters`);
    refuseReserved(Key);
    tags[Key] = Value ?? "";
  }
  return tags;
}

export function refuseReserved(key: string): void {
  if (key.toLowerCase().startsWith("aws:"))
    throw new ServiceFault("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use");
}

/** AWS's own tags (`aws:cloudformation:…`) are not counted. */
export function withinLimit(tags: Tags): Tags {
  if (Object.keys(tags).filter((key) => !key.startsWith("aws:")).length > limits.tags)
    throw new ServiceFault("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
  return tags;
}

export const tagList = (tags: Tags = {}): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
