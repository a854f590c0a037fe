import { kinds, type Environment } from "./environment.js";
import { Unknown } from "./maybe.js";
import type { Node } from "./node.js";

/** Where a node was read, and what only one kind of source can say of it. */
const notCompared = new Set(["place", "placeOf", "physicalId", "name", "implicit", "presence", "subnetUnknown"]);

/** Where nothing is said, AWS has chosen: a source that says it contradicts nobody. */
const chosenByAws = new Set(["backupWindow", "engineVersion", "imageName", "storage", "storageType"]);

/**
 * What contradicts between two graphs of the same environment, a line each: `instances Web: zone is "a" and "b"`. What one of them
 * does not know agrees with anything; the order of lists means nothing. Objectives and what was not examined depend on the source
 * and are left out, and so are tags of AWS's own.
 */
export function differences(a: Environment, b: Environment): readonly string[] {
  const found = [...contradictions(a.region, b.region, "region"), ...contradictions(a.account, b.account, "account")];
  for (const kind of kinds) {
    const left: ReadonlyMap<string, Node> = a[kind];
    const right: ReadonlyMap<string, Node> = b[kind];
    for (const id of new Set([...left.keys(), ...right.keys()])) {
      const one = left.get(id);
      const other = right.get(id);
      if (one !== undefined && other !== undefined) found.push(...ofNodes(one, other).map((what) => `${kind} ${id}: ${what}`));
      else if ((one ?? other)?.presence === undefined)
        found.push(`${kind} ${id} is in the ${one === undefined ? "second" : "first"} only`);
    }
  }
  return found;
}

function ofNodes(one: Node, other: Node): readonly string[] {
  const choice = isOpen(one) || isOpen(other);
  return membersOf(one, other).flatMap((name) => {
    const [left, right] = [memberOf(one, name), memberOf(other, name)];
    if (name === "tags") return contradictions(ownTags(left), ownTags(right), name);
    // AWS puts what may lie in several subnets into one of them.
    if (name === "subnets" && choice && isList(left) && isList(right) && left.some((item) => right.includes(item))) return [];
    return contradictions(left, right, name);
  });
}

const isOpen = (node: Node): boolean => "subnetUnknown" in node && node.subnetUnknown !== undefined;

const membersOf = (a: object, b: object): readonly string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !notCompared.has(name));

const memberOf = (value: object, name: string): unknown => (value as Readonly<Record<string, unknown>>)[name];

const ownTags = (tags: unknown): unknown =>
  typeof tags === "object" && tags !== null
    ? Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith("aws:")))
    : tags;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function contradictions(a: unknown, b: unknown, at: string): readonly string[] {
  if (a instanceof Unknown || b instanceof Unknown || a === b) return [];
  const name = at.replace(/^.*\./, "");
  if (chosenByAws.has(name) && (a === undefined || b === undefined)) return [];
  if (name === "masterPassword" && (a === "unknown" || b === "unknown")) return [];
  if (typeof a === "string" && typeof b === "string") return agree(a, b, name) ? [] : [said(a, b, at)];
  if (isList(a) && isList(b)) return ofLists(a, b, at, name);
  if (isObject(a) && isObject(b) && !isList(a) && !isList(b))
    return membersOf(a, b).flatMap((member) => contradictions(memberOf(a, member), memberOf(b, member), `${at}.${member}`));
  return [said(a, b, at)];
}

/** Texts with `${…}` for what is not known; versions of which one side says less. */
function agree(a: string, b: string, name: string): boolean {
  if (name === "engineVersion" && (`${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`))) return true;
  return fits(a, b) || fits(b, a);
}

function fits(pattern: string, text: string): boolean {
  const pieces = pattern.split(/\$\{[^}]*\}/);
  const [first = "", ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  for (const piece of others) {
    const at = text.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return from + last.length <= text.length;
}

function ofLists(a: readonly unknown[], b: readonly unknown[], at: string, name: string): readonly string[] {
  const rest = [...b];
  const extra = a.filter((item) => {
    const exact = rest.findIndex((other) => matches(item, other));
    if (exact >= 0) rest.splice(exact, 1);
    return exact < 0;
  });
  // A template states the disks that it changes; the image brings others.
  if (name === "volumes" && (extra.length === 0 || rest.length === 0)) return [];
  if ([...a, ...b].some((item) => item instanceof Unknown) && (extra.length === 0 || rest.length === 0)) return [];
  const count = Math.max(extra.length, rest.length);
  return Array.from({ length: count }, (_, index) => said(extra[index], rest[index], `${at}[]`));
}

const matches = (a: unknown, b: unknown): boolean => contradictions(a, b, "item").length === 0;

const said = (a: unknown, b: unknown, at: string): string => `${at} is ${shown(a)} and ${shown(b)}`;

const shown = (value: unknown): string =>
  value === undefined
    ? "not there"
    : JSON.stringify(value, (key, inner: unknown) =>
        key === "place" ? undefined : inner instanceof Unknown ? `? (${inner.why})` : inner,
      );
