import { exitHelp } from "./exit.js";

/** Text below a verb's own help. */
export const example = (...lines: readonly string[]): string =>
  `\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n${exitHelp}`;
