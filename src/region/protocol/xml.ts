import type { NormalizedSchema } from "@smithy/core/schema";
import { XmlShapeSerializer } from "@aws-sdk/core/protocols";
import { XmlNode } from "@aws-sdk/xml-builder";
import { timestampFormat } from "./settings.js";

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

export const xmlSettings = (xmlNamespace: string, httpBindings: boolean) => ({
  timestampFormat: timestampFormat.iso,
  httpBindings,
  xmlNamespace,
  serviceNamespace: "",
});

/** The members of a structure as XML elements, without an element around them. */
export function membersAsXml(schema: NormalizedSchema, value: unknown): string {
  if (!schema.isStructSchema()) return "";
  const serializer = new XmlShapeSerializer(xmlSettings("", false));
  serializer.write(schema, value ?? {});
  const whole = legal(serializer.flush().toString());
  return whole.endsWith("/>") ? "" : whole.slice(whole.indexOf(">") + 1, whole.lastIndexOf("</"));
}

/** One element. `content` is XML already. */
export function element(name: string, content: string, xmlNamespace?: string): string {
  const attribute = xmlNamespace === undefined ? "" : ` xmlns="${xmlNamespace}"`;
  return `<${name}${attribute}>${content}</${name}>`;
}

/** One element with text in it. */
export const textElement = (name: string, text: string): string => legal(XmlNode.of(name, text).toString());

/** XML 1.0 has no way to write most control characters, escaped or not, and some clients stop at one. */
const legal = (xml: string): string => xml.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd");
