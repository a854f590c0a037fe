import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { exitHelp } from "./exit.js";
import { awsVerb } from "./verbs/aws.js";
import { checkVerb } from "./verbs/check.js";
import { connectVerb } from "./verbs/connect.js";
import { doctorVerb } from "./verbs/doctor.js";
import { downVerb } from "./verbs/down.js";
import { envVerb } from "./verbs/env.js";
import { imageVerb } from "./verbs/image.js";
import { internetVerb } from "./verbs/internet.js";
import { reachVerb } from "./verbs/reach.js";
import { regionVerb } from "./verbs/region.js";
import { statusVerb } from "./verbs/status.js";
import { upVerb } from "./verbs/up.js";

/** The whole command line. Faults are thrown, and printed by `main.ts`. */
export function program(version: string): Command {
  const root = new Command("sandtable")
    .description("A working model of your AWS environment, on one Linux machine: real packets, real hosts, real databases.")
    .version(version)
    .enablePositionalOptions()
    .addHelpText("after", exitHelp);
  for (const verb of [
    checkVerb,
    reachVerb,
    upVerb,
    statusVerb,
    connectVerb,
    internetVerb,
    downVerb,
    awsVerb,
    envVerb,
    regionVerb,
    imageVerb,
    doctorVerb,
  ]) {
    root.addCommand(verb());
  }
  withManners(root);
  return root;
}

/** What commander gives to a command's own children only when it makes them itself: rejections instead of exits, and the hint. */
function withManners(command: CommandUnknownOpts): void {
  command.exitOverride().showHelpAfterError("(add --help to see how it is written)");
  command.commands.forEach(withManners);
}
