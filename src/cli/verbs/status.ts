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
import { colours, json, terminalOutput, type Output } from "../output.js";
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
      const found = await wanted(clients, name);
      const stacks = options.follow ? await followed(clients, found, pollInterval(target.name), output) : found;
      const views = [];
      for (const stack of stacks) views.push(await viewStack(target, clients, stack));
      if (options.json) return output.print(json({ stacks: views }));
      if (views.length === 0 && found.length > 0) return;
      if (views.length === 0) return output.print("no stacks; `sandtable up examples/flask-ha` makes one");
      output.print(
        views.map((view) => renderStack(view, colours(process.stdout), { resources: name !== undefined })).join("\n\n"),
      );
    });

/** Those that are still there when they have settled. */
async function followed(clients: Clients, stacks: readonly Stack[], interval: number, output: Output): Promise<readonly Stack[]> {
  const left: Stack[] = [];
  for (const { StackId: stackId = "", StackName } of stacks) {
    await followStack(clients, { stackId, pollInterval: interval }, output);
    const stack = await describeStack(clients, stackId);
    if (stack === undefined || stack.StackStatus === "DELETE_COMPLETE") output.say(`stack ${StackName} is deleted`);
    else left.push(stack);
  }
  return left;
}

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
