import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { bundle } from "./bundles.mjs";
import { compiler, root, run, step } from "./run.mjs";
import { filesBelow, isStamped, stampOfContents, stampOfTimes, writeStamp } from "./stamps.mjs";

const src = join(root, "src");
const dist = join(root, "dist");

/** Bring `dist/` up to date: TypeScript, data files, compact tables. Quick when nothing changed. Throws when it does not build. */
export async function ensureBuilt() {
  const sources = filesBelow([
    src,
    join(root, "scripts"),
    ...["tsconfig.json", "tsconfig.build.json", "package-lock.json"].map((f) => join(root, f)),
  ]);
  const stamp = stampOfTimes(sources);
  const stampFile = join(dist, ".stamp");
  if (isStamped(stampFile, stamp)) return;
  await step("build", async () => {
    removeOrphans();
    const compiled = await run([...compiler, "-p", "tsconfig.build.json"], { capture: true });
    copyData();
    await bundle();
    // tsc writes its output even when types are wrong: what can be made is made, and then the build fails.
    await compactTables();
    failed(compiled, "the type check failed");
  });
  writeStamp(stampFile, stamp);
}

/** Compiled files whose source is gone would still be found by imports. */
function removeOrphans() {
  for (const file of filesBelow([dist], (path) => /\.(js|d\.ts|js\.map)$/.test(path))) {
    if (relative(dist, file).startsWith("bundle/")) continue;
    const source = join(src, relative(dist, file).replace(/\.(js|d\.ts|js\.map)$/, ".ts"));
    if (!existsSync(source)) rmSync(file);
  }
  // What tsc believes it wrote must be there: without its output the incremental state is worth nothing.
  if (!existsSync(join(dist, "faults.js"))) rmSync(join(dist, ".tsbuildinfo"), { force: true });
}

function copyData() {
  for (const file of filesBelow([src], (path) => !path.endsWith(".ts"))) {
    const target = join(dist, relative(src, file));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(file, target);
  }
}

/**
 * Large tables of npm packages (the SDK's schemas, CloudFormation's resource types) made compact once, so that the
 * region's process stays small. Each `scripts/compact-*.ts` writes its own folder below `dist/`.
 */
async function compactTables() {
  const stamp = stampOfContents(
    filesBelow([join(root, "scripts"), join(root, "package-lock.json"), join(dist, "region")], madeFrom),
  );
  const stampFile = join(dist, ".stamp-tables");
  if (isStamped(stampFile, stamp)) return;
  const scripts = filesBelow([join(root, "scripts")], (path) => /\/compact-[^/]*\.ts$/.test(path));
  await Promise.all(
    scripts.map((script) => must([process.execPath, "--import", "tsx", script], `${relative(root, script)} failed`)),
  );
  writeStamp(stampFile, stamp);
}

const madeFrom = (path) => /\/compact|package-lock\.json$|\/region\/(operations|protocol\/table|stacks\/spec).*\.js$/.test(path);

async function must(argv, otherwise) {
  failed(await run(argv, { capture: true }), otherwise);
}

function failed({ code, output }, otherwise) {
  if (code === 0) return;
  process.stderr.write(output);
  throw new Error(`${otherwise} (exit code ${code}): see above`);
}
