import type { NormalizedSchema } from "@smithy/core/schema";
import { JsonShapeDeserializer, JsonShapeSerializer } from "@aws-sdk/core/protocols";
import { isBase64, Misfit } from "./scalars.js";
import { timestampFormat } from "./settings.js";

/** How a JSON protocol names members: restJson1 obeys the `jsonName` trait, awsJson does not. */
export interface JsonDialect {
  readonly jsonName: boolean;
}

type JsonDocument = Parameters<JsonShapeDeserializer["readObject"]>[1];

const settings = (dialect: JsonDialect) => ({
  timestampFormat: timestampFormat.epoch,
  httpBindings: dialect.jsonName,
  jsonName: dialect.jsonName,
});

/** @throws Misfit when the text is not JSON. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new Misfit("the body", "a JSON document in UTF-8");
  }
}

/**
 * A parsed document -> the schema's value. The SDK's reader trusts its server and passes on what does not fit or drops it,
 * so the document is held against the schema first.
 * @param unknown receives the paths of members that the schema does not have.
 * @throws Misfit
 */
export function readJson(schema: NormalizedSchema, document: unknown, dialect: JsonDialect, unknown: string[]): unknown {
  checkJson(schema, document, "", dialect, unknown);
  return new JsonShapeDeserializer(settings(dialect)).readObject(schema, document as JsonDocument);
}

export function writeJson(schema: NormalizedSchema, value: unknown, dialect: JsonDialect): string {
  const serializer = new JsonShapeSerializer(settings(dialect));
  serializer.write(schema, value);
  // It hands back the value itself, not its text, when that is neither a structure nor a document.
  const flushed = serializer.flush() as unknown;
  return typeof flushed === "string" && (schema.isStructSchema() || schema.isDocumentSchema())
    ? flushed
    : JSON.stringify(flushed);
}

function checkJson(schema: NormalizedSchema, value: unknown, at: string, dialect: JsonDialect, unknown: string[]): void {
  if (value === null || value === undefined || schema.isDocumentSchema()) return;
  const here = at === "" ? "the body" : at;
  const under = (name: string | number): string => (at === "" ? String(name) : `${at}.${name}`);
  if (schema.isStructSchema()) {
    const members = new Map<string, NormalizedSchema>();
    for (const [name, member] of schema.structIterator())
      members.set((dialect.jsonName ? jsonNameOf(member) : undefined) ?? name, member);
    for (const [name, sent] of Object.entries(objectAt(value, here))) {
      const member = members.get(name);
      if (member !== undefined) checkJson(member, sent, under(name), dialect, unknown);
      // Of a document's own type name (a union's discriminator) the services take no notice.
      else if (name !== "__type") unknown.push(under(name));
    }
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw new Misfit(here, "a list");
    const item = schema.getValueSchema();
    value.forEach((sent, index) => checkJson(item, sent, under(index + 1), dialect, unknown));
  } else if (schema.isMapSchema()) {
    const item = schema.getValueSchema();
    for (const [name, sent] of Object.entries(objectAt(value, here))) checkJson(item, sent, under(name), dialect, unknown);
  } else if (schema.isUnitSchema()) {
    for (const name of Object.keys(objectAt(value, here))) unknown.push(under(name));
  } else checkScalar(schema, value, here);
}

function checkScalar(schema: NormalizedSchema, value: unknown, at: string): void {
  if (schema.isStringSchema() && typeof value !== "string") throw new Misfit(at, "a string");
  if (schema.isBooleanSchema() && typeof value !== "boolean") throw new Misfit(at, "true or false");
  if (schema.isNumericSchema() && typeof value !== "number" && !["NaN", "Infinity", "-Infinity"].includes(String(value)))
    throw new Misfit(at, "a number");
  if (schema.isBlobSchema() && !(typeof value === "string" && isBase64(value))) throw new Misfit(at, "base64");
  if (schema.isTimestampSchema() && typeof value !== "number" && typeof value !== "string") throw new Misfit(at, "a timestamp");
}

const jsonNameOf = (member: NormalizedSchema): string | undefined => (member.getMergedTraits() as { jsonName?: string }).jsonName;

function objectAt(value: unknown, at: string): object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Misfit(at, "an object");
  return value;
}
