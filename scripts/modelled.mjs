import { main } from "./setup/main.mjs";
import { ensurePackages } from "./setup/packages.mjs";
import { root, run } from "./setup/run.mjs";

// npm run modelled: writes the README's table of what is modelled, from the code itself.
await main(async () => {
  await ensurePackages();
  return (await run([process.execPath, "--import", "tsx", `${root}/scripts/write-modelled.ts`])).code;
});
