import { ServiceFault } from "../../operations/fault.js";

/** A log file, as far as there is one now: it grows while it is read. */
export interface ReadableLog {
  readonly size: number;
  read(from: number, bytes: number): Buffer;
}

export interface LogPortion {
  readonly text: string;
  /** The next portion begins here. */
  readonly marker: string;
  /** There is more after it. */
  readonly pending: boolean;
}

/** A portion has no more than this. https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DownloadDBLogFilePortion.html */
const mostBytes = 1024 * 1024;
const mostLines = 10_000;
const newline = 0x0a;

/**
 * The lines after a marker (`0`: from the beginning), or without one the last lines of the file. Portions one after the other, each
 * with the marker of the one before, make the whole file: what is cut by its bytes ends with a whole line where there is one.
 * @throws InvalidParameterValue
 */
export function logPortion(
  log: ReadableLog,
  asked: { readonly marker?: string | undefined; readonly lines?: number | undefined } = {},
): LogPortion {
  const { marker, lines = mostLines } = asked;
  if (!Number.isInteger(lines) || lines < 1)
    throw new ServiceFault("InvalidParameterValue", `Invalid NumberOfLines: ${lines}. It is 1 or more.`);
  return marker === undefined || marker === "" ? lastLines(log, lines) : linesAfter(log, offsetOf(marker), lines);
}

function linesAfter(log: ReadableLog, from: number, lines: number): LogPortion {
  const bytes = log.read(from, Math.max(0, Math.min(mostBytes, log.size - from)));
  const isCut = from + bytes.length < log.size;
  const kept = bytes.subarray(0, Math.min(endOfLines(bytes, lines), isCut ? wholeLines(bytes) : bytes.length));
  return portion(log, kept, from);
}

function lastLines(log: ReadableLog, lines: number): LogPortion {
  const from = Math.max(0, log.size - mostBytes);
  const bytes = log.read(from, log.size - from);
  // What begins in the middle of a line begins with the next one.
  const first = from === 0 ? 0 : bytes.indexOf(newline) + 1;
  const start = Math.max(first, startOfLast(bytes, lines));
  return portion(log, bytes.subarray(start), from + start);
}

const portion = (log: ReadableLog, bytes: Buffer, from: number): LogPortion => ({
  text: bytes.toString("utf8"),
  marker: `0:${from + bytes.length}`,
  pending: from + bytes.length < log.size,
});

/** AWS's look like `21:4485`; what counts is the place in the file. */
function offsetOf(marker: string): number {
  const place = /^(?:\d+:)?(\d{1,15})$/.exec(marker)?.[1];
  if (place === undefined)
    throw new ServiceFault("InvalidParameterValue", `Invalid Marker: ${marker}. Pass 0 or the Marker of the last portion.`);
  return Number(place);
}

/** Where so many lines end. */
function endOfLines(bytes: Buffer, lines: number): number {
  let end = 0;
  for (let line = 0; line < lines; line += 1) {
    const at = bytes.indexOf(newline, end);
    if (at < 0) return bytes.length;
    end = at + 1;
  }
  return end;
}

/** Without the line that is cut; all of it where there is but that one. */
const wholeLines = (bytes: Buffer): number => bytes.lastIndexOf(newline) + 1 || bytes.length;

/** Where the last so many lines begin; an unfinished one at the end counts. */
function startOfLast(bytes: Buffer, lines: number): number {
  let start = bytes.length;
  for (let line = 0; line < lines && start > 0; line += 1) {
    // The newline before it ends the line before.
    start = start < 2 ? 0 : bytes.lastIndexOf(newline, start - 2) + 1;
  }
  return start;
}
