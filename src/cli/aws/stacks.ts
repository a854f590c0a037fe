import type { Stack, StackEvent, StackResourceSummary } from "@aws-sdk/client-cloudformation";
import type { Clients } from "./clients.js";

/** A stack by name or id; undefined when CloudFormation knows none. A deleted one is found by id only. */
export async function describeStack(clients: Clients, nameOrId: string): Promise<Stack | undefined> {
  const { DescribeStacksCommand } = await import("@aws-sdk/client-cloudformation");
  try {
    const { Stacks } = await (await clients.cloudformation()).send(new DescribeStacksCommand({ StackName: nameOrId }));
    return Stacks?.[0];
  } catch (error) {
    if (doesNotExist(error)) return undefined;
    throw error;
  }
}

/** CloudFormation has no code of its own for a stack it does not know: a ValidationError that says so. */
export const doesNotExist = (error: unknown): boolean =>
  error instanceof Error && error.name === "ValidationError" && error.message.includes("does not exist");

/** Every stack there is, oldest first. */
export async function listStacks(clients: Clients): Promise<readonly Stack[]> {
  const { paginateDescribeStacks } = await import("@aws-sdk/client-cloudformation");
  const stacks: Stack[] = [];
  for await (const page of paginateDescribeStacks({ client: await clients.cloudformation() }, {}))
    stacks.push(...(page.Stacks ?? []));
  return stacks.reverse();
}

export async function listResources(clients: Clients, stack: string): Promise<readonly StackResourceSummary[]> {
  const { paginateListStackResources } = await import("@aws-sdk/client-cloudformation");
  const resources: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client: await clients.cloudformation() }, { StackName: stack }))
    resources.push(...(page.StackResourceSummaries ?? []));
  return resources;
}

/** Events after the one with this id, oldest first. CloudFormation lists the newest first. */
export async function eventsAfter(
  clients: Clients,
  stack: string,
  lastEventId: string | undefined,
): Promise<readonly StackEvent[]> {
  const { paginateDescribeStackEvents } = await import("@aws-sdk/client-cloudformation");
  const events: StackEvent[] = [];
  for await (const page of paginateDescribeStackEvents({ client: await clients.cloudformation() }, { StackName: stack })) {
    for (const event of page.StackEvents ?? []) {
      if (event.EventId === lastEventId) return events.reverse();
      events.push(event);
    }
  }
  return events.reverse();
}

export const isSettled = (status: string | undefined): boolean => status !== undefined && !status.endsWith("_IN_PROGRESS");

export const outputsOf = (stack: Stack | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((stack?.Outputs ?? []).map((output) => [output.OutputKey ?? "", output.OutputValue ?? ""]));
