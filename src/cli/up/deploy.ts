import type { Change, Stack } from "@aws-sdk/client-cloudformation";
import type { Clients } from "../aws/clients.js";
import { followStack } from "../aws/follow.js";
import { eventsAfter } from "../aws/stacks.js";
import type { Output } from "../output.js";
import { createChangeSet, discardChangeSet, executeChangeSet, type ChangeSetWish } from "./changeset.js";
import type { Course } from "./detach.js";
import { noEvents, type Deployment } from "./events.js";

export interface DeployWish extends Omit<ChangeSetWish, "exists" | "isNew"> {
  /** The stack as it is; undefined when there is none. */
  readonly existing: Stack | undefined;
  readonly terminationProtection: boolean | undefined;
  readonly nameOf?: (logicalId: string) => string | undefined;
  /** Asked once with what would change, before anything does. Rejects to stop: then nothing is left of the question either. */
  approve(changes: readonly Change[]): Promise<void>;
  /** Told of what would be left half-done by who leaves now. */
  readonly course: Course;
}

export interface Deployed {
  /** False: the stack was already as defined. */
  readonly changed: boolean;
  readonly stackId: string;
  readonly deployment: Deployment;
}

/** A deployment that failed, with what its events told. */
export class DeployFailed extends Error {
  constructor(
    readonly deployment: Deployment,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "DeployFailed";
  }
}

/**
 * Deploy a stack through a change set of CloudFormation, with a line for each resource. A stack that was rolled back at its
 * creation is deleted first, which is all that CloudFormation allows. Throws `DeployFailed`, and what `approve` throws.
 */
export async function deploy(clients: Clients, wish: DeployWish, output: Output): Promise<Deployed> {
  const existing = await cleared(clients, wish, output);
  const exists = existing !== undefined && existing.StackStatus !== "REVIEW_IN_PROGRESS";
  const isNew = existing === undefined;
  const making = createChangeSet(clients, { ...wish, exists, isNew });
  const discard = async (): Promise<void> => {
    const made = await making;
    if (made !== undefined) await discardChangeSet(clients, made, isNew);
  };
  await wish.course.enter("before", discard);
  const changeSet = await making.catch((error: unknown) => {
    throw refused(error);
  });
  if (changeSet === undefined) {
    await protect(clients, wish, existing?.StackId ?? "");
    return { changed: false, stackId: existing?.StackId ?? "", deployment: noEvents };
  }
  await wish.approve(changeSet.changes).catch(async (reason: unknown) => {
    await discard();
    throw reason;
  });
  // What happened before this is not ours to tell again.
  const after = (await eventsAfter(clients, changeSet.stackId, undefined)).at(-1)?.EventId;
  let executing: Promise<void> = Promise.resolve();
  await wish.course.enter(exists ? "updating" : "creating", () => executing);
  executing = executeChangeSet(clients, changeSet);
  await executing.catch((error: unknown) => {
    throw refused(error);
  });
  const { stack, deployment } = await followStack(
    clients,
    {
      stackId: changeSet.stackId,
      after,
      pollInterval: wish.pollInterval,
      total: changeSet.changes.length,
      ...(wish.nameOf === undefined ? {} : { nameOf: wish.nameOf }),
    },
    output,
  );
  const status = stack?.StackStatus;
  if (status !== "CREATE_COMPLETE" && status !== "UPDATE_COMPLETE")
    throw new DeployFailed(deployment, stack?.StackStatusReason ?? `the stack is ${status ?? "gone"}`);
  await protect(clients, wish, changeSet.stackId);
  return { changed: true, stackId: changeSet.stackId, deployment };
}

/** The stack that is there after one that was rolled back at its creation has been deleted. */
async function cleared(clients: Clients, wish: DeployWish, output: Output): Promise<Stack | undefined> {
  const { existing } = wish;
  if (existing?.StackStatus !== "ROLLBACK_COMPLETE") return existing;
  const { DeleteStackCommand } = await import("@aws-sdk/client-cloudformation");
  const stackId = existing.StackId ?? "";
  const after = (await eventsAfter(clients, stackId, undefined)).at(-1)?.EventId;
  await wish.course.enter("clearing");
  await (await clients.cloudformation()).send(new DeleteStackCommand({ StackName: stackId }));
  const { stack, deployment } = await followStack(clients, { stackId, after, pollInterval: wish.pollInterval }, output);
  if (stack !== undefined && stack.StackStatus !== "DELETE_COMPLETE")
    throw new DeployFailed(deployment, stack.StackStatusReason ?? `the stack is ${stack.StackStatus ?? "in no known state"}`);
  return undefined;
}

/** Only where the definition says something of it. */
async function protect(clients: Clients, wish: DeployWish, stackName: string): Promise<void> {
  const wished = wish.terminationProtection;
  if (wished === undefined || wished === (wish.existing?.EnableTerminationProtection ?? false)) return;
  const { UpdateTerminationProtectionCommand } = await import("@aws-sdk/client-cloudformation");
  await (
    await clients.cloudformation()
  ).send(new UpdateTerminationProtectionCommand({ StackName: stackName, EnableTerminationProtection: wished }));
}

const refused = (error: unknown): DeployFailed =>
  new DeployFailed(noEvents, error instanceof Error ? error.message : String(error), error);
