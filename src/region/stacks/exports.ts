import type { Scope } from "../operations/call.js";
import { Stacks, type Stack, type StackOutput } from "./records.js";

/** A value that one stack shares with the others of its account and region. */
export interface StackExport {
  readonly name: string;
  readonly value: string;
  readonly stackId: string;
  readonly stackName: string;
}

/** All exports, in the order of their stacks. */
export const exportsOf = (scope: Scope): readonly StackExport[] =>
  scope.records
    .list(Stacks)
    .filter(({ status }) => status !== "DELETE_COMPLETE")
    .flatMap(({ stackId, stackName, outputs }) =>
      outputs.flatMap(({ exportName, value }) =>
        exportName === undefined ? [] : [{ name: exportName, value, stackId, stackName }],
      ),
    );

/** Statuses of stacks that have nothing (any more), so that they use nothing either. */
const empty = new Set(["DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"]);

/** Names of the stacks that use an export: by what they are, or by what an update under way may go back to. */
export const importersOf = (scope: Scope, name: string): readonly string[] =>
  scope.records
    .list(Stacks)
    .filter(
      ({ status, deployment, previous }) =>
        !empty.has(status) && [...(deployment?.imports ?? []), ...(previous?.imports ?? [])].includes(name),
    )
    .map(({ stackName }) => stackName);

/** `a`, `a and b`, `a, b and c`. */
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;

/** Why a stack's exports may not become these, in AWS's words; undefined: they may. */
export function faultOfExports(scope: Scope, stack: Stack, outputs: readonly StackOutput[]): string | undefined {
  const others = exportsOf(scope).filter(({ stackId }) => stackId !== stack.stackId);
  for (const { exportName } of outputs) {
    if (exportName === undefined) continue;
    const taken = others.find(({ name }) => name === exportName);
    if (taken !== undefined) return `Export with name ${exportName} is already exported by stack ${taken.stackName}.`;
    if (outputs.filter((other) => other.exportName === exportName).length > 1) return `Duplicate Export names: [${exportName}].`;
  }
  for (const { exportName, value } of stack.outputs) {
    if (exportName === undefined) continue;
    const users = importersOf(scope, exportName);
    const next = outputs.find((output) => output.exportName === exportName);
    if (users.length === 0 || next?.value === value) continue;
    return `Export ${exportName} cannot be ${next === undefined ? "deleted" : "updated"} as it is in use by ${listed(users)}`;
  }
  return undefined;
}

/** Why a stack may not be deleted, in AWS's words; undefined: it may, as far as its exports are concerned. */
export function faultOfDeletion(scope: Scope, stack: Stack): string | undefined {
  for (const { exportName } of stack.outputs) {
    const users = exportName === undefined ? [] : importersOf(scope, exportName);
    if (users.length > 0) return `Delete canceled. Cannot delete export ${exportName} as it is in use by ${listed(users)}.`;
  }
  return undefined;
}
