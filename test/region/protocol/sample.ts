import type { NormalizedSchema } from "@smithy/core/schema";

/** A value for every member of a schema, five levels deep: what a very thorough client would send. */
export function sample(schema: NormalizedSchema, depth = 0, name = "x"): unknown {
  if (depth > 5) return undefined;
  const traits = schema.getMergedTraits();
  if (schema.isStructSchema()) {
    const struct: Record<string, unknown> = {};
    for (const [member, inner] of schema.structIterator()) {
      if (ofTheClient.test(member)) continue;
      const value = sample(inner, depth + 1, member);
      if (value === undefined) continue;
      struct[member] = value;
      if (schema.isUnionSchema()) break;
    }
    return struct;
  }
  if (schema.isListSchema()) {
    const item = sample(schema.getValueSchema(), depth + 1, name);
    return item === undefined ? undefined : depth < 2 ? [item, item] : [item];
  }
  if (schema.isMapSchema()) {
    if (traits.httpPrefixHeaders || traits.httpQueryParams) return undefined;
    const value = sample(schema.getValueSchema(), depth + 1, name);
    return value === undefined ? undefined : { k1: value };
  }
  if (schema.isTimestampSchema()) return new Date("2026-11-21T10:00:00Z");
  if (schema.isBooleanSchema()) return true;
  if (schema.isNumericSchema()) return 7;
  if (schema.isBlobSchema()) return new Uint8Array([0, 255, 60, 38]);
  // Headers and buckets cannot hold every character.
  if (schema.isStringSchema() && !traits.mediaType)
    return name.toLowerCase().slice(0, 20) + (traits.httpHeader !== undefined || name === "Bucket" ? "-v" : ` <&'"/+é`);
  return undefined;
}

/** What the SDK's clients compute, encode or derive by themselves. */
const ofTheClient = /^(ContentLength|ContentMD5|Checksum.*|.*SSECustomerKey(MD5)?|ExpiresString)$/;

/** For comparison: no metadata, nothing empty, dates as text, bytes in base64. */
export function plain(value: unknown): unknown {
  const text = JSON.stringify(value ?? {}, function (this: Record<string, unknown>, key, shown: unknown) {
    const held = this[key];
    return held instanceof Uint8Array ? `base64:${Buffer.from(held).toString("base64")}` : shown;
  });
  return prune(JSON.parse(text)) ?? {};
}

function prune(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(prune).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value)
    .filter(([name]) => name !== "$metadata" && !ofTheClient.test(name))
    .map(([name, inner]) => [name, prune(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
