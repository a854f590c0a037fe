import { jsonPlaces } from "../../template/json-places.js";
import type { SourcePlace } from "../node.js";
import type { NodeId } from "../node.js";

/** Where things stand in the text of a plan. */
export interface PlanPlaces {
  /** Of the first resource with this address: that of the planned values, which come first. Else the file's beginning. */
  of(address: NodeId): SourcePlace;
  at(offset: number): SourcePlace;
  /** Of a value, by its path. */
  locate(path: readonly PropertyKey[]): SourcePlace;
}

/** Values may be this deep: each module within another adds two. */
const deepest = 200;
/** What is larger than this is not gone through for one value's place. Characters. */
const largest = 32 * 1024 * 1024;

/** Goes through the text once, when the first place is asked for. Pure. */
export function placesIn(file: string, text: string): PlanPlaces {
  let lines: readonly number[] | undefined;
  let offsets: ReadonlyMap<string, number> | undefined;
  const at = (offset: number): SourcePlace => {
    lines ??= lineStarts(text);
    const line = lastUpTo(lines, offset);
    return { file, line: line + 1, column: offset - (lines[line] ?? 0) + 1 };
  };
  return {
    at,
    of: (address) => at((offsets ??= addressesIn(text)).get(JSON.stringify(address)) ?? 0),
    locate: (path) => {
      if (text.length > largest) return at(0);
      const keys = path.map((step) => (typeof step === "number" ? step : String(step)));
      return { file, ...jsonPlaces(text, deepest)(keys) };
    },
  };
}

/** By the addresses as they are written, with their quotes. */
function addressesIn(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { 1: address, index } of text.matchAll(/"address"\s*:\s*("(?:[^"\\]|\\.)*")/g))
    if (address !== undefined && !found.has(plain(address))) found.set(plain(address), index);
  return found;
}

/** Terraform writes <, > and & as escapes, which JSON need not. */
const plain = (quoted: string): string => (quoted.includes("\\u") ? JSON.stringify(JSON.parse(quoted)) : quoted);

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let next = text.indexOf("\n"); next >= 0; next = text.indexOf("\n", next + 1)) starts.push(next + 1);
  return starts;
}

function lastUpTo(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
