import { functionOf, type FunctionCall } from "../../template/functions.js";
import { attributeOf } from "../../template/references.js";
import { isList, isScalar, isValues, type Value, type Values } from "../../template/value.js";
import { PartialText, Reference, type Said } from "../described.js";
import { Unknown } from "../maybe.js";
import { zonesOf } from "./zones.js";

/** What names stand for where a value is. */
export interface Names {
  /** Ref of what had no value when it was resolved. */
  ref(name: string): Said;
  attribute(logicalId: string, name: string): Said;
  mapping(name: string): Values | undefined;
  imported(name: string): Said;
  /** Why it is not known whether a condition holds. */
  condition(name: string): Unknown;
}

/** A resolved value, what stayed pending in it as references, unknowns and texts of which a part is known. */
export function saidOf(value: Value, names: Names): Said {
  const call = functionOf(value);
  if (call !== undefined) return saidOfCall(call, names);
  if (isList(value)) return value.map((item) => saidOf(item, names));
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, saidOf(item, names)]));
}

function saidOfCall({ name, argument }: FunctionCall, names: Names): Said {
  const said = (part: Value | undefined): Said => saidOf(part ?? "", names);
  const [first, second, third] = isList(argument) ? argument : [argument];
  switch (name) {
    case "Ref":
      return names.ref(String(argument));
    case "Fn::GetAtt": {
      const pair = attributeOf(argument);
      if (pair === undefined || !isScalar(pair.attribute)) return new Unknown("which attribute it is, is not known");
      return names.attribute(pair.logicalId, String(pair.attribute));
    }
    case "Fn::If":
      return names.condition(String(first));
    case "Fn::Join":
      return join(String(first), said(second));
    case "Fn::Split":
      return split(String(first), said(second));
    case "Fn::Select":
      return select(said(first), said(second));
    case "Fn::Base64": {
      const text = said(argument);
      return typeof text === "string" ? Buffer.from(text, "utf8").toString("base64") : text;
    }
    case "Fn::FindInMap":
      return find(names.mapping(String(first)), said(second), said(third));
    case "Fn::GetAZs":
      return [...zonesOf(undefined)];
    case "Fn::ImportValue": {
      const exported = said(argument);
      return typeof exported === "string" ? names.imported(exported) : hidden(exported);
    }
    default:
      return hidden(said(argument));
  }
}

/** Why a value is not known: the first thing in it that is not. */
function hidden(value: Said): Unknown {
  return innermost(value) ?? new Unknown("it is known only when it is deployed");
}

function innermost(value: Said): Unknown | undefined {
  if (value instanceof Unknown) return value;
  if (value instanceof Reference) return madeLater(value);
  if (value instanceof PartialText) return innermost(value.parts.filter((part) => typeof part !== "string"));
  if (typeof value !== "object" || value === null) return undefined;
  for (const inner of Object.values(value)) {
    const found = innermost(inner as Said);
    if (found !== undefined) return found;
  }
  return undefined;
}

const madeLater = ({ node, attribute }: Reference): Unknown =>
  new Unknown(`${attribute ?? "the id"} of ${node} is known only when it is made`);

type Part = PartialText["parts"][number];

function join(delimiter: string, items: Said): Said {
  if (!Array.isArray(items)) return hidden(items);
  const parts: Part[] = [];
  for (const [index, item] of (items as readonly Said[]).entries()) {
    if (index > 0) parts.push(delimiter);
    if (item instanceof PartialText) parts.push(...item.parts);
    else if (item instanceof Unknown || item instanceof Reference) parts.push(item);
    else if (isScalar(item)) parts.push(String(item));
    else return hidden(item);
  }
  return textOf(parts);
}

/** Texts that follow one another are one; a single part stands for itself. */
function textOf(parts: readonly Part[]): string | Unknown | Reference | PartialText {
  const merged: Part[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part === "") continue;
    if (typeof part === "string" && typeof last === "string") merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  const [only = "", ...others] = merged;
  return others.length === 0 ? only : new PartialText(merged);
}

/** Ids that were joined by commas for an export come apart again. */
export function split(delimiter: string, text: Said): Said {
  if (typeof text === "string") return text.split(delimiter);
  if (!(text instanceof PartialText)) return hidden(text);
  const items: Part[][] = [[]];
  for (const part of text.parts) {
    if (typeof part !== "string") items.at(-1)?.push(part);
    else
      part.split(delimiter).forEach((piece, index) => {
        if (index > 0) items.push([]);
        items.at(-1)?.push(piece);
      });
  }
  return items.map(textOf);
}

function select(index: Said, list: Said): Said {
  if (!isScalar(index)) return hidden(index);
  if (!Array.isArray(list)) return hidden(list);
  const items = list as readonly Said[];
  return (
    items[Number(index)] ?? new Unknown(`it has ${items.length} items, and item ${String(index)} is wanted (they count from 0)`)
  );
}

/** What every row and column that may be meant agrees on. */
function find(mapping: Values | undefined, key: Said, column: Said): Said {
  const rows = typeof key === "string" ? [mapping?.[key]] : Object.values(mapping ?? {});
  const values = rows.flatMap((row) => (isValues(row) ? (typeof column === "string" ? [row[column]] : Object.values(row)) : []));
  const distinct = [...new Set(values.map((value) => JSON.stringify(value)))];
  return distinct.length === 1 && values[0] !== undefined ? (values[0] as Said) : hidden([key, column]);
}
