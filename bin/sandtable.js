#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/bundle/cli/main.js", import.meta.url);

if (!existsSync(main)) {
  process.stderr.write("sandtable is not built yet: run `npm run build` in its folder (or `npm start`).\n");
  process.exit(3);
}

// The AWS SDK announces at every start that versions of 2027 will want a newer Node; ours are pinned.
const emitWarning = process.emitWarning.bind(process);
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).startsWith("NodeVersionSupportWarning")) emitWarning(warning, ...rest);
};

await import(main.href);
