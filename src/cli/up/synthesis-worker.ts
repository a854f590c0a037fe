import { parentPort, workerData } from "node:worker_threads";
import { UserFault } from "../../faults.js";
import { synthesise } from "./assembly.js";
import type { SynthesisAnswer, SynthesisWish } from "./synthesis.js";

/** The thread of `synthesiseAside`. */
const { file, outdir, use } = workerData as SynthesisWish;

const answer = await synthesise(file, outdir, use).then(
  (stacks): SynthesisAnswer => ({ stacks }),
  (error: unknown): SynthesisAnswer => {
    // A fault's own members would not survive the way to the other thread.
    if (error instanceof UserFault) return { fault: { code: error.code, message: error.message, fix: error.fix, at: error.at } };
    return { error: error instanceof Error ? error : new Error(String(error)) };
  },
);
parentPort?.postMessage(answer);
