import type {
  ListResourceTagsCommandInput,
  ListResourceTagsCommandOutput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from "@aws-sdk/client-kms";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { changeKey, theKey } from "./keys.js";
import { limited } from "./pages.js";

type Tags = Readonly<Record<string, string>>;

export const tagRules = within<Tag>({ TagKey: enforced, TagValue: enforced });

/** @throws ServiceFault TagException, LimitExceededException */
export function tagsFrom(list: readonly Tag[] | undefined, known: Tags = {}): Tags {
  const keys = (list ?? []).map(({ TagKey }) => TagKey ?? "");
  const wrong = keys.find((key, index) => key === "" || key.toLowerCase().startsWith("aws:") || keys.indexOf(key) !== index);
  if (wrong !== undefined)
    throw new ServiceFault("TagException", `The tag key "${wrong}" is not valid: it is empty, sent twice, or begins with aws:.`);
  const tags = { ...known, ...Object.fromEntries((list ?? []).map(({ TagKey = "", TagValue = "" }) => [TagKey, TagValue])) };
  if (Object.keys(tags).length > 50) throw new ServiceFault("LimitExceededException", "A KMS key has at most 50 tags.");
  return tags;
}

export const tagOperations: readonly Operation[] = [
  operation<TagResourceCommandInput, object>("kms", "TagResource", { KeyId: enforced, Tags: tagRules }, (call, input) => {
    changeKey(call, input.KeyId, (key) => ({ ...key, tags: tagsFrom(input.Tags, key.tags) }));
    return {};
  }),
  operation<UntagResourceCommandInput, object>("kms", "UntagResource", { KeyId: enforced, TagKeys: enforced }, (call, input) => {
    changeKey(call, input.KeyId, (key) => ({
      ...key,
      tags: Object.fromEntries(Object.entries(key.tags).filter(([name]) => !(input.TagKeys ?? []).includes(name))),
    }));
    return {};
  }),
  operation<ListResourceTagsCommandInput, ListResourceTagsCommandOutput>(
    "kms",
    "ListResourceTags",
    { KeyId: enforced, Limit: enforced, Marker: enforced },
    (call, input) => {
      const tags = Object.entries(theKey(call, input.KeyId).tags).map(([TagKey, TagValue]): Tag => ({ TagKey, TagValue }));
      const { items, more } = limited(tags, ({ TagKey }) => TagKey ?? "", input, { usual: 50, most: 50 });
      return { Tags: items, ...more };
    },
  ),
];
