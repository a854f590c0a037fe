import type { StackResourceSummary } from "@aws-sdk/client-cloudformation";
import type { Left } from "../down/search.js";
import type { colours } from "../output.js";
import { table } from "./table.js";

type Colours = ReturnType<typeof colours>;

/** What a deletion takes with it. What is gone already is left out. */
export function renderGoing(stackName: string, resources: readonly StackResourceSummary[], c: Colours): string {
  const going = resources.filter((one) => one.ResourceStatus !== "DELETE_COMPLETE");
  const rows = going.map((one) => [one.LogicalResourceId ?? "", one.ResourceType ?? "", one.PhysicalResourceId ?? ""]);
  const head = `Stack ${c.bold(stackName)} goes, with ${going.length} resource${going.length === 1 ? "" : "s"}`;
  return rows.length === 0 ? head : `${head}\n${table(rows)}`;
}

export function renderLeft(stackName: string, left: readonly Left[], seconds: number, c: Colours): string {
  if (left.length === 0) return `${stackName} is deleted after ${seconds.toFixed(1)} s, and nothing of it is left`;
  return `${c.red(`${stackName} is deleted, but these are left:`)}\n${table(left.map((one) => [one.kind, one.name]))}`;
}
