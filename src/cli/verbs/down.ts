import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { jsonOption, targetOption, yesOption } from "../arguments.js";
import { example } from "../help.js";
import { terminalOutput } from "../output.js";

export const downVerb = (): CommandUnknownOpts =>
  new Command("down")
    .description("delete a stack in order, then search for anything left and say so")
    .argument("<stack|path>", "a stack's name, or what was given to `up`")
    .option("--stack <name>", "which stack of the app at the path")
    .addOption(targetOption())
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText("after", example("sandtable down flask-ha", "sandtable down examples/flask-ha --yes --json"))
    .action(async (what, options) => {
      const { down } = await import("../down/down.js");
      process.exitCode = await down(what, options, terminalOutput());
    });
