import { largestTemplate, tooMany } from "./limits.js";
import type { Problems } from "./problems.js";
import { isList, isScalar, isValues, type Path, type Value, type Values } from "./value.js";

/** A template after its loops were written out. */
export interface Expansion {
  readonly value: Values;
  /** The path in the text as written, for a path in `value`. */
  origin(path: Path): Path;
  /** False: a loop runs over a parameter whose value is not known here, and was left out. */
  readonly complete: boolean;
  /** There was at least one loop. */
  readonly loops: boolean;
  /** The loops make more than a template may hold: they were not written out to their end. */
  readonly tooMuch: boolean;
}

export const loopPrefix = "Fn::ForEach::";

const sectionsWithLoops = ["Conditions", "Resources", "Outputs"];

/**
 * Write out every `Fn::ForEach::NAME: [Identifier, Collection, {Key: Value}]`: the fragment once for each item, with
 * `${Identifier}`, `&{Identifier}` (the item's letters and digits only) and `{"Ref": "Identifier"}` replaced. Pure.
 * `collectionOf` gives the items of a list parameter; undefined: not known. Loops within loops multiply, so
 * a few hundred bytes could ask for millions of resources: the work ends where AWS's quotas end ("Using Fn::ForEach does not change the quotas, which apply to the
 * resultant template").
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
 */
export function expandLoops(
  root: Values,
  collectionOf: (parameter: string, from: Path) => readonly string[] | undefined,
  problems: Problems,
): Expansion {
  const origins = new Map<string, Path>();
  let complete = true;
  let loops = false;
  let tooMuch = false;
  let size = 0;
  const members = new Map<string, number>();

  const refuse = (from: Path, message: string): void => {
    tooMuch = true;
    problems.add(from, message);
  };
  /** Counts what loops write, also what inner ones replace again. */
  const spend = (from: Path, characters: number): void => {
    size += characters;
    if (!tooMuch && size > largestTemplate)
      refuse(from, `Template may not exceed ${largestTemplate} bytes in size; this is what its loops make of it`);
  };
  /** Counts the members of a section, which stand one below it. */
  const count = (path: Path, from: Path): void => {
    const [section] = path;
    if (path.length !== 1 || typeof section !== "string") return;
    const number = (members.get(section) ?? 0) + 1;
    members.set(section, number);
    const fault = loops && !tooMuch ? tooMany(section, number) : undefined;
    if (fault !== undefined) refuse(from, `${fault} (not counted further)`);
  };

  const expand = (value: Value, path: Path, written: Path): Value => {
    if (isList(value)) return value.map((item, index) => expand(item, [...path, index], [...written, index]));
    if (!isValues(value)) return value;
    const entries = new Map<string, Value>();
    const set = (key: string, item: Value, from: Path): void => {
      if (entries.has(key)) problems.add(from, `Template error: Fn::ForEach gives the key ${key} twice`);
      entries.set(key, item);
    };
    for (const [key, item] of Object.entries(value)) {
      const from = [...written, key];
      if (tooMuch) break;
      if (!key.startsWith(loopPrefix)) {
        count(path, from);
        set(key, expand(item, [...path, key], from), from);
        continue;
      }
      loops = true;
      for (const { key: made, value: body, from: bodyFrom } of iterations(item, from)) {
        const to = [...path, made];
        origins.set(keyOf(to), bodyFrom);
        if (made.startsWith(loopPrefix)) {
          // A loop inside a loop: what it makes belongs to this very object.
          const inner = expand({ [made]: body }, path, bodyFrom.slice(0, -1));
          for (const [innerKey, innerItem] of Object.entries(isValues(inner) ? inner : {})) set(innerKey, innerItem, bodyFrom);
        } else {
          count(path, bodyFrom);
          set(made, expand(body, to, bodyFrom), bodyFrom);
        }
      }
    }
    return Object.fromEntries(entries);
  };

  function* iterations(argument: Value, from: Path): Generator<{ key: string; value: Value; from: Path }> {
    const [identifier, collection, fragment] = isList(argument) ? argument : [];
    if (typeof identifier !== "string" || collection === undefined || !isValues(fragment)) {
      problems.add(
        from,
        "Template error: every Fn::ForEach object requires three parameters: the identifier, the collection and a map of one output key and its value",
      );
      return;
    }
    for (const item of itemsOf(collection, [...from, 1])) {
      spend(from, 1);
      for (const [written, body] of Object.entries(fragment)) {
        if (tooMuch) return;
        const key = substitute(written, identifier, item) as string;
        const value = substitute(body, identifier, item);
        spend(from, key.length + JSON.stringify(value).length);
        yield { key, value, from: [...from, 2, written] };
      }
      if (tooMuch) return;
    }
  }

  function* itemsOf(collection: Value, from: Path): Generator<string> {
    const parts = isList(collection) ? collection : [collection];
    for (const part of parts) {
      if (isScalar(part) && isList(collection)) {
        yield String(part);
        continue;
      }
      const name = isValues(part) && Object.keys(part).length === 1 ? part["Ref"] : undefined;
      if (typeof name !== "string") {
        problems.add(
          from,
          "Template error: the collection of Fn::ForEach must be a list of strings or a Ref to a CommaDelimitedList parameter",
        );
        continue;
      }
      const items = collectionOf(name, from);
      if (items === undefined) complete = false;
      else yield* items;
    }
  }

  const value = Object.fromEntries(
    Object.entries(root).map(([section, content]) => {
      if (sectionsWithLoops.includes(section)) return [section, expand(content, [section], [section])];
      return [section, content];
    }),
  );
  const origin = (path: Path): Path => {
    for (let length = path.length; length > 0; length--) {
      const from = origins.get(keyOf(path.slice(0, length)));
      if (from !== undefined) return [...from, ...path.slice(length)];
    }
    return path;
  };
  return { value, origin, complete, loops, tooMuch };
}

/** Put an item in place of the identifier, in keys and values alike. */
function substitute(value: Value, identifier: string, item: string): Value {
  if (typeof value === "string")
    return value
      .replaceAll(`\${${identifier}}`, () => item)
      .replaceAll(`&{${identifier}}`, () => item.replace(/[^A-Za-z0-9]/g, ""));
  if (isList(value)) return value.map((inner) => substitute(inner, identifier, item));
  if (!isValues(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && value["Ref"] === identifier) return item;
  return Object.fromEntries(
    keys.map((key) => [substitute(key, identifier, item) as string, substitute(value[key] as Value, identifier, item)]),
  );
}

const keyOf = (path: Path): string => path.join("\u0000");
