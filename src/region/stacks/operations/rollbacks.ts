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
import { resourcesOf, type Stack } from "../records.js";
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
      const stack = theStack(call, input.StackName);
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
      const stack = theStack(call, input.StackName);
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
      const stack = theStack(call, input.StackName);
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

function skippedEntries(call: Call, stack: Stack, names: readonly string[]): ReturnType<typeof resourcesOf> {
  const nested = names.find((name) => name.includes("."));
  if (nested !== undefined)
    throw validationError(`Sandtable does not model nested stacks yet: ${nested} cannot be a resource to skip.`);
  const failed = resourcesOf(call, stack.stackId).filter(({ status }) => status === "UPDATE_FAILED");
  const unknown = names.filter((name) => !failed.some(({ logicalId }) => logicalId === name));
  if (unknown.length > 0)
    throw validationError(
      `The following resources cannot be skipped, for they are not in UPDATE_FAILED: [${unknown.join(", ")}]`,
    );
  return failed.filter(({ logicalId }) => names.includes(logicalId));
}
