import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { folders } from "../../parts/host/folders.js";
import { attach } from "../attach.js";
import { example } from "../help.js";

export const connectVerb = (): CommandUnknownOpts =>
  new Command("connect")
    .description("a shell, or one command, on an instance")
    .argument("<name>", "the instance's Name tag, logical id or id")
    .argument("[command...]", "after --; without one, a login shell")
    .passThroughOptions()
    .addHelpText(
      "after",
      example("sandtable connect app-instance-1", "sandtable connect app-instance-1 -- systemctl status flask-app"),
    )
    .action(async (name, argv) => {
      // Passing options through keeps the dashes that divide the name from the command.
      const command = argv[0] === "--" ? argv.slice(1) : argv;
      process.exitCode = await attach(folders().state, { verb: "connect", name, argv: command });
    });
