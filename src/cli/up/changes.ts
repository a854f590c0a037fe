import type { TemplateDiff } from "@aws-cdk/cloudformation-diff";
import type { colours } from "../output.js";

/** What a deployment would do to one resource. */
export interface ResourceChange {
  readonly does: "add" | "change" | "replace" | "maybe replace" | "remove" | "keep unmanaged" | "import";
  readonly logicalId: string;
  readonly type: string;
}

const verbs: Readonly<Record<string, ResourceChange["does"]>> = {
  WILL_CREATE: "add",
  WILL_UPDATE: "change",
  WILL_REPLACE: "replace",
  MAY_REPLACE: "maybe replace",
  WILL_DESTROY: "remove",
  WILL_ORPHAN: "keep unmanaged",
  WILL_IMPORT: "import",
};

/** The resource changes of a template difference, in the order of the template. Pure. */
export function resourceChanges(diff: Pick<TemplateDiff, "resources">): readonly ResourceChange[] {
  return Object.entries(diff.resources.changes).flatMap(([logicalId, change]) => {
    const does = verbs[change.changeImpact];
    return does === undefined ? [] : [{ does, logicalId, type: change.newResourceType ?? change.oldResourceType ?? "" }];
  });
}

/** e.g. `31 to add: 2 AWS::EC2::Instance, …`, with a line for each resource that is not simply added. */
export function renderChanges(stackName: string, changes: readonly ResourceChange[], c: ReturnType<typeof colours>): string {
  const added = new Map<string, number>();
  for (const change of changes) if (change.does === "add") added.set(change.type, (added.get(change.type) ?? 0) + 1);
  const count = [...added.values()].reduce((sum, n) => sum + n, 0);
  const list = [...added].map(([type, n]) => (n === 1 ? type : `${n} × ${type}`)).join(", ");
  return [
    `Changes to stack ${c.bold(stackName)}:`,
    ...(count === 0 ? [] : [`  ${c.green("add")} ${count}: ${list}`]),
    ...changes
      .filter((change) => change.does !== "add")
      .map(
        (change) =>
          `  ${change.does === "change" ? c.yellow(change.does) : c.red(change.does)} ${change.logicalId} (${change.type})`,
      ),
    ...(changes.length === 0 ? ["  outputs, parameters or metadata only"] : []),
  ].join("\n");
}
