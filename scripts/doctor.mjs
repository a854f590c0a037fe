import { main } from "./setup/main.mjs";
import { ready } from "./setup/ready.mjs";
import { run, sandtable } from "./setup/run.mjs";

// npm run doctor [-- --fix]: what this machine can run, and what is missing.
await main(async () => {
  await ready();
  return (await run(sandtable("doctor", ...process.argv.slice(2)))).code;
});
