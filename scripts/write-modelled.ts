/**
 * Writes what is modelled, from the code itself: `npm run modelled`. A summary goes between the markers in README.md, and
 * all of it to docs/modelled.md. A test checks that both are current.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format } from "oxfmt";
import { operations } from "../src/region/operations/registry.js";
import { cloudFormation } from "../src/region/stacks/stacks.js";
import { renderModelled, renderSummary } from "./setup/modelled.js";

/** All of them: nested stacks are a type that CloudFormation adds itself. */
const providers = [...cloudFormation.context.providers.values()];

const root = fileURLToPath(new URL("..", import.meta.url));
const markers = { begin: "<!-- modelled: begin (npm run modelled) -->", end: "<!-- modelled: end -->" };

/** The files as they should be: path below the project, and text. */
export async function modelledFiles(): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [before, rest] = readme.split(markers.begin);
  const after = rest?.split(markers.end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`README.md lacks the markers ${markers.begin} and ${markers.end}`);
  return [
    {
      path: "README.md",
      text: await pretty(`${before}${markers.begin}\n\n${renderSummary(operations, providers)}\n\n${markers.end}${after}`),
    },
    { path: "docs/modelled.md", text: await pretty(renderModelled(operations, providers)) },
  ];
}

const { printWidth } = JSON.parse(readFileSync(join(root, ".oxfmtrc.json"), "utf8")) as { printWidth: number };
const pretty = async (text: string): Promise<string> => (await format("a.md", text, { printWidth })).code;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { path, text } of await modelledFiles()) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    writeFileSync(file, text);
    console.error(`wrote ${path}`);
  }
}
