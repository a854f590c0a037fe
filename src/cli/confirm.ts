import { createInterface } from "node:readline/promises";
import { UserFault } from "../faults.js";
import type { Output } from "./output.js";

/**
 * Ask yes or no. Without a terminal nobody can answer: refused with the way out. Ctrl-C and Ctrl-D are a no. `otherwise`: what is
 * said to a no. Throws `NeedsConfirmation`, `Declined`.
 */
export async function confirm(output: Output, question: string, yes: boolean, otherwise = "nothing was changed"): Promise<void> {
  if (yes) return;
  if (!output.interactive)
    throw new UserFault("NeedsConfirmation", {
      message: `${question} – there is no terminal to answer on`,
      fix: "add --yes to go ahead without being asked",
    });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `).catch((error: Error) => {
      if (error.name === "AbortError") return "";
      throw error;
    });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    terminal.close();
  }
  throw new UserFault("Declined", { message: `not confirmed; ${otherwise}`, fix: "answer y, or add --yes" });
}
