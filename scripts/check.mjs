import { runChecks, staticChecks, unitTests } from "./setup/checks.mjs";
import { main } from "./setup/main.mjs";
import { ensurePackages } from "./setup/packages.mjs";
import { say, seconds } from "./setup/run.mjs";

// npm run check: everything that can be known in half a minute, without privilege.
await main(async () => {
  await ensurePackages();
  const started = performance.now();
  const failed = await runChecks([unitTests, ...staticChecks({ fresh: false })]);
  say("the tests of whole regions and programs are part of npm test");
  say(failed.length === 0 ? `all checks passed in ${seconds(performance.now() - started)}` : `failed: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
});
