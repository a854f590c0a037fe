import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root, run, sandtable } from "./run.mjs";

const dist = join(root, "dist");
const folder = join(dist, "bundle");

/** What starts is made of few files, in `dist/bundle/`: reading hundreds takes more than half of a command's time. Throws when it cannot be made. */
export async function bundle() {
  // Imported here: it is a package, and the entry scripts must run without any.
  const { build } = await import("esbuild");
  const common = { bundle: true, platform: "node", target: "node20", sourcemap: true, logLevel: "error" };
  await Promise.all([bundleRegion(build, common), bundleCommands(build, common)]);
}

/**
 * The region's process as one file, with the code that V8 makes of it beside it (src/region/loader.cjs): it starts in a fraction of
 * the time. Packages are inside, Node's own modules are not.
 */
async function bundleRegion(build, common) {
  const [file, cache] = [join(folder, "region.cjs"), join(folder, "region.cache")];
  // Before the file it was made of changes: V8 tells another file by its length alone.
  rmSync(cache, { force: true });
  await build({
    ...common,
    entryPoints: [join(dist, "region/main.js")],
    outfile: file,
    format: "cjs",
    define: { "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  // It says that options are missing, which is all that is wanted of it.
  await run([process.execPath, join(dist, "region/loader.cjs"), "--write-cache"], { capture: true });
  if (!existsSync(cache)) throw new Error("dist/bundle/region.cjs does not run");
}

/** The command line and its threads, in pieces that are read when a verb needs them. */
async function bundleCommands(build, common) {
  const outdir = join(folder, "cli");
  rmSync(outdir, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: ["main", "up/review-worker", "up/synthesis-worker"].map((name) => join(dist, `cli/${name}.js`)),
    entryNames: "[name]",
    outdir,
    format: "esm",
    splitting: true,
    // Of what is both: the names of what is CommonJS cannot be told when it is imported late.
    mainFields: ["module", "main"],
    // A project may have its own CDK, and these read files of theirs.
    external: ["aws-cdk-lib", "@aws-cdk/*", "tsx"],
    // CommonJS packages call it.
    banner: { js: 'import { createRequire as toRequire } from "node:module"; const require = toRequire(import.meta.url);' },
    plugins: [{ name: "places", setup: ({ onLoad }) => onLoad({ filter: /\.js$/ }, ({ path }) => placed(path, outdir)) }],
  });
  const { code, output } = await run(sandtable("--version"), { capture: true });
  if (code !== 0) throw new Error(`dist/bundle/cli does not run: ${output}`);
}

/** What finds files beside itself finds them where it was compiled to. */
function placed(path, outdir) {
  if (!path.startsWith(`${dist}/`)) return undefined;
  const there = `new URL(${JSON.stringify(`${relative(outdir, dirname(path))}/_`)}, import.meta.url).href`;
  return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", there) };
}
