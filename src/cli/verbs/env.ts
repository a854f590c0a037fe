import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { jsonOption } from "../arguments.js";
import { environmentOf, environmentToUnset, localTarget } from "../aws/target.js";
import { example } from "../help.js";
import { json, terminalOutput } from "../output.js";

export const envVerb = (): CommandUnknownOpts =>
  new Command("env")
    .description("what to export so that any AWS client speaks to the region")
    .option("--unset", "the way back")
    .addOption(jsonOption())
    .addHelpText("after", example('eval "$(sandtable env)"', 'eval "$(sandtable env --unset)"'))
    .action(async (options) => {
      const output = terminalOutput();
      const variables = environmentOf(await localTarget(output, { start: false }));
      if (options.json) output.print(json(variables));
      else if (options.unset) output.print(`unset ${Object.keys(variables).join(" ")}`);
      else output.print(renderEnv(variables));
    });

/** Lines for a POSIX shell. */
export const renderEnv = (variables: Readonly<Record<string, string>>): string =>
  [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `unset ${environmentToUnset.join(" ")}`,
  ].join("\n");

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
