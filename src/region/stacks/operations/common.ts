import type { DeploymentConfig, Parameter, Tag } from "@aws-sdk/client-cloudformation";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded, states, within } from "../../operations/members.js";
import { paginate } from "../../protocol/paginate.js";
import { Roles } from "../../services/iam/records.js";
import { findStack, type Stack } from "../records.js";
import { validationError } from "../validation/prepare.js";

/** AWS gives lists of CloudFormation in pages of a hundred. */
const pageSize = 100;

/** One page of a list in ascending order of key; `descending` for events. */
export const page = <T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  token: string | undefined,
  options: { descending?: boolean } = {},
): { items: T[]; NextToken?: string } => {
  const { items: taken, NextToken } = paginate(
    items,
    keyOf,
    { MaxResults: pageSize, NextToken: token },
    { ...options, invalid: "ValidationError" },
  );
  return { items: [...taken], NextToken };
};

export const roleRule = recorded("resources are made in the name of who asks: IAM is not evaluated yet");

/** Throws unless the role exists; AWS assumes it at once. */
export function checkRole(scope: Scope, arn: string | undefined): void {
  if (arn === undefined || scope.records.list(Roles).some((role) => role.arn === arn)) return;
  throw new ServiceFault("ValidationError", `Role ${arn} is invalid or cannot be assumed`);
}

/** Rules for what says what a stack shall be; of CreateStack, UpdateStack and CreateChangeSet alike. */
export const wishRules = {
  StackName: enforced,
  TemplateBody: enforced,
  TemplateURL: enforced,
  Parameters: within<Parameter>({ ParameterKey: enforced, ParameterValue: enforced, UsePreviousValue: enforced }),
  Capabilities: enforced,
  Tags: within<Tag>({ Key: enforced, Value: enforced }),
  DeploymentConfig: within<DeploymentConfig>({ Mode: states("STANDARD"), DisableRollback: states(false) }),
  DisableValidation: states(false),
  NotificationARNs: states([]),
  RollbackConfiguration: states({}),
  RoleARN: roleRule,
  RetainExceptOnCreate: enforced,
};

/** Throws AWS's `Stack with id X does not exist`. */
export function theStack(scope: Scope, nameOrId: string | undefined): Stack {
  const stack = findStack(scope, requiredName(nameOrId));
  if (stack === undefined) throw validationError(`Stack with id ${nameOrId} does not exist`);
  return stack;
}

export function requiredName(name: string | undefined, member = "stackName"): string {
  if (name === undefined || name === "")
    throw validationError(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  return name;
}

/** The name of a stack or change set to be. */
export function wellFormedName(name: string | undefined, member: "stackName" | "changeSetName"): string {
  const given = requiredName(name, member);
  const fault = (constraint: string): Error =>
    validationError(`1 validation error detected: Value '${given}' at '${member}' failed to satisfy constraint: ${constraint}`);
  if (!/^[a-zA-Z][-a-zA-Z0-9]*$/.test(given))
    throw fault("Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*");
  if (given.length > 128) throw fault("Member must have length less than or equal to 128");
  return given;
}

const updatable = new Set(["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]);

/**
 * An operation failed and was kept as it was: another try may follow, with the same template or another.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
 */
export const isKeptFailure = ({ status, onFailure }: Stack): boolean =>
  status === "UPDATE_FAILED" || (status === "CREATE_FAILED" && onFailure === "DO_NOTHING");

/** Throws when the stack's status does not admit an update. */
export function checkUpdatable(stack: Stack): void {
  if (updatable.has(stack.status) || isKeptFailure(stack)) return;
  throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be updated.${advice(stack)}`);
}

function advice({ status }: Stack): string {
  if (status === "UPDATE_ROLLBACK_FAILED") return " (ContinueUpdateRollback takes it back first)";
  return status === "ROLLBACK_COMPLETE" || status.endsWith("_FAILED") ? " (delete it and create it again)" : "";
}
