import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
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
    await bundleRegion();
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

/**
 * The region's process as one file, with the code that V8 makes of it beside it (src/region/loader.cjs): it starts in a fraction of
 * the time. Packages are inside, Node's own modules are not.
 */
async function bundleRegion() {
  // Before the file it was made of changes: V8 tells another file by its length alone.
  rmSync(join(dist, "bundle/region.cache"), { force: true });
  // Imported here: it is a package, and the entry scripts must run without any.
  const { build } = await import("esbuild");
  await build({
    entryPoints: [join(dist, "region/main.js")],
    outfile: join(dist, "bundle/region.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    sourcemap: true,
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    logLevel: "error",
  });
  // It says that options are missing, which is all that is wanted of it.
  await run([process.execPath, join(dist, "region/loader.cjs"), "--write-cache"], { capture: true });
  if (!existsSync(join(dist, "bundle/region.cache"))) throw new Error("dist/bundle/region.cjs does not run");
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
