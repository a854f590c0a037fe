import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Change, CreateChangeSetCommandInput, DescribeChangeSetCommandOutput } from "@aws-sdk/client-cloudformation";
import type { Clients } from "../aws/clients.js";

/** What a stack shall become. */
export interface ChangeSetWish {
  readonly stackName: string;
  readonly body: string;
  /** Where the template lies, when it is too large to be sent. */
  readonly templateUrl?: string | undefined;
  /** Values that are given; those of `keeps` stay as the stack has them. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly keeps: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Whether the stack is there, and not only under review. */
  readonly exists: boolean;
  /** Whether there is no stack at all yet, not even one that somebody else has under review. */
  readonly isNew: boolean;
  /** Milliseconds between looks. */
  readonly pollInterval: number;
}

export interface ChangeSet {
  readonly id: string;
  readonly stackId: string;
  /** Empty where only outputs, parameters or metadata change. */
  readonly changes: readonly Change[];
}

/**
 * Let CloudFormation work out what would change; undefined when nothing would. Nothing is left of a change set that fails.
 * Rejects with CloudFormation's own reason.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
 */
export async function createChangeSet(clients: Clients, wish: ChangeSetWish): Promise<ChangeSet | undefined> {
  const { CreateChangeSetCommand } = await import("@aws-sdk/client-cloudformation");
  const client = await clients.cloudformation();
  const name = `sandtable-${randomBytes(6).toString("hex")}`;
  const { Id = "", StackId = "" } = await client.send(new CreateChangeSetCommand({ ...requestOf(wish), ChangeSetName: name }));
  const pages = await whenMade(clients, Id, wish.pollInterval);
  const [{ Status, StatusReason = "no reason given" } = {}] = pages;
  if (Status === "CREATE_COMPLETE") return { id: Id, stackId: StackId, changes: pages.flatMap((page) => page.Changes ?? []) };
  await discardChangeSet(clients, { id: Id, stackId: StackId }, wish.isNew);
  if (/didn't contain changes|No updates are to be performed/i.test(StatusReason)) return undefined;
  throw new Error(StatusReason);
}

const requestOf = (wish: ChangeSetWish): Omit<CreateChangeSetCommandInput, "ChangeSetName"> => ({
  StackName: wish.stackName,
  ChangeSetType: wish.exists ? "UPDATE" : "CREATE",
  ...(wish.templateUrl === undefined ? { TemplateBody: wish.body } : { TemplateURL: wish.templateUrl }),
  Parameters: [
    ...Object.entries(wish.parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    ...wish.keeps.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
  ],
  // Whoever runs `up` on a definition of their own has read it: the acknowledgement adds nothing.
  Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
  Tags: Object.entries(wish.tags).map(([Key, Value]) => ({ Key, Value })),
});

/** All pages of its description, when it is made or has failed. */
async function whenMade(clients: Clients, id: string, interval: number): Promise<readonly DescribeChangeSetCommandOutput[]> {
  const { DescribeChangeSetCommand } = await import("@aws-sdk/client-cloudformation");
  const client = await clients.cloudformation();
  const page = (NextToken?: string) => client.send(new DescribeChangeSetCommand({ ChangeSetName: id, NextToken }));
  let first = await page();
  while (first.Status === "CREATE_PENDING" || first.Status === "CREATE_IN_PROGRESS") {
    await sleep(interval);
    first = await page();
  }
  const pages = [first];
  for (let next = first.NextToken; next !== undefined; next = pages.at(-1)?.NextToken) pages.push(await page(next));
  return pages;
}

export async function executeChangeSet(clients: Clients, changeSet: ChangeSet): Promise<void> {
  const { ExecuteChangeSetCommand } = await import("@aws-sdk/client-cloudformation");
  await (await clients.cloudformation()).send(new ExecuteChangeSetCommand({ ChangeSetName: changeSet.id }));
}

/** Delete it, and the stack under review if that was made for it. */
export async function discardChangeSet(
  clients: Clients,
  changeSet: Pick<ChangeSet, "id" | "stackId">,
  isNew: boolean,
): Promise<void> {
  const { DeleteChangeSetCommand, DeleteStackCommand } = await import("@aws-sdk/client-cloudformation");
  const client = await clients.cloudformation();
  await client.send(new DeleteChangeSetCommand({ ChangeSetName: changeSet.id }));
  if (isNew) await client.send(new DeleteStackCommand({ StackName: changeSet.stackId }));
}
