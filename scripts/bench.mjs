import { main } from "./setup/main.mjs";
import { ready } from "./setup/ready.mjs";
import { root, run, sandtable } from "./setup/run.mjs";

// npm run bench: measures; prints medians and ratios of one run.
await main(async () => {
  await ready();
  const doctor = await run(sandtable("doctor", "--fix", "--brief"), { quietly: true });
  if (doctor.code !== 0) return doctor.code;
  return (await run([process.execPath, "--import", "tsx", `${root}/bench/main.ts`, ...process.argv.slice(2)])).code;
});
