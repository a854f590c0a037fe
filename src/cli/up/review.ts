import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { builtFolder } from "../../built.js";
import { UserFault } from "../../faults.js";
import type { StackText } from "../check/stacks.js";

/** What the thread is given: one stack and those nested in it, with the values that its parameters will have. */
export interface ReviewWish {
  readonly stacks: readonly StackText[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly region: string | undefined;
  readonly colours: boolean;
}

export interface Review {
  /** Empty: there is nothing to say. */
  readonly lines: readonly string[];
  /** How many findings are `high` or worse. */
  readonly counting: number;
  /** False: it could not be checked, and the lines say why. */
  readonly done: boolean;
}

/** With `--strict` what counts stops here. Throws `CheckFailed`. */
export function refuseFindings({ lines, counting, done }: Review, at: string): void {
  if (!done)
    throw new UserFault("CheckFailed", {
      at,
      message: lines.join("\n"),
      fix: "mend what is said; or leave --strict out, to deploy unchecked",
    });
  if (counting === 0) return;
  throw new UserFault("CheckFailed", {
    at,
    message: `the check finds ${counting === 1 ? "something" : `${counting} things`} of severity high or worse:\n${lines.join("\n")}`,
    fix: "see all of it with `sandtable check`, and mend it; or leave --strict out",
  });
}

/** One check, on a thread of its own. */
export interface Reviewer {
  /** Once. Never rejects: what `check` cannot read is no reason to deploy or not to. */
  review(wish: ReviewWish): Promise<Review>;
}

/**
 * Have what is about to be deployed checked, on a thread that is ready by the time it is known: `up` meanwhile reads the definition, starts
 * the region and makes the change set, so that the check costs it next to no time.
 */
export function startReviewer(): Reviewer {
  const worker = new Worker(join(builtFolder("bundle/cli"), "review-worker.js"));
  const ended = new Promise<Review>((resolve) => {
    const unable = (error: unknown): void =>
      resolve({
        lines: [`check: not done: ${error instanceof Error ? error.message : String(error)}`],
        counting: 0,
        done: false,
      });
    worker.on("message", (answer: Review) => resolve(answer));
    worker.on("error", unable);
    worker.on("exit", (code) => unable(`it ended early (exit code ${code})`));
  });
  // Who finds that there is nothing to check need not end it.
  worker.unref();
  return {
    review(wish) {
      worker.ref();
      worker.postMessage(wish);
      return ended;
    },
  };
}
