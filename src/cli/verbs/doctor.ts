import { Command, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { existsSync } from "node:fs";
import { folders } from "../../parts/host/folders.js";
import { regionLabel } from "../../parts/host/label.js";
import { leftovers } from "../../parts/host/leftovers.js";
import { jsonOption } from "../arguments.js";
import { diagnosis } from "../doctor/findings.js";
import { installMissing } from "../doctor/install.js";
import { probe } from "../doctor/probes.js";
import { exit } from "../exit.js";
import { example } from "../help.js";
import { colours, json, terminalOutput } from "../output.js";
import { runningRegion } from "../region/start.js";
import { renderDiagnosis } from "../render/diagnosis.js";

export const doctorVerb = (): CommandUnknownOpts =>
  new Command("doctor")
    .description("what this machine can run, what is missing and what follows from it, and what of ours is left over")
    .option("--fix", "install the packages that are missing")
    .addOption(new Option("--brief", "only what stands in the way"))
    .addOption(jsonOption())
    .addHelpText("after", example("sandtable doctor", "sandtable doctor --fix"))
    .action(async (options) => {
      const output = terminalOutput();
      const where = folders();
      if (options.fix) await installMissing(output);
      const found = diagnosis(await probe(where, { optional: options.brief !== true }), await findLeftovers(where.state));
      const text = renderDiagnosis(found, colours(process.stdout), options.brief === true);
      if (options.json) output.print(json(found));
      else if (text !== "") output.print(text);
      process.exitCode = found.ready ? exit.ok : exit.needsSetUp;
    });

/** Without a region, whatever carries the label of its state folder is left over; a running one uses it. */
async function findLeftovers(state: string): Promise<readonly string[]> {
  if (!existsSync(state) || (await runningRegion(state)) !== undefined) return [];
  const found = await leftovers(regionLabel(state), state);
  return found.map(({ kind, name }) => `${kind} ${name}`);
}
