import type { ObjectFile, Section } from "../../../parts/objects/objectfiles.js";

/** Bytes first..last, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What of an object of `size` bytes a Range header asks for (RFC 9110 §14.2). Undefined: all of it, for a header that cannot be read,
 * and one of several ranges, counts for nothing to S3.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (match === null || (from === "" && to === "")) return undefined;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length === 0 ? "unsatisfiable" : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== "" && Number(to) < first) return undefined;
  return first >= size ? "unsatisfiable" : { first, last };
}

/** Where the bytes of a range lie, in files one after another. */
export function sectionsOf(files: readonly ObjectFile[], range: ByteRange): readonly Section[] {
  const sections: Section[] = [];
  let start = 0;
  for (const { id, size } of files) {
    const [first, last] = [Math.max(range.first - start, 0), Math.min(range.last - start, size - 1)];
    if (first <= last) sections.push({ id, first, last });
    start += size;
  }
  return sections;
}
