import type {
  CreateChangeSetCommandInput,
  CreateChangeSetCommandOutput,
  DeleteChangeSetCommandInput,
  DeleteChangeSetCommandOutput,
  DescribeChangeSetCommandInput,
  DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommandInput,
  ExecuteChangeSetCommandOutput,
  ListChangeSetsCommandInput,
  ListChangeSetsCommandOutput,
} from "@aws-sdk/client-cloudformation";
import type { BoundTemplate } from "../../../template/bind.js";
import type { Call, Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { moveStack } from "../engine/journal.js";
import { newChangeSetId } from "../naming.js";
import { existingResources } from "../engine/work.js";
import { planChanges } from "../plan.js";
import { apiChanges, withoutValues } from "../plan-view.js";
import { ChangeSets, findStack, resourceKey, StackResources, type ChangeSet, type Stack } from "../records.js";
import type { CloudFormation } from "../stacks.js";
import { settledWish } from "../nested/checking.js";
import { prepare, validationError, type Wish } from "../validation/prepare.js";
import { plannedUpdate } from "./changes.js";
import { checkRole, checkUpdatable, page, requiredName, theStack, wellFormedName, wishRules } from "./common.js";
import { expectOneOf } from "./enumerations.js";
import { outdatedBy } from "./outdated.js";
import { pruneDeleted } from "./prune.js";
import { beginUpdate, newStack, operationFlags } from "./stacks.js";
import { changeSetSummary, changeSetView } from "./views.js";

// What becomes of retained resources is said when a change set is executed.
const { RetainExceptOnCreate: _executed, ...changeSetRules } = wishRules;

export const changeSetOperations = (formation: CloudFormation): readonly Operation[] => [
  operation<CreateChangeSetCommandInput, CreateChangeSetCommandOutput>(
    "cloudformation",
    "CreateChangeSet",
    {
      ...changeSetRules,
      ChangeSetName: enforced,
      ChangeSetType: enforced,
      Description: enforced,
      ClientToken: enforced,
      UsePreviousTemplate: enforced,
      OnStackFailure: enforced,
      IncludeNestedStacks: enforced, // `notes` say what is not done
      ImportExistingResources: states(false),
    },
    (call, input) => createChangeSet(call, input, formation),
    ({ IncludeNestedStacks: included }) =>
      included === true
        ? [
            {
              path: "IncludeNestedStacks",
              because: "nested stacks have no change sets of their own here: the parent's tells that they may change",
            },
          ]
        : [],
  ),
  operation<DescribeChangeSetCommandInput, DescribeChangeSetCommandOutput>(
    "cloudformation",
    "DescribeChangeSet",
    { StackName: enforced, ChangeSetName: enforced, NextToken: enforced, IncludePropertyValues: enforced },
    (call, input) => {
      const changeSet = theChangeSet(call, input);
      const { items, NextToken } = page(
        changeSet.changes,
        (change) => change.ResourceChange?.LogicalResourceId ?? "",
        input.NextToken,
      );
      const changes = input.IncludePropertyValues === true ? items : items.map(withoutValues);
      return { ...changeSetView(call, changeSet), Changes: changes, NextToken };
    },
  ),
  operation<ExecuteChangeSetCommandInput, ExecuteChangeSetCommandOutput>(
    "cloudformation",
    "ExecuteChangeSet",
    {
      StackName: enforced,
      ChangeSetName: enforced,
      ClientRequestToken: enforced,
      DisableRollback: enforced,
      RetainExceptOnCreate: enforced,
    },
    (call, input) => executeChangeSet(call, input, formation),
  ),
  operation<DeleteChangeSetCommandInput, DeleteChangeSetCommandOutput>(
    "cloudformation",
    "DeleteChangeSet",
    { StackName: enforced, ChangeSetName: enforced },
    (call, input) => {
      const changeSet = findChangeSet(call, input);
      if (changeSet !== undefined) call.commit(remove(ChangeSets, changeSet.changeSetId));
      return {};
    },
  ),
  operation<ListChangeSetsCommandInput, ListChangeSetsCommandOutput>(
    "cloudformation",
    "ListChangeSets",
    { StackName: enforced, NextToken: enforced },
    (call, input) => {
      const { stackId } = theStack(call, input.StackName);
      const all = call.records.list(ChangeSets).filter((changeSet) => changeSet.stackId === stackId);
      const { items, NextToken } = page(all, ({ changeSetId }) => changeSetId, input.NextToken);
      return { Summaries: items.map((changeSet) => changeSetSummary(call, changeSet)), NextToken };
    },
  ),
];

async function createChangeSet(
  call: Call,
  input: CreateChangeSetCommandInput,
  formation: CloudFormation,
): Promise<{ Id: string; StackId: string }> {
  const existing = findStack(call, requiredName(input.StackName));
  const place = existing ?? newStack(call, wellFormedName(input.StackName, "stackName"), undefined);
  return createWhole(call, await settledWish(call, input, place, formation.context), formation);
}

/** Decide, with nothing to wait for any more. */
function createWhole(
  call: Call,
  input: CreateChangeSetCommandInput & Pick<Wish, "fetched">,
  formation: CloudFormation,
): { Id: string; StackId: string } {
  const changeSetName = wellFormedName(input.ChangeSetName, "changeSetName");
  expectOneOf("changeSetType", "changeSetType", input.ChangeSetType);
  expectOneOf("onFailure", "onStackFailure", input.OnStackFailure);
  expectOneOf("capability", "capabilities", input.Capabilities);
  const type = input.ChangeSetType ?? "UPDATE";
  if (type === "IMPORT") throw new NotModelled("change sets of type IMPORT", "Create the resources with the stack.");
  if (type === "UPDATE" && input.OnStackFailure === "DELETE")
    throw validationError("OnStackFailure DELETE is only valid when the ChangeSetType parameter is set to CREATE.");
  const existing = findStack(call, requiredName(input.StackName));
  const same =
    existing === undefined ? undefined : findChangeSet(call, { StackName: existing.stackId, ChangeSetName: changeSetName });
  if (same !== undefined) {
    if (input.ClientToken !== undefined && same.token === input.ClientToken)
      return { Id: same.changeSetId, StackId: same.stackId };
    throw new ServiceFault(
      "AlreadyExistsException",
      `ChangeSet ${changeSetName} already exists for stack ${same.stackName}. Delete it, or choose another name.`,
    );
  }
  const stack = type === "CREATE" ? reviewable(call, input, existing, changeSetName) : updatable(input.StackName, existing);
  checkRole(call, input.RoleARN);
  const wish = prepare(call, input, stack, formation.context);
  const planned = planFor(call, stack, wish, formation);
  const changeSet: ChangeSet = {
    changeSetId: newChangeSetId(call.regionName, call.accountId, changeSetName),
    changeSetName,
    stackId: stack.stackId,
    stackName: stack.stackName,
    type,
    description: input.Description,
    token: input.ClientToken,
    createdAt: call.now(),
    status: planned === undefined ? "FAILED" : "CREATE_COMPLETE",
    statusReason:
      planned === undefined
        ? "The submitted information didn't contain changes. Submit different information to create a change set."
        : undefined,
    executed: false,
    ...(input.RoleARN === undefined ? {} : { roleArn: input.RoleARN }),
    deployment: wish.deployment,
    onFailure: input.OnStackFailure ?? "ROLLBACK",
    changes:
      planned === undefined
        ? []
        : apiChanges(planned.plan, {
            before: planned.before,
            after: wish.bound,
            existing: existingResources(
              { scope: call, stackId: stack.stackId, context: formation.context, signal: new AbortController().signal },
              stack,
            ),
            physicalId: (logicalId) => call.records.get(StackResources, resourceKey(stack.stackId, logicalId))?.physicalId,
          }),
  };
  if (existing === undefined) {
    pruneDeleted(call);
    moveStack(call, stack, "REVIEW_IN_PROGRESS", { statusReason: "User Initiated" }, [
      put(ChangeSets, changeSet.changeSetId, changeSet),
    ]);
  } else call.commit(put(ChangeSets, changeSet.changeSetId, changeSet));
  return { Id: changeSet.changeSetId, StackId: stack.stackId };
}

function planFor(
  call: Call,
  stack: Stack,
  wish: ReturnType<typeof prepare>,
  formation: CloudFormation,
): { readonly plan: ReturnType<typeof planChanges>; readonly before?: BoundTemplate } | undefined {
  if (stack.deployment !== undefined) return plannedUpdate(call, { ...stack, deployment: stack.deployment }, wish, formation);
  return { plan: planChanges(undefined, wish.bound, formation.context.specification) };
}

function reviewable(call: Call, input: CreateChangeSetCommandInput, existing: Stack | undefined, changeSetName: string): Stack {
  if (existing === undefined)
    return { ...newStack(call, wellFormedName(input.StackName, "stackName"), undefined), status: "REVIEW_IN_PROGRESS" };
  if (existing.status === "REVIEW_IN_PROGRESS") return existing;
  throw validationError(
    `Stack [${existing.stackName}] already exists and cannot be created again with the changeSet [${changeSetName}].`,
  );
}

function updatable(name: string | undefined, existing: Stack | undefined): Stack {
  if (existing === undefined) throw validationError(`Stack [${name}] does not exist`);
  checkUpdatable(existing);
  return existing;
}

function executeChangeSet(call: Call, input: ExecuteChangeSetCommandInput, formation: CloudFormation): Record<string, never> {
  const changeSet = theChangeSet(call, input);
  const stack = theStack(call, changeSet.stackId);
  if (changeSet.executed && input.ClientRequestToken !== undefined && stack.token === input.ClientRequestToken) return {};
  const fault = faultOfExecution(changeSet);
  if (fault !== undefined)
    throw new ServiceFault(
      "InvalidChangeSetStatus",
      `ChangeSet [${changeSet.changeSetId}] cannot be executed in its current ${fault}`,
    );
  const { changeSetId, deployment } = changeSet;
  // The one is said when a change set is made, the other when it is executed, and both mean the same.
  const disableRollback = changeSet.onFailure === "DO_NOTHING" || input.DisableRollback === true;
  if (changeSet.type === "UPDATE") {
    checkUpdatable(stack);
    const { roleArn = stack.roleArn } = changeSet;
    const change = {
      deployment,
      token: input.ClientRequestToken,
      changeSetId,
      roleArn,
      ...operationFlags({ ...input, DisableRollback: disableRollback }),
    };
    beginUpdate(call, stack, change, formation, changeSet);
    return {};
  }
  if (stack.status !== "REVIEW_IN_PROGRESS")
    throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be created.`);
  const change = {
    deployment,
    changeSetId,
    token: input.ClientRequestToken,
    owner: call.caller,
    onFailure: disableRollback ? ("DO_NOTHING" as const) : changeSet.onFailure,
    statusReason: "User Initiated",
    retainExceptOnCreate: operationFlags(input).retainExceptOnCreate,
    ...(changeSet.roleArn === undefined ? {} : { roleArn: changeSet.roleArn }),
  };
  moveStack(call, stack, "CREATE_IN_PROGRESS", change, outdatedBy(call, stack.stackId, changeSet));
  formation.engine.attend(call, stack.stackId);
  return {};
}

/** Why a change set cannot be executed, if so. */
function faultOfExecution({ status, executed, obsolete }: ChangeSet): string | undefined {
  if (executed) return "execution status of [EXECUTE_COMPLETE]";
  if (status === "FAILED") return "status of [FAILED]";
  return obsolete === true ? "execution status of [OBSOLETE]" : undefined;
}

/** A change set by its id, or by its name and its stack. Throws AWS's `Stack [X] does not exist`. */
export function findChangeSet(
  scope: Scope,
  { StackName, ChangeSetName }: { readonly StackName?: string; readonly ChangeSetName?: string },
): ChangeSet | undefined {
  const name = requiredName(ChangeSetName, "changeSetName");
  const byId = scope.records.get(ChangeSets, name);
  if (byId !== undefined || name.startsWith("arn:")) return byId;
  if (StackName === undefined) throw validationError("StackName must be specified if ChangeSetName is not specified as an ARN.");
  const stack = findStack(scope, StackName);
  if (stack === undefined) throw validationError(`Stack [${StackName}] does not exist`);
  return scope.records.list(ChangeSets).find(({ stackId, changeSetName }) => stackId === stack.stackId && changeSetName === name);
}

export function theChangeSet(scope: Scope, input: { readonly StackName?: string; readonly ChangeSetName?: string }): ChangeSet {
  const changeSet = findChangeSet(scope, input);
  if (changeSet === undefined)
    throw new ServiceFault("ChangeSetNotFound", `ChangeSet [${input.ChangeSetName}] does not exist`, 404);
  return changeSet;
}
