import type {
  CancelUpdateStackCommandInput,
  CancelUpdateStackCommandOutput,
  ContinueUpdateRollbackCommandInput,
  ContinueUpdateRollbackCommandOutput,
  RollbackStackCommandInput,
  RollbackStackCommandOutput,
} from "@aws-sdk/client-cloudformation";
import type { Call } from "../../operations/call.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { keep, moveStack } from "../engine/journal.js";
import { turnBack } from "../engine/update-phase.js";
import { takenBack } from "../engine/update-rollback-phase.js";
import { nestedStackType } from "../plan.js";
import { resourcesOf, Stacks, type Stack, type StackResource } from "../records.js";
import type { CloudFormation } from "../stacks.js";
import { validationError } from "../validation/prepare.js";
import { checkRole, roleRule, theStack } from "./common.js";

/** The ways back: out of an update under way, out of one that failed and was kept, and on with a rollback that failed itself. */
export const rollbackOperations = ({ engine }: CloudFormation): readonly Operation[] => [
  operation<CancelUpdateStackCommandInput, CancelUpdateStackCommandOutput>(
    "cloudformation",
    "CancelUpdateStack",
    { StackName: enforced, ClientRequestToken: enforced },
    (call, input) => {
      const stack = theRoot(call, input.StackName, "CancelUpdateStack");
      if (stack.status !== "UPDATE_IN_PROGRESS")
        throw validationError("CancelUpdateStack cannot be called from current stack status");
      turnBack(call, stack, { statusReason: "User Initiated", token: input.ClientRequestToken ?? stack.token });
      engine.interrupt(stack.stackId);
      engine.attend(call, stack.stackId);
      return {};
    },
  ),
  operation<ContinueUpdateRollbackCommandInput, ContinueUpdateRollbackCommandOutput>(
    "cloudformation",
    "ContinueUpdateRollback",
    { StackName: enforced, ResourcesToSkip: enforced, RoleARN: roleRule, ClientRequestToken: enforced },
    (call, input) => {
      const stack = theRoot(call, input.StackName, "ContinueUpdateRollback");
      if (stack.status !== "UPDATE_ROLLBACK_FAILED")
        throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not continue its rollback.`);
      checkRole(call, input.RoleARN);
      const skipped = skippedEntries(call, stack, input.ResourcesToSkip ?? []);
      moveStack(
        call,
        stack,
        "UPDATE_ROLLBACK_IN_PROGRESS",
        { statusReason: "User Initiated", token: input.ClientRequestToken },
        // What is skipped counts as put back, whatever it is. The way back may have begun with it or not reached it at all.
        skipped.map((entry) => keep({ ...takenBack(entry), status: "UPDATE_COMPLETE" })),
      );
      engine.attend(call, stack.stackId);
      return {};
    },
  ),
  operation<RollbackStackCommandInput, RollbackStackCommandOutput>(
    "cloudformation",
    "RollbackStack",
    { StackName: enforced, RoleARN: roleRule, ClientRequestToken: enforced, RetainExceptOnCreate: enforced },
    (call, input) => {
      const stack = theRoot(call, input.StackName, "RollbackStack");
      checkRole(call, input.RoleARN);
      const common = {
        statusReason: "User Initiated",
        token: input.ClientRequestToken,
        retainExceptOnCreate: input.RetainExceptOnCreate === true ? (true as const) : undefined,
      };
      if (stack.status === "CREATE_FAILED") moveStack(call, stack, "ROLLBACK_IN_PROGRESS", common);
      else if (stack.status === "UPDATE_FAILED") turnBack(call, stack, common);
      else throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be rolled back.`);
      engine.attend(call, stack.stackId);
      return { StackId: stack.stackId };
    },
  ),
];

/** A nested stack goes back with the one above all. */
function theRoot(call: Call, name: string | undefined, operationName: string): Stack {
  const stack = theStack(call, name);
  if (stack.rootId === undefined) return stack;
  throw validationError(
    `${operationName} cannot be called on the nested stack [${stack.stackId}]; call it on its root stack ${stack.rootId}`,
  );
}

/**
 * What is to be skipped: resources of the stack by their logical ids, those of nested ones as `NESTED-STACK-NAME.LogicalId`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html
 */
function skippedEntries(call: Call, stack: Stack, names: readonly string[]): readonly StackResource[] {
  const found = names.map((name): StackResource | undefined => {
    const dot = name.indexOf(".");
    const owner = dot < 0 ? stack : nestedNamed(call, stack, name.slice(0, dot));
    const entries = owner === undefined ? [] : resourcesOf(call, owner.stackId);
    return entries.find(({ logicalId, status }) => logicalId === name.slice(dot + 1) && status === "UPDATE_FAILED");
  });
  const unknown = names.filter((_, index) => found[index] === undefined);
  if (unknown.length > 0)
    throw validationError(
      `The following resources cannot be skipped, for they are not in UPDATE_FAILED: [${unknown.join(", ")}]`,
    );
  const entries = found.filter((entry) => entry !== undefined);
  const whole = entries.find((entry) => entry.type === nestedStackType && !isDeleted(call, entry));
  if (whole !== undefined)
    throw validationError(
      `The nested stack ${whole.logicalId} cannot be skipped while it is there: name what failed in it as ${call.records.get(Stacks, whole.physicalId ?? "")?.stackName ?? whole.logicalId}.LogicalId`,
    );
  return entries;
}

const nestedNamed = (call: Call, root: Stack, name: string): Stack | undefined =>
  call.records.list(Stacks).find((stack) => stack.rootId === root.stackId && stack.stackName === name);

const isDeleted = (call: Call, { physicalId = "" }: StackResource): boolean =>
  call.records.get(Stacks, physicalId)?.status.startsWith("DELETE_") !== false;
