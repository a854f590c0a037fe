import type {
  CreateStackCommandInput,
  CreateStackCommandOutput,
  DeleteStackCommandInput,
  DeleteStackCommandOutput,
  UpdateStackCommandInput,
  UpdateStackCommandOutput,
  UpdateTerminationProtectionCommandInput,
  UpdateTerminationProtectionCommandOutput,
} from "@aws-sdk/client-cloudformation";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put } from "../../records/records.js";
import { moveStack } from "../engine/journal.js";
import { newStackId } from "../naming.js";
import { findStack, isGone, isMoving, resourcesOf, Stacks, type OnFailure, type Stack } from "../records.js";
import type { CloudFormation } from "../stacks.js";
import { prepare, validationError } from "../validation/prepare.js";
import { plannedUpdate } from "./changes.js";
import { checkUpdatable, requiredName, theStack, wellFormedName, wishRules } from "./common.js";
import { pruneDeleted } from "./prune.js";

export const stackOperations = (formation: CloudFormation): readonly Operation[] => [
  operation<CreateStackCommandInput, CreateStackCommandOutput>(
    "cloudformation",
    "CreateStack",
    {
      ...wishRules,
      DisableRollback: enforced,
      OnFailure: enforced,
      EnableTerminationProtection: enforced,
      ClientRequestToken: enforced,
      RetainExceptOnCreate: states(false),
    },
    (call, input) => createStack(call, input, formation),
  ),
  operation<UpdateStackCommandInput, UpdateStackCommandOutput>(
    "cloudformation",
    "UpdateStack",
    {
      ...wishRules,
      UsePreviousTemplate: enforced,
      DisableRollback: states(false),
      ClientRequestToken: enforced,
      RetainExceptOnCreate: states(false),
    },
    (call, input) => updateStack(call, input, formation),
  ),
  operation<DeleteStackCommandInput, DeleteStackCommandOutput>(
    "cloudformation",
    "DeleteStack",
    {
      StackName: enforced,
      RetainResources: enforced,
      ClientRequestToken: enforced,
      DeletionMode: states("STANDARD"),
      DeploymentConfig: wishRules.DeploymentConfig,
    },
    (call, input) => deleteStack(call, input, formation),
  ),
  operation<UpdateTerminationProtectionCommandInput, UpdateTerminationProtectionCommandOutput>(
    "cloudformation",
    "UpdateTerminationProtection",
    { StackName: enforced, EnableTerminationProtection: enforced },
    (call, input) => {
      const stack = theStack(call, input.StackName);
      call.commit(put(Stacks, stack.stackId, { ...stack, terminationProtection: input.EnableTerminationProtection === true }));
      return { StackId: stack.stackId };
    },
  ),
];

/** A stack that has nothing yet. */
export const newStack = (call: Call, stackName: string, token: string | undefined): Omit<Stack, "status"> => ({
  stackId: newStackId(call.regionName, call.accountId, stackName),
  stackName,
  createdAt: call.now(),
  outputs: [],
  onFailure: "ROLLBACK",
  terminationProtection: false,
  owner: call.caller,
  token,
});

function createStack(call: Call, input: CreateStackCommandInput, { engine, context }: CloudFormation): { StackId: string } {
  const stackName = wellFormedName(input.StackName, "stackName");
  if (input.DisableRollback !== undefined && input.OnFailure !== undefined)
    throw validationError("You cannot specify both OnFailure and DisableRollback.");
  const existing = findStack(call, stackName);
  // The answer to the first request was lost on its way: the same token gets it again.
  if (
    existing !== undefined &&
    input.ClientRequestToken !== undefined &&
    existing.token === input.ClientRequestToken &&
    isMoving(existing)
  )
    return { StackId: existing.stackId };
  if (existing !== undefined) throw new ServiceFault("AlreadyExistsException", `Stack [${stackName}] already exists`);
  const blank = newStack(call, stackName, input.ClientRequestToken);
  const { deployment } = prepare(call, input, blank, context);
  const onFailure: OnFailure = input.OnFailure ?? (input.DisableRollback === true ? "DO_NOTHING" : "ROLLBACK");
  const stack: Stack = {
    ...blank,
    deployment,
    onFailure,
    terminationProtection: input.EnableTerminationProtection === true,
    status: "CREATE_IN_PROGRESS",
  };
  pruneDeleted(call);
  moveStack(call, stack, "CREATE_IN_PROGRESS", { statusReason: "User Initiated" });
  engine.attend(call, stack.stackId);
  return { StackId: stack.stackId };
}

function updateStack(call: Call, input: UpdateStackCommandInput, formation: CloudFormation): { StackId: string } {
  const stack = findStack(call, requiredName(input.StackName));
  if (stack === undefined) throw validationError(`Stack [${input.StackName}] does not exist`);
  checkUpdatable(stack);
  const wish = prepare(call, input, stack, formation.context);
  if (
    stack.deployment === undefined ||
    plannedUpdate(call, { ...stack, deployment: stack.deployment }, wish, formation) === undefined
  )
    throw validationError("No updates are to be performed.");
  beginUpdate(call, stack, { deployment: wish.deployment, token: input.ClientRequestToken }, formation);
  return { StackId: stack.stackId };
}

/** Start going from what a stack is to another deployment. */
export function beginUpdate(
  call: Call,
  stack: Stack,
  change: Pick<Stack, "deployment" | "token"> & Partial<Stack>,
  { engine }: CloudFormation,
): void {
  moveStack(call, stack, "UPDATE_IN_PROGRESS", {
    ...change,
    previous: stack.deployment,
    updatedAt: call.now(),
    statusReason: "User Initiated",
    owner: call.caller,
  });
  engine.attend(call, stack.stackId);
}

// A deletion may cancel a creation and follow on a rollback; it may not break into an update.
const undeletable = /^UPDATE_.*_IN_PROGRESS$|^UPDATE_IN_PROGRESS$/;

function deleteStack(call: Call, input: DeleteStackCommandInput, { engine }: CloudFormation): Record<string, never> {
  const stack = findStack(call, requiredName(input.StackName));
  if (stack === undefined || stack.status === "DELETE_COMPLETE" || stack.status === "DELETE_IN_PROGRESS") return {};
  if (stack.terminationProtection)
    throw validationError(`Stack [${stack.stackName}] cannot be deleted while TerminationProtection is enabled`);
  if (undeletable.test(stack.status))
    throw validationError(`Stack [${stack.stackId}] cannot be deleted while in status ${stack.status}`);
  const retained = input.RetainResources ?? [];
  if (retained.length > 0) checkRetained(call, stack, retained);
  const change = {
    statusReason: "User Initiated",
    token: input.ClientRequestToken,
    retained: retained.length === 0 ? undefined : retained,
  };
  moveStack(call, stack, "DELETE_IN_PROGRESS", change);
  // A rollback deletes already: it is not disturbed.
  if (stack.status === "CREATE_IN_PROGRESS") engine.interrupt(stack.stackId);
  engine.attend(call, stack.stackId);
  return {};
}

function checkRetained(call: Call, stack: Stack, retained: readonly string[]): void {
  if (stack.status !== "DELETE_FAILED")
    throw validationError(
      `Invalid operation on stack [${stack.stackId}]. The specified resources to retain must be in a valid state: RetainResources is for a stack in DELETE_FAILED`,
    );
  const entries = resourcesOf(call, stack.stackId).filter((entry) => !isGone(entry));
  const unknown = retained.filter((logicalId) => !entries.some((entry) => entry.logicalId === logicalId));
  if (unknown.length > 0) throw validationError(`Resources to retain must be in the stack: [${unknown.join(", ")}]`);
}
