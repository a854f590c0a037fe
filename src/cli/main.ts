import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { UserFault } from "../faults.js";
import { faultOfSdk } from "./aws/trouble.js";
import { endWithReader } from "./closed-pipe.js";
import { exit, exitCodeOf } from "./exit.js";
import { colours, json } from "./output.js";
import { program } from "./program.js";
import { renderFault } from "./render/fault.js";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };

endWithReader();
try {
  await program(version).parseAsync(process.argv);
} catch (error) {
  const code = report(error);
  // A verb whose exit codes are its own has said beforehand what failing means.
  process.exitCode ??= code;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
  const wantsJson = beforeDashes(process.argv).includes("--json");
  const fault = error instanceof UserFault ? error : faultOfSdk(error);
  if (fault !== undefined) {
    const { code, message, fix, at } = fault;
    if (wantsJson) process.stdout.write(`${json({ fault: { code, message, fix, at } })}\n`);
    process.stderr.write(`${renderFault(fault, colours())}\n`);
    return exitCodeOf(code);
  }
  // Ours to mend: all of it is shown, with where it came from.
  if (wantsJson)
    process.stdout.write(
      `${json({ fault: { code: "Internal", message: String(error), fix: "this is a fault of sandtable: report it with the trace" } })}\n`,
    );
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return exit.failed;
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end < 0 ? argv : argv.slice(0, end);
}
