"use strict";
/**
 * Starts the region's process: the one file that it is bundled into, with the code that V8 made of it when it was built
 * (`dist/bundle/region.cache`). Compiling it anew costs more than half of what a start needs of the processor. V8 itself refuses a
 * cache of another version, or of another file; then it is compiled.
 *
 * `loader.cjs --write-cache` makes that cache and does nothing else.
 */
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { wrap } = require("node:module");
const { Script, constants } = require("node:vm");

const file = join(__dirname, "../bundle/region.cjs");
const cacheFile = join(__dirname, "../bundle/region.cache");

function cacheThere() {
  try {
    return readFileSync(cacheFile);
  } catch {
    return undefined;
  }
}

const writes = process.argv[2] === "--write-cache";
const script = new Script(wrap(readFileSync(file, "utf8")), {
  filename: file,
  cachedData: writes ? undefined : cacheThere(),
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
// With what runs when it is loaded, which V8 otherwise leaves for the first call.
if (writes) {
  process.on("exit", () => {
    writeFileSync(cacheFile, script.createCachedData());
    process.exitCode = 0;
  });
}
const made = { exports: {} };
script.runInThisContext()(made.exports, require, made, file, join(__dirname, "../bundle"));
