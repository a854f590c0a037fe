import { availableParallelism } from "node:os";
import { join } from "node:path";
import { compiler, packaged, root, run, say, seconds } from "./run.mjs";

const cache = join(root, "node_modules/.cache/sandtable");

/**
 * The static checks, longest first. `fresh`: nothing is taken from an earlier run.
 * @param {{ fresh: boolean }} options
 */
export const staticChecks = ({ fresh }) => [
  // Types are part of the lint: a promise that nobody awaits is the bug this project can least afford.
  { name: "lint", argv: packaged("oxlint/bin/oxlint", "--type-aware", "--deny-warnings") },
  {
    name: "types",
    argv: [
      ...[...compiler, "--noEmit", "-p", "tsconfig.json", "--pretty", "false"],
      ...(fresh ? [] : ["--incremental", "--tsBuildInfoFile", `${cache}/types`]),
    ],
  },
  {
    name: "format",
    argv: packaged(
      "prettier/bin/prettier.cjs",
      "--check",
      "--log-level=warn",
      ".",
      ...(fresh ? [] : ["--cache", "--cache-location", `${cache}/prettier`]),
    ),
  },
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
