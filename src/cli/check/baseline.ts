import { readFileSync } from "node:fs";
import { readBaseline, type Acceptance } from "../../analysis/verdict/baseline.js";
import { UserFault } from "../../faults.js";
import { describeProblems } from "../../template/problems.js";

/** The acceptances of a file. Throws `NotFound`, `BadBaseline`. */
export function openBaseline(file: string): readonly Acceptance[] {
  const { acceptances, problems } = readBaseline(file, readText(file));
  if (problems.length === 0) return acceptances;
  throw new UserFault("BadBaseline", {
    at: file,
    message: `${file} cannot be used as a baseline:\n${describeProblems(problems)}`,
    fix: "correct these places; a baseline that is half understood would hide the wrong things",
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserFault("NotFound", {
      at: file,
      message: `the baseline ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      fix: "give the path of a file with the accepted findings, or leave --baseline out",
      cause: error,
    });
  }
}
