import type { Path, Place } from "./value.js";

/**
 * Where the values of a sound JSON text are, as the YAML reader tells it (the place of a value's key, where it has one), but in a
 * hundredth of the time: it makes nothing but offsets. Values deeper than `deepest` have the place of what is around them. Goes
 * through the text once, without recursion: how deep a text goes is up to who wrote it.
 */
export function jsonPlaces(text: string, deepest: number): (path: Path) => Place {
  const offsets = new Map<string, number>();
  const lines = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.push(at + 1);
  /** What is open: the key of its path, how many items of a list were met, whether a member's name stands before what comes next. */
  const open: { readonly key: string; readonly isList: boolean; items: number; named: boolean }[] = [];
  const keyIn = (around: string | undefined, name: string): string =>
    around === undefined || around === "" ? name : `${around}\u0000${name}`;
  /** The path of the value that comes next. */
  let next = "";
  const mark = (key: string, offset: number): void => {
    if (open.length <= deepest && !offsets.has(key)) offsets.set(key, offset);
  };

  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const around = open.at(-1);
    if (character === undefined || /[\s:,]/.test(character)) continue;
    if (character === "}" || character === "]") {
      open.pop();
      continue;
    }
    const end = character === '"' ? endOfString(text, at) : at;
    if (around?.isList === true) next = keyIn(around.key, String(around.items++));
    else if (around?.named === false) {
      around.named = true;
      next = keyIn(around.key, nameOf(text.slice(at, end)));
      mark(next, at);
      at = end - 1;
      continue;
    }
    if (around !== undefined) around.named = false;
    mark(next, at);
    if (character === "{" || character === "[") open.push({ key: next, isList: character === "[", items: 0, named: false });
    else if (character === '"') at = end - 1;
    else while (/[\w.+-]/.test(text[at + 1] ?? "")) at++;
  }

  const placeOf = (offset: number): Place => {
    let [low, high] = [0, lines.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((lines[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
  };
  return (path) => {
    for (let length = path.length; length >= 0; length--) {
      const offset = offsets.get(path.slice(0, length).join("\u0000"));
      if (offset !== undefined) return placeOf(offset);
    }
    return { line: 1, column: 1 };
  };
}

/** The offset behind the closing quote. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

const nameOf = (quoted: string): string => (quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1));
