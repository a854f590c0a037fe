import { relative } from "node:path";

/** A line of a definition that the user wrote; both count from 1. */
export interface CreationPlace {
  /** Relative to the working directory. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The line of the user's own code that made a construct, from the stack trace that the CDK keeps beside it (`aws:cdk:creationStack`):
 * the first frame with a file. The CDK has left out its own frames and Node's.
 */
export function creationPlace(trace: unknown, folder = process.cwd()): CreationPlace | undefined {
  if (!Array.isArray(trace)) return undefined;
  for (const frame of trace) {
    const text = String(frame);
    // `(file:///…/app.mjs:7:1)`; the CDK loses the column of some frames: `file:///…/app.mjs:6 (:)`.
    const whole = /(?:^|\(|file:\/\/)(\/[^():]+):(\d+):(\d+)\)?$/.exec(text);
    const [, path, line, column = 1] = whole ?? /(?:^|file:\/\/)(\/[^():]+):(\d+) \(:\)$/.exec(text) ?? [];
    if (path === undefined || path.includes("/node_modules/")) continue;
    return { file: relative(folder, path), line: Number(line), column: Number(column) };
  }
  return undefined;
}
