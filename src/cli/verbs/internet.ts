import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { folders } from "../../parts/host/folders.js";
import { attach } from "../attach.js";
import { example } from "../help.js";

export const internetVerb = (): CommandUnknownOpts =>
  new Command("internet")
    .description("run a command of this machine in the simulated internet, outside every VPC, or from an interface inside one")
    .option("--from <interface>", "a network interface that is not attached, by id or Name tag: packets come from its address")
    .argument("[command...]", "after --; without one, your shell")
    .passThroughOptions()
    .addHelpText(
      "after",
      example(
        "sandtable internet -- curl -s http://flask-ha-nlb.elb.eu-west-3.amazonaws.com/data",
        "sandtable internet --from eni-0123 -- nc -vz 10.0.2.5 5432",
        "sandtable internet",
      ),
    )
    .action(async (argv, { from }) => {
      const wanted = argv.length > 0 ? argv : [process.env.SHELL ?? "/bin/sh"];
      process.exitCode = await attach(folders().state, {
        verb: "internet",
        argv: wanted,
        ...(from === undefined ? {} : { from }),
      });
    });
