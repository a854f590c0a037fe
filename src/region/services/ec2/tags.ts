import type { Tag, TagSpecification } from "@aws-sdk/client-ec2";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, within } from "../../operations/members.js";
import type { Tags } from "./records.js";

/** Rules of the `TagSpecifications` member that every create operation has. */
export const tagSpecifications = within<TagSpecification>({
  ResourceType: enforced,
  Tags: within<Tag>({ Key: enforced, Value: enforced }),
});

/** Tags asked for at creation. Throws when they are meant for another type of resource. */
export function tagsAtCreation(specifications: readonly TagSpecification[] | undefined, ...types: readonly string[]): Tags {
  const tags: Record<string, string> = {};
  for (const specification of specifications ?? []) {
    if (specification.ResourceType === undefined || !types.includes(specification.ResourceType))
      throw new ServiceFault(
        "InvalidParameterValue",
        `"${specification.ResourceType}" is not a valid taggable resource type for this operation.`,
      );
    Object.assign(tags, fromTagList(specification.Tags));
  }
  return tags;
}

export function fromTagList(list: readonly Tag[] | undefined): Tags {
  const tags: Record<string, string> = {};
  for (const { Key, Value } of list ?? []) {
    if (Key === undefined || Key === "") throw new ServiceFault("InvalidParameterValue", "Tag keys can't be empty.");
    if (Key.length > 128)
      throw new ServiceFault("InvalidParameterValue", `Tag key exceeds the maximum length of 128 characters: ${Key}`);
    tags[Key] = Value ?? "";
  }
  return tags;
}

export const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
