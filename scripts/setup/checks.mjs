import { availableParallelism } from "node:os";
import { packaged, run, say, seconds } from "./run.mjs";

/** The static checks, longest first. The unit tests are one more in `npm run check`; `npm test` runs them with all others. */
export const staticChecks = [
  { name: "lint", argv: packaged("eslint/bin/eslint.js", ".", "--max-warnings=0") },
  { name: "types", argv: packaged("typescript/bin/tsc", "--noEmit", "-p", "tsconfig.json", "--pretty", "false") },
  { name: "format", argv: packaged("prettier/bin/prettier.cjs", "--check", "--log-level=warn", ".") },
  { name: "unused code", argv: packaged("knip/bin/knip.js", "--no-progress") },
  { name: "arrows", argv: packaged("dependency-cruiser/bin/dependency-cruise.mjs", "src", "bin", "--config") },
];

export const unitTests = {
  name: "unit tests",
  argv: packaged("vitest/vitest.mjs", "run", "--project", "unit", "--reporter=dot"),
};

/** Run checks side by side, as many as there are processors; each is one line, a failed one with what it said. Gives the failed ones' names. */
export async function runChecks(checks) {
  const waiting = [...checks];
  const failed = [];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { code, output, milliseconds } = await run(check.argv, { capture: true });
      say(`${code === 0 ? "ok    " : "FAILED"}  ${check.name.padEnd(12)} ${seconds(milliseconds).padStart(7)}`);
      if (code === 0) continue;
      failed.push(check.name);
      say(output.trim().split("\n").map((line) => `        ${line}`).join("\n")); // prettier-ignore
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), checks.length) }, worker));
  return failed;
}
