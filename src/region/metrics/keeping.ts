/** What is kept of samples, and how finely, by their age. CloudWatch too keeps the finest for three hours and has 15 days in all of 60 s. */
const hour = 60 * 60 * 1000;

/** Segments are of one hour each. Milliseconds. */
export const segmentLength = hour;
export const segmentStart = (at: number): number => Math.floor(at / segmentLength) * segmentLength;

/** Seconds between what is kept; 0: every sample as it came. */
export type Resolution = 0 | 60 | 300;

/** A segment on the disk. */
export interface SegmentFile {
  /** Milliseconds since the epoch; a multiple of `segmentLength`. */
  readonly start: number;
  readonly resolution: Resolution;
  readonly bytes: number;
}

const everySample = 3 * hour;
const everyMinute = 24 * hour;
const atAll = 15 * 24 * hour;

/** How finely a segment is to be kept now; nothing when not at all. Pure. */
export function resolutionAt(start: number, now: number): Resolution | undefined {
  const age = now - (start + segmentLength);
  if (age >= atAll) return undefined;
  if (age >= everyMinute) return 300;
  return age >= everySample ? 60 : 0;
}

/**
 * Without what was put together already: of two segments of the same hour the finer is what the coarser was made from, when the
 * process died before it was removed. Pure.
 */
export const withoutDoubles = (files: readonly SegmentFile[]): readonly SegmentFile[] =>
  files.filter((file) => !files.some((other) => other.start === file.start && other.resolution > file.resolution));

/** What is to be done to a segment, and why. */
export type SegmentChange =
  | { readonly do: "remove"; readonly file: SegmentFile; readonly because: "age" | "double" | "size" }
  | { readonly do: "coarsen"; readonly file: SegmentFile; readonly to: Resolution };

/**
 * What is to be done now so that segments are as fine as their age allows and have `largest` bytes at most together. For these the
 * oldest go first, and never the newest hour, which is written to. Pure.
 */
export function tidying(files: readonly SegmentFile[], now: number, largest: number): readonly SegmentChange[] {
  const single = withoutDoubles(files);
  const kept = single
    .filter(({ start }) => resolutionAt(start, now) !== undefined)
    .toSorted((one, other) => one.start - other.start);
  const tooMany = new Set<SegmentFile>();
  let bytes = kept.reduce((sum, file) => sum + file.bytes, 0);
  for (const file of kept.slice(0, -1)) {
    if (bytes <= largest) break;
    bytes -= file.bytes;
    tooMany.add(file);
  }
  return files.flatMap((file): readonly SegmentChange[] => {
    const wanted = resolutionAt(file.start, now);
    if (wanted === undefined) return [{ do: "remove", file, because: "age" }];
    if (!single.includes(file)) return [{ do: "remove", file, because: "double" }];
    if (tooMany.has(file)) return [{ do: "remove", file, because: "size" }];
    return wanted > file.resolution ? [{ do: "coarsen", file, to: wanted }] : [];
  });
}
