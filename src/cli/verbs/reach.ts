import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { collect, jsonOption, targetOption } from "../arguments.js";
import { verdictExit } from "../exit.js";
import { exampleWith } from "../help.js";
import { terminalOutput } from "../output.js";

const exits = `
Exit codes: 0 reachable (every pair of what the names mean); 1 blocked; 2 the question cannot be answered, the message says why,
or (--send) the packet did not do as the analysis says; 3 not known.`;

export const reachVerb = (): CommandUnknownOpts =>
  new Command("reach")
    .description("who can open a connection to whom: hop by hop there and back, what stops it, and what would open it")
    .argument("[from]", "`internet`, an address, or a resource by id, Name tag or id on AWS; a subnet or a group means all in it")
    .argument("[to]", "the same with a port: NAME:443, NAME:53/udp, NAME/icmp")
    .option(
      "--in <path>",
      "a template, an app or a Terraform plan, as often as wanted; default: this folder",
      collect,
      [] as readonly string[],
    )
    .option("--live", "of what runs instead: the local region, or AWS with --target aws")
    .addOption(targetOption())
    .option("--stack <name>", "only this stack of an app or an account")
    .option("--parameter <name=value>", "a template parameter, as often as wanted", collect, [] as readonly string[])
    .option("--region <name>", "the region it is meant for, where the definition does not say")
    .option("--all", "every pair, by classes of interfaces that are alike")
    .option("--send", "with --live: send the packet in the running local region too, and compare")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      exampleWith(
        exits,
        "sandtable reach internet web:443 --in template.yaml",
        "sandtable reach app-instance-1 Database:5432 --in examples/flask-ha",
        "sandtable reach 10.0.1.7 10.0.2.9/icmp --live",
        "sandtable reach app-instance-1 Database:5432 --live --send",
        "sandtable reach --all --in template.yaml --json",
      ),
    )
    .action(async (from, to, options) => {
      process.exitCode = verdictExit.cannot;
      const { reach } = await import("../reach/reach.js");
      process.exitCode = await reach(from, to, options, terminalOutput());
    });
