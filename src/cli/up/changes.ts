import type { Change, ResourceChange as ApiChange } from "@aws-sdk/client-cloudformation";
import type { colours } from "../output.js";

/** What a deployment would do to one resource. */
export interface ResourceChange {
  readonly does: "add" | "change" | "replace" | "maybe replace" | "remove" | "import" | "look at";
  readonly logicalId: string;
  readonly type: string;
  /** The properties that differ, where CloudFormation says. */
  readonly because: readonly string[];
}

/** The resource changes of a change set, in its order. Pure. */
export const resourceChanges = (changes: readonly Change[]): readonly ResourceChange[] =>
  changes.flatMap(({ ResourceChange: change }) =>
    change === undefined
      ? []
      : [
          {
            does: verbOf(change),
            logicalId: change.LogicalResourceId ?? "",
            type: change.ResourceType ?? "",
            because: causes(change),
          },
        ],
  );

function verbOf(change: ApiChange): ResourceChange["does"] {
  switch (change.Action) {
    case "Add":
      return "add";
    case "Remove":
      return "remove";
    case "Import":
      return "import";
    case "Dynamic":
      return "look at";
    case "SyncWithActual":
    case "Modify":
    case undefined:
      return change.Replacement === "True" ? "replace" : change.Replacement === "Conditional" ? "maybe replace" : "change";
  }
}

const causes = (change: ApiChange): readonly string[] => [
  ...new Set(
    (change.Details ?? []).flatMap(({ Target }) => (Target === undefined ? [] : [Target.Name ?? Target.Attribute ?? ""])),
  ),
];

/** e.g. `add 31: 2 × AWS::EC2::Instance, …`, with a line for each resource that is not simply added. */
export function renderChanges(stackName: string, changes: readonly ResourceChange[], c: ReturnType<typeof colours>): string {
  const added = new Map<string, number>();
  for (const change of changes) if (change.does === "add") added.set(change.type, (added.get(change.type) ?? 0) + 1);
  const count = [...added.values()].reduce((sum, n) => sum + n, 0);
  const list = [...added].map(([type, n]) => (n === 1 ? type : `${n} × ${type}`)).join(", ");
  return [
    `Changes to stack ${c.bold(stackName)}:`,
    ...(count === 0 ? [] : [`  ${c.green("add")} ${count}: ${list}`]),
    ...changes.filter((change) => change.does !== "add").map((change) => renderChange(change, c)),
    ...(changes.length === 0 ? ["  outputs, parameters or metadata only"] : []),
  ].join("\n");
}

function renderChange({ does, logicalId, type, because }: ResourceChange, c: ReturnType<typeof colours>): string {
  const paint = does === "change" || does === "look at" || does === "import" ? c.yellow : c.red;
  return `  ${paint(does)} ${logicalId} (${type})${because.length === 0 ? "" : `: ${because.join(", ")}`}`;
}
