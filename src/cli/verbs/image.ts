import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { jsonOption } from "../arguments.js";
import { askImagePrepare } from "../aws/local-facts.js";
import { localTarget } from "../aws/target.js";
import { example } from "../help.js";
import { json, terminalOutput } from "../output.js";

export const imageVerb = (): CommandUnknownOpts =>
  new Command("image").description("machine images of the local region").addCommand(
    new Command("prepare")
      .description("build the machine image that a folder's image.yaml asks for, when it is not there")
      .argument("<path>", "folder of a definition")
      .addOption(jsonOption())
      .addHelpText("after", example("sandtable image prepare examples/flask-ha"))
      .action(async (path, options) => {
        const output = terminalOutput();
        const { openProject } = await import("../up/project.js");
        const { recipe } = openProject(path);
        const { state } = await localTarget(output, { start: true });
        const standsIn = await askImagePrepare(state, recipe.packages, output.status);
        if (options.json) output.print(json({ standsIn }));
        else
          output.say(
            `the image for ${path} is ready${recipe.packages.length === 0 ? "" : ` with ${recipe.packages.join(", ")}`}`,
          );
      }),
  );
