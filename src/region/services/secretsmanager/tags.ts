import type { Tag, TagResourceCommandInput, UntagResourceCommandInput } from "@aws-sdk/client-secrets-manager";
import { enforced, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put } from "../../records/records.js";
import { invalidParameter } from "./faults.js";
import { Secrets } from "./records.js";
import { theSecret } from "./secrets.js";

type Tags = Readonly<Record<string, string>>;

export const tagRules = within<Tag>({ Key: enforced, Value: enforced });

/** @throws ServiceFault InvalidParameterException */
export function tagsFrom(list: readonly Tag[] | undefined, known: Tags = {}): Tags {
  const keys = (list ?? []).map(({ Key }) => Key ?? "");
  const wrong = keys.find(
    (key, index) => key === "" || key.length > 128 || key.toLowerCase().startsWith("aws:") || keys.indexOf(key) !== index,
  );
  if (wrong !== undefined)
    throw invalidParameter(`The tag key "${wrong}" is not valid: it is empty, too long, sent twice, or begins with aws:.`);
  const tags = { ...known, ...Object.fromEntries((list ?? []).map(({ Key = "", Value = "" }) => [Key, Value])) };
  if (Object.keys(tags).length > 50) throw invalidParameter("A secret has at most 50 tags.");
  return tags;
}

export const toTags = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const tagOperations: readonly Operation[] = [
  operation<TagResourceCommandInput, object>(
    "secretsmanager",
    "TagResource",
    { SecretId: enforced, Tags: tagRules },
    (call, input) => {
      const secret = theSecret(call, input.SecretId);
      call.commit(put(Secrets, secret.arn, { ...secret, tags: tagsFrom(input.Tags, secret.tags), changedAt: call.now() }));
      return {};
    },
  ),
  operation<UntagResourceCommandInput, object>(
    "secretsmanager",
    "UntagResource",
    { SecretId: enforced, TagKeys: enforced },
    (call, input) => {
      const secret = theSecret(call, input.SecretId);
      const tags = Object.fromEntries(Object.entries(secret.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key)));
      call.commit(put(Secrets, secret.arn, { ...secret, tags, changedAt: call.now() }));
      return {};
    },
  ),
];
