import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, step } from "./run.mjs";

/**
 * Why the installed npm packages are not those of the lock file, or nothing when they are. npm keeps what it installed in
 * `node_modules/.package-lock.json`, written last, so an interrupted install is seen too. Optional packages are for
 * other platforms as often as not, and are not asked for.
 * @param {{ packages?: Record<string, { version?: string, optional?: boolean, devOptional?: boolean }> }} lock
 * @param {{ packages?: Record<string, { version?: string }> } | undefined} installed
 * @returns {string | undefined}
 */
export function whyStale(lock, installed) {
  if (installed === undefined) return "they are not installed";
  const have = installed.packages ?? {};
  for (const [path, wanted] of Object.entries(lock.packages ?? {})) {
    if (path === "" || wanted.optional) continue;
    const name = path.replace(/^.*node_modules\//, "");
    if (have[path] === undefined) return `${name} is missing`;
    if (have[path].version !== wanted.version) return `${name} is ${have[path].version}, not ${wanted.version}`;
  }
  return undefined;
}

/** Install the npm packages of the lock file when what is there differs. Throws when npm fails. */
export async function ensurePackages(folder = root) {
  const why = whyStale(read(join(folder, "package-lock.json")), read(join(folder, "node_modules/.package-lock.json")));
  if (why === undefined) return;
  await step(`npm packages (${why}; about 40 s)`, async () => {
    const npm = process.env.npm_execpath?.endsWith(".js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
    const { code } = await run([...npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], { quietly: true, cwd: folder });
    if (code !== 0)
      throw new Error(`npm ci failed with exit code ${code}: its message is above. Is the package registry reachable?`);
  });
}

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined);
