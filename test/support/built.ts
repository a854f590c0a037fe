import { execFileSync } from "node:child_process";

/** Rooted tests and journeys run `dist/`: it must be that of the sources under test. Quick when it is. */
export default function ensureBuilt(): void {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
