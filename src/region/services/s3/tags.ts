import { s3Fault } from "./faults.js";

export type Tags = Readonly<Record<string, string>>;

/** Tags as they come in documents. @throws ServiceFault InvalidTag */
export function tagsFrom(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
  most = 50,
): Tags {
  const tags: Record<string, string> = {};
  for (const { Key: key = "", Value: value = "" } of list) {
    if (key === "" || key.length > 128) throw s3Fault("InvalidTag", { message: "The TagKey you have provided is invalid" });
    if (value.length > 256) throw s3Fault("InvalidTag", { message: "The TagValue you have provided is invalid" });
    if (key.toLowerCase().startsWith("aws:"))
      throw s3Fault("InvalidTag", { message: "System tags cannot be added/updated by requester" });
    if (Object.hasOwn(tags, key)) throw s3Fault("InvalidTag", { message: "Cannot provide multiple Tags with the same key" });
    tags[key] = value;
  }
  if (Object.keys(tags).length > most) throw s3Fault("InvalidTag", { message: `Object tags cannot be greater than ${most}` });
  return tags;
}

/** An object has ten at most; the header is a query of its own (`a=1&b=2`). */
export const objectTags = (header: string | undefined): Tags =>
  tagsFrom(
    [...new URLSearchParams(header ?? "")].map(([Key, Value]) => ({ Key, Value })),
    10,
  );

export const tagList = (tags: Tags): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
