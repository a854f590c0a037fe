import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Stack } from "@aws-sdk/client-cloudformation";
import { UserFault } from "../../faults.js";
import { jsonOption, targetOption } from "../arguments.js";
import { clientsFor, type Clients } from "../aws/clients.js";
import { followStack, pollInterval } from "../aws/follow.js";
import { viewStack } from "../aws/stack-view.js";
import { describeStack, listStacks } from "../aws/stacks.js";
import { findTarget } from "../aws/target.js";
import { example } from "../help.js";
import { colours, json, terminalOutput } from "../output.js";
import { renderStack } from "../render/stack.js";

export const statusVerb = (): CommandUnknownOpts =>
  new Command("status")
    .description("stacks, resources, outputs, health of targets, addresses, and what is recorded only")
    .argument("[stack]", "one stack, with its resources; without it, all stacks")
    .option("--follow", "show what happens to the stack until it is settled")
    .addOption(targetOption())
    .addOption(jsonOption())
    .addHelpText("after", example("sandtable status", "sandtable status flask-ha --json"))
    .action(async (name, options) => {
      const output = terminalOutput();
      const target = await findTarget(options.target, output, { start: false });
      const clients = clientsFor(target);
      const stacks = await wanted(clients, name);
      if (options.follow)
        for (const { StackId: stackId = "" } of stacks)
          await followStack(clients, { stackId, pollInterval: pollInterval(target.name) }, output);
      const views = [];
      for (const stack of options.follow ? await wanted(clients, name) : stacks)
        views.push(await viewStack(target, clients, stack));
      if (options.json) return output.print(json({ stacks: views }));
      if (views.length === 0) return output.print("no stacks; `sandtable up examples/flask-ha` makes one");
      output.print(
        views.map((view) => renderStack(view, colours(process.stdout), { resources: name !== undefined })).join("\n\n"),
      );
    });

async function wanted(clients: Clients, name: string | undefined): Promise<readonly Stack[]> {
  if (name === undefined) return listStacks(clients);
  const stack = await describeStack(clients, name);
  if (stack !== undefined) return [stack];
  const names = (await listStacks(clients)).map((one) => one.StackName).join(", ");
  throw new UserFault("NotFound", {
    at: name,
    message: `there is no stack ${name}`,
    fix: names === "" ? "make one with `sandtable up PATH`" : `take one of ${names}`,
  });
}
