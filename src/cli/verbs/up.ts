import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { collect, integer, jsonOption, targetOption, yesOption } from "../arguments.js";
import { example } from "../help.js";
import { terminalOutput } from "../output.js";

export const upVerb = (): CommandUnknownOpts =>
  new Command("up")
    .description("deploy a definition through CloudFormation, and wait until it serves")
    .argument("<path>", "a folder with environment.ts or cdk.json, or a CloudFormation template")
    .option("--stack <name>", "which stack of the app; for a template, what to call it")
    .option("--parameter <name=value>", "a template parameter, as often as wanted", collect, [] as readonly string[])
    .option("--wait <seconds>", "longest time to wait for healthy targets", integer(0, 86_400), 300)
    .option("--strict", "stop before anything is created when `sandtable check` finds something high or worse")
    .addOption(targetOption())
    .addOption(yesOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example("sandtable up examples/flask-ha", "sandtable up template.yaml --stack shop --parameter Size=2 --yes --json"),
    )
    .action(async (path, options) => {
      // Read only by who wants it: the other verbs start sooner.
      const { up } = await import("../up/up.js");
      process.exitCode = await up(path, options, terminalOutput());
    });
