import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { builtFolder } from "../../built.js";
import { UserFault } from "../../faults.js";
import type { AssembledStack, AssemblyUse } from "./assembly.js";

/** What the worker is given, and what it answers. */
export interface SynthesisWish {
  readonly file: string;
  readonly outdir: string;
  readonly use: AssemblyUse;
}
export type SynthesisAnswer =
  | { readonly stacks: readonly AssembledStack[] }
  | { readonly fault: { readonly code: string; readonly message: string; readonly fix: string; readonly at?: string } }
  | { readonly error: Error };

/**
 * Synthesise on a thread of its own: reading the CDK and the user's definition takes a second of processor, in which the main
 * thread starts the region. What the app prints goes to stderr: stdout is for our own one document.
 */
export function synthesiseAside(wish: SynthesisWish): Promise<readonly AssembledStack[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(builtFolder("bundle/cli"), "synthesis-worker.js"), {
      workerData: wish,
      stdout: true,
      stderr: true,
    });
    worker.stdout.pipe(process.stderr, { end: false });
    worker.stderr.pipe(process.stderr, { end: false });
    worker.on("message", (answer: SynthesisAnswer) => {
      if ("stacks" in answer) resolve(answer.stacks);
      else if ("fault" in answer) reject(new UserFault(answer.fault.code, answer.fault));
      else reject(answer.error);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`the synthesis ended early (exit code ${code})`)));
  });
}
