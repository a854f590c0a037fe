import type { NormalizedSchema } from "@smithy/core/schema";

export const redacted = "(redacted)";

/** Values longer than this are cut in the log; the region's state has them whole. */
const longest = 1024;

/**
 * What may be a secret though the schema does not say so: a template's NoEcho parameters, the template itself, what a stack puts
 * out, user data in every form it has, and a session's token.
 */
const alsoSecret = new Set(["ParameterValue", "TemplateBody", "OutputValue", "UserData", "SessionToken"]);

/** A copy of `value` for the log: what the schema marks as sensitive is hidden, long values are cut. */
export function redact(schema: NormalizedSchema, value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (schema.getMergedTraits().sensitive || alsoSecret.has(schema.getMemberName())) return redacted;
  if (typeof value === "string")
    return value.length > longest ? `${value.slice(0, longest)}… (${value.length} characters)` : value;
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  if (Array.isArray(value)) {
    const item = schema.isListSchema() ? schema.getValueSchema() : undefined;
    return item === undefined ? redacted : value.map((one) => redact(item, one));
  }
  if (typeof value !== "object" || value instanceof Date) return value;
  if (schema.isBlobSchema()) return "length" in value ? `(${String(value.length)} bytes)` : "(a body)";
  if (schema.isStructSchema()) {
    const copy: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const sent = (value as Record<string, unknown>)[name];
      if (sent !== undefined) copy[name] = redact(member, sent);
    }
    return copy;
  }
  if (schema.isMapSchema()) {
    const item = schema.getValueSchema();
    const sensitive = Boolean(schema.getKeySchema().getMergedTraits().sensitive);
    return sensitive ? redacted : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redact(item, one)]));
  }
  return redacted;
}
