import { s3Fault } from "./faults.js";
import type { ObjectVersion } from "./records.js";

/** The conditional headers: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html, RFC 9110 §13. */
export interface Conditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

const matches = (header: string, etag: string): boolean =>
  header.split(",").some((one) => one.trim() === "*" || bare(one) === etag);

/** An entity tag without its quotes. */
export const bare = (text: string): string => text.trim().replace(/^"|"$/g, "");

/** HTTP's dates have whole seconds. */
const seconds = (at: number): number => Math.floor(at / 1000) * 1000;

export type Verdict = "met" | { readonly failed: string; readonly as: "PreconditionFailed" | "NotModified" };

/** Is an object what the reader wants to see? A match counts before a date, as RFC 9110 §13.2.2 has it. */
export function readable(conditions: Conditions, object: Pick<ObjectVersion, "etag" | "lastModified">): Verdict {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const changed = seconds(object.lastModified);
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, object.etag)) return { failed: "If-Match", as: "PreconditionFailed" };
  } else if (IfUnmodifiedSince !== undefined && changed > IfUnmodifiedSince.getTime())
    return { failed: "If-Unmodified-Since", as: "PreconditionFailed" };
  if (IfNoneMatch !== undefined) {
    if (matches(IfNoneMatch, object.etag)) return { failed: "If-None-Match", as: "NotModified" };
  } else if (IfModifiedSince !== undefined && changed <= IfModifiedSince.getTime())
    return { failed: "If-Modified-Since", as: "NotModified" };
  return "met";
}

/** May a key be written whose object is this (undefined: none)? @throws ServiceFault */
export function checkWritable(
  { IfMatch, IfNoneMatch }: Pick<Conditions, "IfMatch" | "IfNoneMatch">,
  object: ObjectVersion | undefined,
): void {
  const present = object === undefined || object.isDeleteMarker === true ? undefined : object;
  if (IfMatch !== undefined) {
    if (present === undefined) throw s3Fault("NoSuchKey");
    if (!matches(IfMatch, present.etag)) throw s3Fault("PreconditionFailed", { detail: { Condition: "If-Match" } });
  }
  if (IfNoneMatch !== undefined && IfNoneMatch.trim() !== "*")
    throw s3Fault("InvalidArgument", { message: 'If-None-Match of a write can only be "*".' });
  if (IfNoneMatch !== undefined && present !== undefined)
    throw s3Fault("PreconditionFailed", { detail: { Condition: "If-None-Match" } });
}
