import { PartialText, Reference } from "../described.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { Reading } from "./reading.js";

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** User data as plain text; `${…}` stands for what is known only when it is made. */
export function userDataOf(read: Reading): Maybe<string> | undefined {
  const { value } = read;
  if (value === undefined || value === null) return undefined;
  if (value instanceof Unknown || value instanceof Reference) return read.text();
  if (value instanceof PartialText) return read.rendered();
  const text = String(typeof value === "object" ? JSON.stringify(value) : value);
  const packed = text.replace(/\s/g, "");
  return packed !== "" && base64.test(packed) ? Buffer.from(packed, "base64").toString("utf8") : text;
}
