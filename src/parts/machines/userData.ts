import * as z from "zod";

/** What became of an instance's user data at its last boot (it runs at the first alone), from cloud-init's own files. */
export interface UserDataVerdict {
  /** False until cloud-init has ended. */
  readonly finished: boolean;
  readonly failed: boolean;
  /** The last lines of /var/log/cloud-init-output.log, without cloud-init's own reports. */
  readonly log: readonly string[];
}

/** /var/lib/cloud/data/result.json, written at the very end (cloud-init docs, "Status file"). */
const Result = z.object({ v1: z.object({ errors: z.array(z.string()) }) });

/** Pure. `result` is result.json's text, undefined when it is not there. */
export function userDataVerdict(result: string | undefined, log: string, lines = 20): UserDataVerdict {
  const tail = log
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !/^(Cloud-init v\. \S+ (running|finished) |ci-info: )/.test(line));
  const errors = result === undefined ? undefined : errorsIn(result);
  return { finished: errors !== undefined, failed: errors !== undefined && errors.length > 0, log: tail.slice(-lines) };
}

function errorsIn(result: string): string[] | undefined {
  try {
    return Result.parse(JSON.parse(result)).v1.errors;
  } catch {
    // Being written, or broken by the machine itself.
    return undefined;
  }
}
