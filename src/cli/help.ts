import { exitHelp } from "./exit.js";

/** Text below a verb's own help. */
export const example = (...lines: readonly string[]): string => exampleWith(exitHelp, ...lines);

/** The same for a verb whose exit codes are its own. */
export const exampleWith = (exits: string, ...lines: readonly string[]): string =>
  `\nExample:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n${exits}`;
