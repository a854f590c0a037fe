import { ensureBuilt } from "./build.mjs";
import { ensurePackages } from "./packages.mjs";

/** Everything a verb of `sandtable` needs: npm packages and `dist/`. Needs nothing but Node.js to begin with. */
export async function ready() {
  await ensurePackages();
  await ensureBuilt();
}
