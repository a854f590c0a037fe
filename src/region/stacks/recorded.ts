import type { Scope } from "../operations/call.js";
import { findStack, isGone, resourcesOf } from "./records.js";

/** A property that a stack's template sets and that is kept without having an effect in the model. */
export interface RecordedProperty {
  readonly logicalId: string;
  readonly type: string;
  /** Dotted, counting from 1, e.g. `Policies.1.PolicyDocument`. */
  readonly property: string;
  readonly because: string;
}

/** Of all resources of a stack, by its name or id; empty when there is no such stack. */
export function recordedProperties(scope: Scope, stackName: string): readonly RecordedProperty[] {
  const stack = findStack(scope, stackName);
  if (stack === undefined) return [];
  return resourcesOf(scope, stack.stackId)
    .filter((entry) => !isGone(entry))
    .flatMap(({ logicalId, type, recorded }) =>
      recorded.map(({ path, because }) => ({ logicalId, type, property: path, because })),
    );
}
