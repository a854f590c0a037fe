import type { Resource } from "../../../src/template/template.js";
import type { Made } from "./maker.js";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Properties are JSON, with functions written out. */
export const jsonOf = (properties: Resource["properties"]): Json => JSON.parse(JSON.stringify(properties)) as Json;

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const isObject = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === "object" && value !== null && !isList(value);

const isFunction = (value: Json): value is { readonly [name: string]: Json } =>
  isObject(value) && Object.keys(value).length === 1 && /^(Ref|Fn::.*)$/.test(Object.keys(value)[0] ?? "");

/** Does a value refer to a resource? */
export function mentioned(value: Json, id: string): boolean {
  if (isList(value)) return value.some((item) => mentioned(item, id));
  if (!isObject(value)) return false;
  const attribute = value["Fn::GetAtt"];
  const text = value["Fn::Sub"];
  if (value["Ref"] === id || (isList(attribute) && attribute[0] === id)) return true;
  if (typeof text === "string" && new RegExp(`\\$\\{${id}[.}]`).test(text)) return true;
  return Object.values(value).some((item) => mentioned(item, id));
}

/** The functions that name nothing but what is there early, for moto to settle. */
export function expressionsIn(value: Json, late: ReadonlySet<string>): readonly Json[] {
  const sub = isObject(value) ? value["Fn::Sub"] : undefined;
  // A text is put together here: of what it holds, each piece is asked for.
  if (typeof sub === "string") return piecesOf(sub).filter((piece) => ![...late].some((id) => mentioned(piece, id)));
  if (isFunction(value) && !("Fn::Base64" in value) && ![...late].some((id) => mentioned(value, id))) return [value];
  if (isList(value)) return value.flatMap((item) => expressionsIn(item, late));
  return isObject(value) ? Object.values(value).flatMap((item) => expressionsIn(item, late)) : [];
}

const pieceOf = (name: string): Json => {
  const dot = name.indexOf(".");
  return dot < 0 ? { Ref: name } : { "Fn::GetAtt": [name.slice(0, dot), name.slice(dot + 1)] };
};

const piecesOf = (text: string): readonly Json[] =>
  [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = ""]) => pieceOf(name));

/** What is known once the stack stands. */
export interface Settled {
  /** What moto made of each expression, by its JSON. */
  readonly known: ReadonlyMap<string, string>;
  /** Of the parameters. */
  readonly values: Readonly<Record<string, string>>;
}

/** A value without functions. */
export function settle(value: Json, settled: Settled, made: ReadonlyMap<string, Made>): Json {
  const again = (inner: Json): Json => settle(inner, settled, made);
  if (isList(value)) return value.map(again);
  if (!isObject(value)) return value;
  const members: readonly (readonly [string, Json])[] = Object.entries(value);
  if (!isFunction(value)) return Object.fromEntries(members.map(([name, item]) => [name, again(item)]));
  const { Ref, "Fn::GetAtt": attribute, "Fn::Sub": text, "Fn::Base64": plain } = value;
  const known = settled.known.get(JSON.stringify(value));
  if (known !== undefined) return known;
  if (plain !== undefined) return Buffer.from(String(again(plain))).toString("base64");
  if (typeof text === "string")
    return text.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => String(again(pieceOf(name)))).replaceAll("${!", "${");
  if (typeof Ref === "string") return made.get(Ref)?.ref ?? settled.values[Ref] ?? "";
  if (isList(attribute)) return made.get(String(attribute[0]))?.attributes?.[String(attribute[1])] ?? "";
  throw new Error(`nothing here settles ${JSON.stringify(value)}`);
}
