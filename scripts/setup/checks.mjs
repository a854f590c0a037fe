import { availableParallelism, freemem } from "node:os";
import { join } from "node:path";
import { packaged, root, run, say, seconds } from "./run.mjs";

const cache = join(root, "node_modules/.cache/sandtable");

/** The type-aware linter needs 2.3 GiB if its (Go's) collector never runs, and a third less of the processor. */
const free = Math.min(freemem(), process.availableMemory?.() ?? Number.POSITIVE_INFINITY);
const linterEnv = free > 6 * 2 ** 30 ? { GOGC: "off", GOMEMLIMIT: "4GiB" } : {};

/**
 * The static checks, longest first. `fresh`: nothing is taken from an earlier run.
 * @param {{ fresh: boolean }} options
 */
export const staticChecks = ({ fresh }) => [
  // Types are part of the lint: a promise that nobody awaits is the bug this project can least afford. One reading of the program
  // serves both, so the compiler's own findings come with it.
  {
    name: "lint and types",
    argv: packaged("oxlint/bin/oxlint", "--type-aware", "--type-check", "--deny-warnings"),
    env: linterEnv,
  },
  { name: "format", argv: packaged("oxfmt/bin/oxfmt", "--check", ".") },
  {
    name: "unused code",
    argv: packaged("knip/bin/knip.js", "--no-progress", ...(fresh ? [] : ["--cache", "--cache-location", `${cache}/knip`])),
  },
  {
    name: "arrows",
    argv: packaged(
      ...["dependency-cruiser/bin/dependency-cruise.mjs", "src", "bin", "--config"],
      ...(fresh ? [] : ["--cache", `${cache}/arrows`, "--cache-strategy", "content"]),
    ),
  },
];

/** `npm run check` runs the unit tests too; `npm test` runs them with all others. */
export const unitTests = {
  name: "unit tests",
  argv: packaged("vitest/vitest.mjs", "run", "--project", "unit", "--reporter=dot"),
  // Each worker imports everything for itself, and one processor is busy with the other checks.
  env: { VITEST_MAX_WORKERS: `${Math.max(1, availableParallelism() - 1)}` },
};

/** Run checks side by side, as many as there are processors; each is one line, a failed one with what it said. Gives the failed ones' names. */
export async function runChecks(checks) {
  const waiting = [...checks];
  const failed = [];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { code, output, milliseconds } = await run(check.argv, { capture: true, env: { NO_COLOR: "1", ...check.env } });
      say(`${code === 0 ? "ok    " : "FAILED"}  ${check.name.padEnd(14)} ${seconds(milliseconds).padStart(7)}`);
      if (code === 0) continue;
      failed.push(check.name);
      say(
        output
          .trim()
          .split("\n")
          .map((line) => `        ${line}`)
          .join("\n"),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), checks.length) }, worker));
  return failed;
}
