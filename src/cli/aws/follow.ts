import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@aws-sdk/client-cloudformation";
import { colours, type Output } from "../output.js";
import { renderLine, renderUnderWay } from "../render/progress.js";
import { noEvents, takeEvent, type Deployment } from "../up/events.js";
import type { Clients } from "./clients.js";
import { describeStack, eventsAfter, isSettled } from "./stacks.js";

export interface FollowWish {
  readonly stackId: string;
  /** The last event that is not to be told again; unset: all are told. */
  readonly after?: string | undefined;
  /** Milliseconds between looks. */
  readonly pollInterval: number;
  /** How many resources will end a step, where that is known. */
  readonly total?: number;
  /** A name that says more than a logical id. */
  readonly nameOf?: (logicalId: string) => string | undefined;
}

export interface Followed {
  /** Undefined when the stack is gone. */
  readonly stack: Stack | undefined;
  readonly deployment: Deployment;
}

/** Follow a stack until it is settled or gone: a line for each resource that ends a step, and what is under way. */
export async function followStack(clients: Clients, wish: FollowWish, output: Output): Promise<Followed> {
  let last = wish.after;
  let deployment = noEvents;
  for (;;) {
    // Looked at before its events, so that the last event of a settled stack is among them.
    const stack = await describeStack(clients, wish.stackId);
    for (const event of await eventsAfter(clients, wish.stackId, last)) {
      last = event.EventId;
      const { after, line } = takeEvent(deployment, event);
      deployment = after;
      if (line !== undefined) output.say(renderLine(line, colours(), wish.nameOf?.(line.logicalId)));
    }
    if (output.interactive) output.status(renderUnderWay(deployment, wish.total));
    if (stack === undefined || isSettled(stack.StackStatus)) return { stack, deployment };
    await sleep(wish.pollInterval);
  }
}

/** Milliseconds between looks at a stack: the local region answers at once and does not mind. */
export const pollInterval = (target: "local" | "aws"): number => (target === "local" ? 100 : 2500);
