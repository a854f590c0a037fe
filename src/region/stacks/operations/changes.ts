import type { BoundTemplate } from "../../../template/bind.js";
import { resolve, type Lookup } from "../../../template/resolve.js";
import type { Value } from "../../../template/value.js";
import type { Call } from "../../operations/call.js";
import type { CloudFormation } from "../stacks.js";
import { planChanges, refusalsOf, type PlannedChange } from "../plan.js";
import type { Deployment, Stack } from "../records.js";
import { isKeptFailure } from "./common.js";
import { boundDeployment, validationError } from "../validation/prepare.js";

/** What an update of a stack would change; `undefined` when nothing at all. Throws when Sandtable cannot do it. */
export function plannedUpdate(
  call: Call,
  stack: Stack & { readonly deployment: Deployment },
  wish: { readonly deployment: Deployment; readonly bound: BoundTemplate },
  { context }: CloudFormation,
): { readonly plan: readonly PlannedChange[]; readonly before: BoundTemplate } | undefined {
  const before = boundDeployment(call, stack, stack.deployment);
  const tagsChanged = JSON.stringify(stack.deployment.tags) !== JSON.stringify(wish.deployment.tags);
  const plan = planChanges(before, wish.bound, context.specification, { tagsChanged });
  const refusals = refusalsOf(plan, before, wish.bound, context.providers);
  if (refusals.length > 0) throw validationError(refusals.join("\n"));
  if (plan.length === 0 && outputsText(before) === outputsText(wish.bound) && !isKeptFailure(stack)) return undefined;
  return { plan, before };
}

/** Outputs as they are written and depend on parameters: a template may change nothing else. */
function outputsText(bound: BoundTemplate): string {
  const { lookup, outputs } = bound;
  const known = lookup();
  return JSON.stringify(
    [...outputs.values()].map((output) => ({
      ...output,
      value: resolveOutput(output.value, known),
      exportName: resolveOutput(output.exportName ?? null, known),
    })),
  );
}

const resolveOutput = (value: Value, known: Lookup): unknown => {
  try {
    return resolve(value, known);
  } catch {
    return value; // said when it is resolved for good
  }
};
