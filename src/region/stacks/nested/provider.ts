import type { StackStatus } from "@aws-sdk/client-cloudformation";
import type { Call } from "../../operations/call.js";
import { enforced, states } from "../../operations/members.js";
import { checkUpdatable, isKeptFailure } from "../operations/common.js";
import { plannedUpdate } from "../operations/changes.js";
import { moveStack } from "../engine/journal.js";
import { turnBack } from "../engine/update-phase.js";
import { faultOfDeletion } from "../exports.js";
import { newStack, updateBegun } from "../operations/stacks.js";
import { nestedStackType } from "../plan.js";
import type { Properties, ResourceProvider } from "../provider.js";
import { optionalNumber, tagRules, text } from "../providers/properties.js";
import { Stacks, type Stack } from "../records.js";
import type { CloudFormation } from "../stacks.js";
import { prepare } from "../validation/prepare.js";
import { wishOf } from "./wish.js";

/**
 * A stack as the resource of another. It is a stack like any, carried on by the same engine; what is done to its parent is done
 * to it, and its parent waits. Each step looks at what the nested stack is, so that it may be done again after a crash.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
 */
export const nestedStack = (formation: () => CloudFormation): ResourceProvider => ({
  type: nestedStackType,
  record: Stacks,
  properties: {
    TemplateURL: enforced,
    Parameters: enforced,
    Tags: tagRules,
    TimeoutInMinutes: enforced,
    NotificationARNs: states([]),
  },
  attributes: {},
  furtherAttributes: { names: /^Outputs\.[A-Za-z0-9]+$/, read: outputOf },
  refreshes: true,
  async create(call, properties, naming) {
    const { context, engine } = formation();
    const fetched = await context.fetchTemplate(call, text(properties, "TemplateURL"));
    const parent = theStack(call, naming.stackId);
    const minutes = optionalNumber(properties, "TimeoutInMinutes");
    const blank = newStack(call, naming.physicalName(128), parent.token);
    const { deployment } = prepare(call, wishOf(properties, parent, fetched), blank, context, { direct: true });
    const stack: Stack = {
      ...blank,
      deployment,
      status: "CREATE_IN_PROGRESS",
      parentId: parent.stackId,
      rootId: parent.rootId ?? parent.stackId,
      onFailure: parent.onFailure,
      ...(parent.roleArn === undefined ? {} : { roleArn: parent.roleArn }),
      ...(parent.retainExceptOnCreate === undefined ? {} : { retainExceptOnCreate: parent.retainExceptOnCreate }),
      ...(minutes === undefined ? {} : { timeoutInMinutes: minutes, deadline: call.now() + minutes * 60_000 }),
    };
    moveStack(call, stack, "CREATE_IN_PROGRESS", { statusReason: "User Initiated" });
    engine.attendNested(call, parent.stackId, stack.stackId);
    return stack.stackId;
  },
  async settled(call, stackId, signal) {
    const { status, statusReason } = await left(call, stackId, ["CREATE_IN_PROGRESS"], signal);
    if (status !== "CREATE_COMPLETE")
      throw new Error(`Embedded stack ${stackId} was not successfully created: ${statusReason ?? status}`);
  },
  async update(call, stackId, { to }, naming, signal) {
    const parent = theStack(call, naming.stackId);
    if (parent.status === "UPDATE_ROLLBACK_IN_PROGRESS") return goBack(call, stackId, parent, formation(), signal);
    if (theStack(call, stackId).partOf !== parent.updatedAt && !(await begin(call, stackId, to, parent, formation()))) return;
    const { status, statusReason } = await left(call, stackId, ["UPDATE_IN_PROGRESS"], signal);
    if (!updated.includes(status)) throw notUpdated(stackId, status, statusReason);
  },
  async delete(call, stackId, _properties, signal) {
    const stack = call.records.get(Stacks, stackId);
    if (stack === undefined || stack.status === "DELETE_COMPLETE") return;
    const { engine } = formation();
    if (stack.status !== "DELETE_IN_PROGRESS") {
      const fault = faultOfDeletion(call, stack);
      if (fault !== undefined) throw new Error(`Embedded stack ${stackId} was not successfully deleted: ${fault}`);
      moveStack(call, stack, "DELETE_IN_PROGRESS", { retained: undefined, statusReason: "User Initiated" });
      engine.interrupt(stackId);
      engine.attendNested(call, stack.parentId ?? "", stackId);
    }
    const { status, statusReason } = await left(call, stackId, ["DELETE_IN_PROGRESS"], signal);
    if (status !== "DELETE_COMPLETE")
      throw new Error(`Embedded stack ${stackId} was not successfully deleted: ${statusReason ?? status}`);
  },
});

const updated: readonly StackStatus[] = ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"];

const notUpdated = (stackId: string, status: StackStatus, reason: string | undefined): Error =>
  new Error(
    `Embedded stack ${stackId} was not successfully updated. Currently in ${status}${reason === undefined ? "" : ` with reason: ${reason}`}`,
  );

/** Start the update; false: there is nothing to change. */
async function begin(
  call: Call,
  stackId: string,
  properties: Properties,
  parent: Stack,
  formation: CloudFormation,
): Promise<boolean> {
  const fetched = await formation.context.fetchTemplate(call, text(properties, "TemplateURL"));
  const stack = theStack(call, stackId);
  // What an update of the parent that failed and was kept has done may be changed again.
  const isHeld = stack.status === "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" && stack.previous !== undefined;
  if (!isHeld) checkUpdatable(stack);
  const wish = prepare(call, wishOf(properties, parent, fetched), stack, formation.context, { direct: true });
  if (stack.deployment === undefined) throw new Error(`The stack ${stack.stackName} has nothing to update.`);
  const planned = plannedUpdate(call, { ...stack, deployment: stack.deployment }, wish, formation);
  if (planned === undefined) return false;
  updateBegun(call, stack, {
    deployment: wish.deployment,
    token: parent.token,
    partOf: parent.updatedAt,
    keepFailedUpdate: parent.keepFailedUpdate,
    retainExceptOnCreate: parent.retainExceptOnCreate,
    keepsPrevious: isHeld || isKeptFailure(stack),
  });
  formation.engine.interrupt(stackId);
  formation.engine.attendNested(call, parent.stackId, stackId);
  return true;
}

/** The parent goes back: so does what its update has reached. */
async function goBack(
  call: Call,
  stackId: string,
  parent: Stack,
  { engine }: CloudFormation,
  signal: AbortSignal,
): Promise<void> {
  const stack = call.records.get(Stacks, stackId);
  if (stack === undefined || stack.partOf !== parent.updatedAt) return;
  const turns: readonly StackStatus[] = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_FAILED"];
  if (turns.includes(stack.status)) turnBack(call, stack, { token: parent.token });
  // The user continues a rollback that failed.
  else if (stack.status === "UPDATE_ROLLBACK_FAILED")
    moveStack(call, stack, "UPDATE_ROLLBACK_IN_PROGRESS", { token: parent.token });
  if (theStack(call, stackId) !== stack) {
    engine.interrupt(stackId);
    engine.attendNested(call, parent.stackId, stackId);
  }
  const { status, statusReason } = await left(call, stackId, ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"], signal);
  if (status === "UPDATE_ROLLBACK_FAILED") throw notUpdated(stackId, status, statusReason);
}

/** The stack, when it has left these statuses. */
async function left(call: Call, stackId: string, statuses: readonly StackStatus[], signal: AbortSignal): Promise<Stack> {
  await call.until(() => !statuses.includes(theStack(call, stackId).status), signal);
  return theStack(call, stackId);
}

function theStack(call: Call, stackId: string): Stack {
  const stack = call.records.get(Stacks, stackId);
  if (stack === undefined) throw new Error(`The stack ${stackId} has no record.`);
  return stack;
}

function outputOf(call: Call, stackId: string, attribute: string): string {
  const name = attribute.slice("Outputs.".length);
  const output = theStack(call, stackId).outputs.find((known) => known.name === name);
  if (output === undefined) throw new Error(`Output '${name}' not found in stack '${stackId}'`);
  return output.value;
}
