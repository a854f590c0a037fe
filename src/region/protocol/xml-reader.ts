import type { NormalizedSchema } from "@smithy/core/schema";
import { XmlShapeDeserializer } from "@aws-sdk/core/protocols";
import { Misfit, readScalar } from "./scalars.js";
import { timestampFormat } from "./settings.js";
import { xmlSettings } from "./xml.js";

/**
 * An XML document -> the schema's value. Like JSON, it is held against the schema first, for the SDK's reader trusts its server.
 * @param unknown receives the paths of elements that the schema does not have.
 * @throws Misfit
 */
export function readXml(schema: NormalizedSchema, body: Uint8Array, unknown: string[]): unknown {
  const reader = new DocumentReader(xmlSettings("", true));
  const document = reader.parse(body);
  checkXml(schema, document, "", unknown);
  return reader.readSchema(schema, document);
}

/** The SDK's parser, which it keeps to its subclasses. */
class DocumentReader extends XmlShapeDeserializer {
  parse(body: Uint8Array): unknown {
    try {
      return this.parseXml(new TextDecoder("utf-8", { fatal: true }).decode(body)) as unknown;
    } catch {
      throw new Misfit("the body", "a well-formed XML document in UTF-8");
    }
  }
}

const settings = { timestampFormat: timestampFormat.iso, httpBindings: false };

function checkXml(schema: NormalizedSchema, value: unknown, at: string, unknown: string[]): void {
  const here = at === "" ? "the body" : at;
  const under = (name: string | number): string => (at === "" ? String(name) : `${at}.${name}`);
  const flat = Boolean(schema.getMergedTraits().xmlFlattened);
  if (schema.isStructSchema()) {
    const members = new Map<string, NormalizedSchema>();
    for (const [name, member] of schema.structIterator())
      members.set((member.getMemberTraits() as { xmlName?: string }).xmlName ?? name, member);
    for (const [name, sent] of elements(value, here)) {
      const member = members.get(name);
      if (member !== undefined) checkXml(member, sent, under(name), unknown);
      else unknown.push(under(name));
    }
  } else if (schema.isListSchema()) {
    const item = schema.getValueSchema();
    const itemName = item.getMergedTraits().xmlName ?? "member";
    const items = flat ? [["", value] as const] : elements(value, here);
    for (const [name, sent] of items)
      if (flat || name === itemName) many(sent).forEach((one, index) => checkXml(item, one, under(index + 1), unknown));
      else unknown.push(under(name));
  } else if (schema.isMapSchema()) {
    const entries = flat ? many(value) : elements(value, here).flatMap(([, sent]) => many(sent));
    for (const entry of entries) elements(entry, here);
  } else if (typeof value === "string") readScalar(schema, value, here, settings);
  else throw new Misfit(here, "a single value");
}

const many = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Child elements and attributes; namespace declarations and white space say nothing. */
function elements(value: unknown, at: string): readonly (readonly [string, unknown])[] {
  if (typeof value === "string" && value.trim() === "") return [];
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Misfit(at, "an element with elements in it, once");
  return Object.entries(value).filter(([name]) => name !== "xmlns" && !name.startsWith("xmlns:") && name !== "#text");
}
