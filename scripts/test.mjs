import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks, staticChecks } from "./setup/checks.mjs";
import { main } from "./setup/main.mjs";
import { ready } from "./setup/ready.mjs";
import { packaged, run, sandtable, say } from "./setup/run.mjs";
import { closingLine } from "./setup/tally.mjs";

/**
 * npm test: sets up what is missing, then everything: the static checks, the unit tests and, where this machine can run
 * them, the tests on the real kernel. The last line counts tests, and a failed static check as a failed test.
 */
await main(async () => {
  await ready();
  const skipRooted = await whyNoRooted();
  if (skipRooted !== "") say(`Tests that need the real kernel are skipped: ${skipRooted}`);
  const failedChecks = await runChecks(staticChecks({ fresh: true }));
  const { code, report } = await runTests(skipRooted);
  process.stdout.write(`${closingLine(report, failedChecks)}\n`);
  return code === 0 && failedChecks.length === 0 ? 0 : 1;
});

/** Installs what the host lacks where that is allowed, and says in one line why the rooted tests cannot run here, if so. */
async function whyNoRooted() {
  if (process.env.SANDTABLE_SKIP_ROOTED) return process.env.SANDTABLE_SKIP_ROOTED;
  if (process.getuid?.() !== 0) return "they need root; run `sudo npm test` for all of them";
  const { code } = await run(sandtable("doctor", "--fix", "--brief"), { quietly: true });
  return code === 0 ? "" : "this machine cannot run the region; `npm run doctor` says why";
}

async function runTests(skipRooted) {
  const folder = mkdtempSync(join(tmpdir(), "sandtable-test-"));
  try {
    const file = join(folder, "report.json");
    const { code } = await run(
      packaged("vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`),
      {
        env: skipRooted === "" ? {} : { SANDTABLE_SKIP_ROOTED: skipRooted },
      },
    );
    return { code, report: readReport(file) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nothing when vitest died before it wrote one. */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
