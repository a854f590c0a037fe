import { setTimeout as sleep } from "node:timers/promises";
import type { StackResourceSummary } from "@aws-sdk/client-cloudformation";
import { askWhy, type Explanation } from "../aws/local-facts.js";
import type { Clients } from "../aws/clients.js";
import type { Target } from "../aws/target.js";
import { isWaitedFor, targetsOf, type TargetView } from "../aws/targets.js";
import type { Output } from "../output.js";

export interface Health {
  readonly targets: readonly TargetView[];
  /** Set when waiting ended before every target was healthy. */
  readonly explanations: readonly Explanation[];
  readonly healthy: boolean;
}

/** Milliseconds without any change in what the instances say before waiting is given up. */
const patience = 60_000;

/**
 * Wait until every target of the stack is healthy. Ends early where the instances' own logs say that it will not happen,
 * at the latest after `seconds`. A stack without targets is healthy.
 */
export async function waitForHealth(
  target: Target,
  clients: Clients,
  stackName: string,
  resources: readonly StackResourceSummary[],
  seconds: number,
  output: Output,
): Promise<Health> {
  const deadline = Date.now() + seconds * 1000;
  const local = target.name === "local";
  let story = { text: "", since: Date.now() };
  let askedWhy = Date.now();
  for (;;) {
    const targets = await targetsOf(clients, resources);
    const waiting = targets.filter(isWaitedFor);
    if (waiting.length === 0) return { targets, explanations: [], healthy: true };
    output.status(
      `waiting for healthy targets: ${targets.length - waiting.length} of ${targets.length} (${waiting.map(describe).join(", ")})`,
    );
    const overdue = Date.now() >= deadline;
    if (local && (overdue || (Date.now() - askedWhy > 2000 && waiting.every((one) => one.state === "unhealthy")))) {
      askedWhy = Date.now();
      const explanations = await askWhy(target.state, stackName);
      const text = JSON.stringify(explanations);
      if (text !== story.text) story = { text, since: askedWhy };
      if (overdue || isHopeless(waiting, explanations) || askedWhy - story.since > patience)
        return { targets, explanations, healthy: false };
    } else if (overdue) return { targets, explanations: [], healthy: false };
    await sleep(local ? 100 : 5000);
  }
}

/** Every target still waited for has an instance whose set-up has ended badly. Pure. */
export const isHopeless = (waiting: readonly TargetView[], explanations: readonly Explanation[]): boolean =>
  waiting.length > 0 && waiting.every((one) => explanations.some((found) => found.targetId === one.targetId && isFinal(found)));

const isFinal = (explanation: Explanation): boolean => explanation.final ?? explanation.because.includes("failed");

const describe = (target: TargetView): string =>
  `${target.targetId} ${target.state}${target.reason === undefined ? "" : ` ${target.reason}`}`;
