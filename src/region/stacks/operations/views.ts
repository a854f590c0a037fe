import type {
  ChangeSetSummary,
  DescribeChangeSetCommandOutput,
  ExecutionStatus,
  Parameter,
  Stack as ApiStack,
  StackEvent as ApiStackEvent,
  StackResource as ApiStackResource,
  StackResourceDetail,
  StackResourceSummary,
  StackSummary,
} from "@aws-sdk/client-cloudformation";
import { readTemplate } from "../../../template/template.js";
import type { Scope } from "../../operations/call.js";
import { valuesOf } from "../validation/prepare.js";
import type { Output } from "../../operations/operation.js";
import {
  isMoving,
  Stacks,
  type ChangeSet,
  type Deployment,
  type Stack,
  type StackEvent,
  type StackResource,
} from "../records.js";

/** Records as the API shows them. */

const date = (at: number | undefined): Date | undefined => (at === undefined ? undefined : new Date(at));

const parametersOf = (deployment: Deployment | undefined): Parameter[] =>
  (deployment?.parameters ?? []).map(({ name, given, noEcho, resolved }) => ({
    ParameterKey: name,
    ParameterValue: noEcho === true ? "****" : given,
    ResolvedValue: resolved,
  }));

/** `root` is the stack above all, or itself. */
export function stackView(stack: Stack, root: Stack): ApiStack {
  const { deployment } = stack;
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    ParentId: stack.parentId,
    RootId: stack.rootId,
    ChangeSetId: stack.changeSetId,
    Description: deployment?.description,
    Parameters: parametersOf(deployment),
    CreationTime: new Date(stack.createdAt),
    LastUpdatedTime: date(stack.updatedAt),
    DeletionTime: date(stack.deletedAt),
    RollbackConfiguration: {},
    RoleARN: stack.roleArn,
    TimeoutInMinutes: stack.timeoutInMinutes,
    RetainExceptOnCreate: stack.retainExceptOnCreate,
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.onFailure === "DO_NOTHING" || stack.keepFailedUpdate === true,
    NotificationARNs: [],
    Capabilities: [...(deployment?.capabilities ?? [])] as ApiStack["Capabilities"],
    Outputs: stack.outputs.map(({ name, value, description, exportName }) => ({
      OutputKey: name,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    Tags: [...(deployment?.tags ?? [])],
    EnableTerminationProtection: root.terminationProtection,
    DriftInformation: { StackDriftStatus: "NOT_CHECKED" },
  };
}

export const stackSummary = (stack: Stack): StackSummary => ({
  StackId: stack.stackId,
  StackName: stack.stackName,
  ParentId: stack.parentId,
  RootId: stack.rootId,
  TemplateDescription: stack.deployment?.description,
  CreationTime: new Date(stack.createdAt),
  LastUpdatedTime: date(stack.updatedAt),
  DeletionTime: date(stack.deletedAt),
  StackStatus: stack.status,
  StackStatusReason: stack.statusReason,
  DriftInformation: { StackDriftStatus: "NOT_CHECKED" },
});

export const eventView = (event: StackEvent): ApiStackEvent => ({
  StackId: event.stackId,
  EventId: event.eventId,
  StackName: event.stackName,
  LogicalResourceId: event.logicalId,
  PhysicalResourceId: event.physicalId,
  ResourceType: event.type,
  Timestamp: new Date(event.at),
  ResourceStatus: event.status,
  ResourceStatusReason: event.reason,
  ResourceProperties: event.properties,
  ClientRequestToken: event.token,
});

export const resourceView = (stack: Stack, entry: StackResource): ApiStackResource => ({
  StackName: stack.stackName,
  StackId: stack.stackId,
  LogicalResourceId: entry.logicalId,
  PhysicalResourceId: entry.physicalId,
  ResourceType: entry.type,
  Timestamp: new Date(entry.updatedAt),
  ResourceStatus: entry.status,
  ResourceStatusReason: entry.statusReason,
  DriftInformation: { StackResourceDriftStatus: "NOT_CHECKED" },
});

export const resourceSummary = (entry: StackResource): StackResourceSummary => ({
  LogicalResourceId: entry.logicalId,
  PhysicalResourceId: entry.physicalId,
  ResourceType: entry.type,
  LastUpdatedTimestamp: new Date(entry.updatedAt),
  ResourceStatus: entry.status,
  ResourceStatusReason: entry.statusReason,
  DriftInformation: { StackResourceDriftStatus: "NOT_CHECKED" },
});

export function resourceDetail(stack: Stack, entry: StackResource): StackResourceDetail {
  const { deployment } = stack;
  const { template } =
    deployment === undefined ? { template: undefined } : readTemplate(deployment.template, valuesOf(deployment));
  const metadata = template?.resources.get(entry.logicalId)?.metadata;
  const { LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus, ResourceStatusReason } = resourceSummary(entry);
  return {
    StackName: stack.stackName,
    StackId: stack.stackId,
    LogicalResourceId,
    PhysicalResourceId,
    ResourceType,
    LastUpdatedTimestamp: new Date(entry.updatedAt),
    ResourceStatus,
    ResourceStatusReason,
    Metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
    DriftInformation: { StackResourceDriftStatus: "NOT_CHECKED" },
  };
}

function executionStatus(scope: Scope, changeSet: ChangeSet): ExecutionStatus {
  if (changeSet.status === "FAILED") return "UNAVAILABLE";
  if (!changeSet.executed) return changeSet.obsolete === true ? "OBSOLETE" : "AVAILABLE";
  const stack = scope.records.get(Stacks, changeSet.stackId);
  if (stack?.changeSetId !== changeSet.changeSetId) return "EXECUTE_COMPLETE";
  if (isMoving(stack)) return "EXECUTE_IN_PROGRESS";
  return stack.status === "CREATE_COMPLETE" || stack.status === "UPDATE_COMPLETE" ? "EXECUTE_COMPLETE" : "EXECUTE_FAILED";
}

export const changeSetSummary = (scope: Scope, changeSet: ChangeSet): ChangeSetSummary => ({
  StackId: changeSet.stackId,
  StackName: changeSet.stackName,
  ChangeSetId: changeSet.changeSetId,
  ChangeSetName: changeSet.changeSetName,
  ExecutionStatus: executionStatus(scope, changeSet),
  Status: changeSet.status,
  StatusReason: changeSet.statusReason,
  CreationTime: new Date(changeSet.createdAt),
  Description: changeSet.description,
  IncludeNestedStacks: false,
  ImportExistingResources: false,
});

/** Without its changes, which come in pages. */
export const changeSetView = (scope: Scope, changeSet: ChangeSet): Output<DescribeChangeSetCommandOutput> => ({
  ...changeSetSummary(scope, changeSet),
  Parameters: parametersOf(changeSet.deployment),
  NotificationARNs: [],
  RollbackConfiguration: {},
  Capabilities: [...changeSet.deployment.capabilities] as DescribeChangeSetCommandOutput["Capabilities"],
  Tags: [...changeSet.deployment.tags],
  OnStackFailure: changeSet.onFailure,
});
