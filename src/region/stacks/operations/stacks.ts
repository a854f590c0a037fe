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
import { isDeepStrictEqual } from "node:util";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, type Change } from "../../records/records.js";
import { moveStack } from "../engine/journal.js";
import { faultOfDeletion } from "../exports.js";
import { newStackId } from "../naming.js";
import {
  findStack,
  isGone,
  isMoving,
  resourcesOf,
  rootOf,
  Stacks,
  type ChangeSet,
  type OnFailure,
  type Stack,
} from "../records.js";
import type { CloudFormation } from "../stacks.js";
import { settledWish } from "../nested/checking.js";
import { prepare, validationError, type Wish } from "../validation/prepare.js";
import { plannedUpdate } from "./changes.js";
import {
  checkRole,
  checkUpdatable,
  isKeptFailure,
  requiredName,
  roleRule,
  theStack,
  wellFormedName,
  wishRules,
} from "./common.js";
import { expectOneOf } from "./enumerations.js";
import { outdatedBy } from "./outdated.js";
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
      TimeoutInMinutes: enforced,
    },
    (call, input) => createStack(call, input, formation),
  ),
  operation<UpdateStackCommandInput, UpdateStackCommandOutput>(
    "cloudformation",
    "UpdateStack",
    {
      ...wishRules,
      UsePreviousTemplate: enforced,
      DisableRollback: enforced,
      ClientRequestToken: enforced,
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
      RoleARN: roleRule,
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
      if (stack.rootId !== undefined)
        throw validationError(
          `Stack [${stack.stackId}] is a nested stack: its termination protection is that of its root stack ${stack.rootId}`,
        );
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

async function createStack(
  call: Call,
  input: CreateStackCommandInput,
  { engine, context }: CloudFormation,
): Promise<{ StackId: string }> {
  const place = newStack(call, wellFormedName(input.StackName, "stackName"), input.ClientRequestToken);
  return createWhole(call, await settledWish(call, input, place, context, { direct: true }), { engine, context });
}

/** Decide and begin, with nothing to wait for any more. */
function createWhole(
  call: Call,
  input: CreateStackCommandInput & Pick<Wish, "fetched">,
  { engine, context }: CloudFormation,
): { StackId: string } {
  const stackName = wellFormedName(input.StackName, "stackName");
  expectOneOf("onFailure", "onFailure", input.OnFailure);
  expectOneOf("capability", "capabilities", input.Capabilities);
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
  checkRole(call, input.RoleARN);
  const minutes = input.TimeoutInMinutes;
  if (minutes !== undefined && minutes < 1)
    throw validationError(
      `1 validation error detected: Value '${minutes}' at 'timeoutInMinutes' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  const { deployment } = prepare(call, input, blank, context, { direct: true });
  const onFailure: OnFailure = input.OnFailure ?? (input.DisableRollback === true ? "DO_NOTHING" : "ROLLBACK");
  const stack: Stack = {
    ...blank,
    deployment,
    onFailure,
    terminationProtection: input.EnableTerminationProtection === true,
    status: "CREATE_IN_PROGRESS",
    ...(input.RoleARN === undefined ? {} : { roleArn: input.RoleARN }),
    ...(input.RetainExceptOnCreate === true ? { retainExceptOnCreate: true } : {}),
    ...(minutes === undefined ? {} : { timeoutInMinutes: minutes, deadline: call.now() + minutes * 60_000 }),
  };
  pruneDeleted(call);
  moveStack(call, stack, "CREATE_IN_PROGRESS", { statusReason: "User Initiated" });
  engine.attend(call, stack.stackId);
  return { StackId: stack.stackId };
}

async function updateStack(call: Call, input: UpdateStackCommandInput, formation: CloudFormation): Promise<{ StackId: string }> {
  const stack = findStack(call, requiredName(input.StackName));
  const isRetry = stack !== undefined && input.ClientRequestToken !== undefined && stack.token === input.ClientRequestToken;
  const wish = isRetry ? input : await settledWish(call, input, stack, formation.context, { direct: true });
  return updateWhole(call, wish, formation);
}

function updateWhole(
  call: Call,
  input: UpdateStackCommandInput & Pick<Wish, "fetched">,
  formation: CloudFormation,
): { StackId: string } {
  const stack = findStack(call, requiredName(input.StackName));
  if (stack === undefined) throw validationError(`Stack [${input.StackName}] does not exist`);
  expectOneOf("capability", "capabilities", input.Capabilities);
  // The answer to the first request was lost on its way: the same token gets it again.
  if (input.ClientRequestToken !== undefined && stack.token === input.ClientRequestToken && isMoving(stack))
    return { StackId: stack.stackId };
  checkUpdatable(stack);
  checkRole(call, input.RoleARN);
  const wish = prepare(call, input, stack, formation.context, { direct: true });
  if (
    stack.deployment === undefined ||
    plannedUpdate(call, { ...stack, deployment: stack.deployment }, wish, formation) === undefined
  )
    throw validationError("No updates are to be performed.");
  const change = {
    deployment: wish.deployment,
    token: input.ClientRequestToken,
    ...operationFlags(input),
    roleArn: input.RoleARN ?? stack.roleArn,
  };
  beginUpdate(call, stack, change, formation);
  return { StackId: stack.stackId };
}

/** What a request says of the one operation that it starts. */
export const operationFlags = (input: {
  readonly DisableRollback?: boolean | undefined;
  readonly RetainExceptOnCreate?: boolean | undefined;
}): Pick<Stack, "keepFailedUpdate" | "retainExceptOnCreate"> => ({
  keepFailedUpdate: input.DisableRollback === true ? true : undefined,
  retainExceptOnCreate: input.RetainExceptOnCreate === true ? true : undefined,
});

/** What an update begins with, beside the deployment; `keepsPrevious`: it follows on one that was never cleaned up after. */
export interface BegunUpdate extends Partial<Stack>, Pick<Stack, "deployment" | "token"> {
  readonly keepsPrevious: boolean;
}

/** Move a stack to UPDATE_IN_PROGRESS. */
export function updateBegun(
  call: Call,
  stack: Stack,
  { keepsPrevious, ...change }: BegunUpdate,
  further: readonly Change[] = outdatedBy(call, stack.stackId),
): void {
  const retags = keepsPrevious && stack.retags === true;
  const begun = {
    ...change,
    // What the stack was when it was last complete.
    previous: keepsPrevious ? stack.previous : stack.deployment,
    retags: retags || !isDeepStrictEqual(stack.deployment?.tags, change.deployment?.tags) ? (true as const) : undefined,
    updatedAt: call.now(),
    statusReason: "User Initiated",
    owner: call.caller,
  };
  moveStack(call, stack, "UPDATE_IN_PROGRESS", begun, further);
}

/** Start going from what a stack is to another deployment, by a change set or directly. What that makes of change sets shares its commit. */
export function beginUpdate(
  call: Call,
  stack: Stack,
  change: Pick<Stack, "deployment" | "token"> & Partial<Stack>,
  { engine }: CloudFormation,
  executing?: ChangeSet,
): void {
  updateBegun(call, stack, { ...change, keepsPrevious: isKeptFailure(stack) }, outdatedBy(call, stack.stackId, executing));
  engine.attend(call, stack.stackId);
}

// A deletion may cancel a creation and follow on a rollback; it may not break into an update.
const undeletable = /^UPDATE_.*_IN_PROGRESS$|^UPDATE_IN_PROGRESS$/;

function deleteStack(call: Call, input: DeleteStackCommandInput, { engine }: CloudFormation): Record<string, never> {
  const stack = findStack(call, requiredName(input.StackName));
  if (stack === undefined || stack.status === "DELETE_COMPLETE" || stack.status === "DELETE_IN_PROGRESS") return {};
  if (rootOf(call, stack).terminationProtection)
    throw validationError(`Stack [${stack.stackName}] cannot be deleted while TerminationProtection is enabled`);
  if (undeletable.test(stack.status))
    throw validationError(`Stack [${stack.stackId}] cannot be deleted while in status ${stack.status}`);
  checkRole(call, input.RoleARN);
  const canceled = faultOfDeletion(call, stack);
  if (canceled !== undefined) {
    // As on AWS the request is taken, and the stack goes on as it was, with the reason.
    moveStack(call, stack, stack.status, { statusReason: canceled, token: input.ClientRequestToken });
    return {};
  }
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
