import { Command, Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { severities } from "../../analysis/finding.js";
import { usages } from "../../environment/stated.js";
import { collect, jsonOption, targetOption } from "../arguments.js";
import { verdictExit } from "../exit.js";
import { exampleWith } from "../help.js";
import { terminalOutput } from "../output.js";

/** The forms of `--format`; `src/cli/check/forms` makes them. */
const formats = ["text", "json", "sarif", "junit"] as const;

const exits = `
Exit codes: 0 pass; 1 findings at or above --fail-on; 2 it cannot be checked, the message says why, and nothing was judged;
3 nothing at or above --fail-on fails for sure, but something is not known (--allow-unknown makes it 0).

--live asks by read operations alone. With --target aws the credentials, the region and the endpoint are those that AWS's SDKs find
(AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL). What is denied, or not there, is listed as not examined.

What cdk-nag, other plug-ins of the CDK and annotations say while an app is made into templates is among the findings.

Uses of --usage, each for a month:
${Object.entries(usages)
  .map(([name, what]) => `  ${name.padEnd(15)}${what}`)
  .join("\n")}`;

export const checkVerb = (): CommandUnknownOpts =>
  new Command("check")
    .description("judge an environment before it exists: reachability, exposure, redundancy, objectives, alarms, backups, cost")
    .argument(
      "[paths...]",
      "the folder of an app, CloudFormation templates, or the output of `terraform show -json`; default: this folder",
    )
    .option("--live", "judge what runs instead: the local region, or AWS with --target aws")
    .addOption(targetOption())
    .option("--stack <name>", "only this stack of an app or an account; for a single template, what to call it")
    .option("--parameter <name=value>", "a template parameter, as often as wanted", collect, [] as readonly string[])
    .option("--region <name>", "the region it is meant for, where the definition does not say: zones and prices depend on it")
    .addOption(
      new Option("--fail-on <severity>", "the mildest severity that counts").choices(severities).default("high" as const),
    )
    .option(
      "--validator",
      "also run the CDK's own validator (schemas and cfn-lint's rules) on the templates: some ten seconds, and 400 MB",
    )
    .option(
      "--measured <name=seconds,…>",
      "what drills measured: restore (of a database), launch (of an instance)",
      collect,
      [] as readonly string[],
    )
    .option(
      "--usage <name=value,…|file>",
      "the use of a month, as often as wanted: natGb=120, of one resource bucketGb:Photos=500, or a YAML or JSON file of it",
      collect,
      [] as readonly string[],
    )
    .option("--update-prices", "renew the table of prices from AWS's public price lists, of --region; nothing is judged")
    .option("--allow-unknown", "end with 0 although something that counts is not known")
    .option("--baseline <file>", "accepted findings (YAML or JSON: accepted: [{rule, resource, reason, expires}])")
    .addOption(new Option("--format <form>", "of what is printed, or of --output").choices(formats))
    .addOption(jsonOption())
    .option(
      "--output <file>",
      "write a report there, as often as wanted; its ending says its form: .sarif, .xml (JUnit), .json, .txt",
      collect,
      [] as readonly string[],
    )
    .addHelpText(
      "after",
      exampleWith(
        exits,
        "sandtable check examples/flask-ha",
        "sandtable check network.yaml app.yaml --region eu-west-3 --fail-on medium",
        "terraform show -json plan.out > plan.json && sandtable check plan.json",
        "sandtable check template.yaml --validator --fail-on low",
        "sandtable check template.yaml --measured restore=14m,launch=95",
        "sandtable check template.yaml --usage internetGb=40,zonesGb=10,balancerUnits=0.2 --usage usage.yaml",
        "sandtable check --update-prices --region eu-west-3",
        "sandtable check --live --stack flask-ha --json",
        "sandtable check template.yaml --baseline accepted.yaml --output check.sarif --output check.xml",
      ),
    )
    .action(async (paths, options) => {
      // Whatever happens from here on, without a verdict it could not be checked.
      process.exitCode = verdictExit.cannot;
      if (options.updatePrices === true) {
        const [{ renewPrices }, { defaults }] = await Promise.all([import("../check/prices.js"), import("../region/context.js")]);
        process.exitCode = await renewPrices([options.region ?? defaults.regionName], terminalOutput());
        return;
      }
      const { check } = await import("../check/check.js");
      process.exitCode = await check(paths, options, terminalOutput());
    });
