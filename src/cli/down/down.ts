import { statSync } from "node:fs";
import type { Stack } from "@aws-sdk/client-cloudformation";
import { UserFault } from "../../faults.js";
import { clientsFor, type Clients } from "../aws/clients.js";
import { askLeftovers } from "../aws/local-facts.js";
import { followStack, pollInterval } from "../aws/follow.js";
import { describeStack, eventsAfter, listResources, listStacks } from "../aws/stacks.js";
import { findTarget, type Target } from "../aws/target.js";
import type { TargetName } from "../aws/target-names.js";
import { confirm } from "../confirm.js";
import { exit } from "../exit.js";
import { colours, json, type Output } from "../output.js";
import { renderGoing, renderLeft } from "../render/removal.js";
import { assemble, chooseStack } from "../up/assemble.js";
import type { Deployment } from "../up/events.js";
import { forgetParameters } from "../up/parameters.js";
import { openProject } from "../up/project.js";
import { stillThere } from "./search.js";
import { tracedTo, tracesOf } from "./traces.js";

export interface DownOptions {
  readonly stack?: string;
  readonly target: TargetName;
  readonly yes?: true;
  readonly json?: true;
}

/** Delete a stack, then look for anything of it that still exists. Gives the exit code. Throws `UserFault`. */
export async function down(what: string, options: DownOptions, output: Output): Promise<number> {
  const began = performance.now();
  const stackName = await stackNameOf(what, options);
  const target = await findTarget(options.target, output, { start: false });
  const clients = clientsFor(target);
  const stack = await describeStack(clients, stackName);
  if (stack === undefined) {
    const names = (await listStacks(clients)).map((one) => one.StackName);
    throw new UserFault("NotFound", {
      at: stackName,
      message: `there is no stack ${stackName}`,
      fix: names.length === 0 ? "there are no stacks: nothing is to be deleted" : `take one of ${names.join(", ")}`,
    });
  }
  const resources = await listResources(clients, stackName);
  output.say(renderGoing(stackName, resources, colours()));
  await confirm(output, `Delete stack ${stackName}?`, options.yes === true);
  const traces = target.name === "local" ? await tracesOf(clients, resources) : new Set<string>();
  const deployment = await remove(target, clients, stack, output);
  output.status("searching for anything left …");
  const [still, onHost] = await Promise.all([
    stillThere(clients, stackName, resources),
    target.name === "local" ? askLeftovers(target.state) : [],
  ]);
  const left = [...still, ...tracedTo(traces, onHost)];
  if (target.name === "local") forgetParameters(target.state, stackName);
  const seconds = (performance.now() - began) / 1000;
  if (options.json) output.print(json({ stack: stackName, deleted: deployment.done, left, seconds }));
  output.say(renderLeft(stackName, left, seconds, colours()));
  return left.length === 0 ? exit.ok : exit.failed;
}

async function stackNameOf(what: string, options: DownOptions): Promise<string> {
  if (statSync(what, { throwIfNoEntry: false }) === undefined) return options.stack ?? what;
  const project = openProject(what);
  if (project.kind === "template") return options.stack ?? project.defaultName;
  const assembly = await assemble(project, options.stack, options.target);
  return chooseStack(assembly, options.stack).stackName;
}

async function remove(target: Target, clients: Clients, stack: Stack, output: Output): Promise<Deployment> {
  const { DeleteStackCommand } = await import("@aws-sdk/client-cloudformation");
  const id = stack.StackId ?? "";
  // What happened before the deletion is not ours to tell again.
  const after = (await eventsAfter(clients, id, undefined)).at(-1)?.EventId;
  await (await clients.cloudformation()).send(new DeleteStackCommand({ StackName: id }));
  const { stack: now, deployment } = await followStack(
    clients,
    { stackId: id, after, pollInterval: pollInterval(target.name) },
    output,
  );
  if (now === undefined || now.StackStatus === "DELETE_COMPLETE") return deployment;
  throw deleteFault(stack.StackName ?? id, now, deployment);
}

function deleteFault(stackName: string, now: Stack, deployment: Deployment): UserFault {
  const failed = deployment.firstFailure;
  const why =
    failed === undefined
      ? (now.StackStatusReason ?? "no reason given")
      : `${failed.logicalId} (${failed.type}) is ${failed.status}: ${failed.reason}`;
  return new UserFault("DeletionFailed", {
    at: failed === undefined ? stackName : `${stackName}/${failed.logicalId}`,
    message: `${why}\n  Stack ${stackName} is now ${now.StackStatus}.`,
    fix: `remove what holds it (\`sandtable status ${stackName}\` shows what is left), then run \`sandtable down ${stackName}\` again`,
  });
}
