import type { StackResourceSummary } from "@aws-sdk/client-cloudformation";
import type { Leftover } from "../aws/local-facts.js";
import type { Clients } from "../aws/clients.js";
import type { Left } from "./search.js";

/**
 * The ids by which a stack's resources are known on this host: everything of ours carries the id of what it was made for.
 * To be asked before the deletion: afterwards nobody knows them any more.
 */
export async function tracesOf(clients: Clients, resources: readonly StackResourceSummary[]): Promise<ReadonlySet<string>> {
  const of = (type: string) => resources.filter((one) => one.ResourceType === type).map((one) => one.PhysicalResourceId ?? "");
  const traces = new Set(resources.map((one) => lastPart(one.PhysicalResourceId ?? "")).filter(isTelling));
  const vpcs = of("AWS::EC2::VPC");
  if (vpcs.length > 0) {
    const { paginateDescribeNetworkInterfaces } = await import("@aws-sdk/client-ec2");
    const wanted = { Filters: [{ Name: "vpc-id", Values: vpcs }] };
    for await (const page of paginateDescribeNetworkInterfaces({ client: await clients.ec2() }, wanted))
      for (const nic of page.NetworkInterfaces ?? []) if (nic.NetworkInterfaceId) traces.add(nic.NetworkInterfaceId);
  }
  const databases = new Set(of("AWS::RDS::DBInstance"));
  if (databases.size > 0) {
    const { paginateDescribeDBInstances } = await import("@aws-sdk/client-rds");
    for await (const page of paginateDescribeDBInstances({ client: await clients.rds() }, {}))
      for (const one of page.DBInstances ?? [])
        if (databases.has(one.DBInstanceIdentifier ?? "") && one.DbiResourceId) traces.add(one.DbiResourceId);
  }
  return traces;
}

/** What of ours on this host carries one of the ids. Pure. */
export const tracedTo = (traces: ReadonlySet<string>, onHost: readonly Leftover[]): readonly Left[] =>
  onHost
    .filter(({ name }) => [...traces].some((id) => name.includes(id)))
    .map(({ kind, name }) => ({ kind: `${kind} on this host`, name }));

/** Short ones (the `0` of a route to 0.0.0.0/0) would be found in anything. */
const isTelling = (id: string): boolean => id.length >= 8 && /\d/.test(id);

/** Of an ARN the part that names the thing itself. */
const lastPart = (id: string): string => id.slice(id.lastIndexOf("/") + 1);
