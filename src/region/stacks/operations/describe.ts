import type {
  DescribeStackEventsCommandInput,
  DescribeStackEventsCommandOutput,
  DescribeStackResourceCommandInput,
  DescribeStackResourceCommandOutput,
  DescribeStackResourcesCommandInput,
  DescribeStackResourcesCommandOutput,
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
  ListStackResourcesCommandInput,
  ListStackResourcesCommandOutput,
  ListStacksCommandInput,
  ListStacksCommandOutput,
} from "@aws-sdk/client-cloudformation";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { eventKey, isMoving, resourcesOf, rootOf, StackEvents, StackResources, Stacks } from "../records.js";
import { validationError } from "../validation/prepare.js";
import { page, theStack } from "./common.js";
import { expectOneOf } from "./enumerations.js";
import { eventView, resourceDetail, resourceSummary, resourceView, stackSummary, stackView } from "./views.js";

export const describeOperations: readonly Operation[] = [
  operation<DescribeStacksCommandInput, DescribeStacksCommandOutput>(
    "cloudformation",
    "DescribeStacks",
    { StackName: enforced, NextToken: enforced },
    async (call, input) => {
      if (input.StackName !== undefined) {
        const { stackId } = theStack(call, input.StackName);
        await call.holdWhile(() => {
          const stack = call.records.get(Stacks, stackId);
          return stack !== undefined && isMoving(stack);
        });
        // By id from here on: a stack that was deleted meanwhile has no name any more, and its waiters want to see that.
        const stack = theStack(call, input.StackName.startsWith("arn:") ? stackId : input.StackName);
        return { Stacks: [stackView(stack, rootOf(call, stack))] };
      }
      const living = call.records.list(Stacks).filter(({ status }) => status !== "DELETE_COMPLETE");
      const { items, NextToken } = page(living, ({ stackId }) => stackId, input.NextToken);
      return { Stacks: items.map((stack) => stackView(stack, rootOf(call, stack))), NextToken };
    },
  ),
  operation<ListStacksCommandInput, ListStacksCommandOutput>(
    "cloudformation",
    "ListStacks",
    { StackStatusFilter: enforced, NextToken: enforced },
    (call, input) => {
      const wanted = input.StackStatusFilter;
      expectOneOf("stackStatus", "stackStatusFilter", wanted);
      const matching = call.records
        .list(Stacks)
        .filter(({ status }) => wanted === undefined || wanted.length === 0 || wanted.includes(status));
      const { items, NextToken } = page(matching, ({ stackId }) => stackId, input.NextToken);
      return { StackSummaries: items.map(stackSummary), NextToken };
    },
  ),
  operation<DescribeStackEventsCommandInput, DescribeStackEventsCommandOutput>(
    "cloudformation",
    "DescribeStackEvents",
    { StackName: enforced, NextToken: enforced },
    (call, input) => {
      const { stackId } = theStack(call, input.StackName);
      const events = call.records.list(StackEvents).filter((event) => event.stackId === stackId);
      const { items, NextToken } = page(events, eventKey, input.NextToken, { descending: true });
      return { StackEvents: items.map(eventView), NextToken };
    },
  ),
  operation<DescribeStackResourcesCommandInput, DescribeStackResourcesCommandOutput>(
    "cloudformation",
    "DescribeStackResources",
    { StackName: enforced, LogicalResourceId: enforced, PhysicalResourceId: enforced },
    (call, input) => {
      if (input.StackName === undefined && input.PhysicalResourceId === undefined)
        throw validationError("Either StackName or PhysicalResourceId must be specified");
      if (input.StackName !== undefined && input.PhysicalResourceId !== undefined)
        throw validationError("Both StackName and PhysicalResourceId cannot be specified");
      const owner =
        input.StackName ??
        call.records
          .list(StackResources)
          .find(({ physicalId, status }) => physicalId === input.PhysicalResourceId && status !== "DELETE_COMPLETE")?.stackId;
      if (owner === undefined) throw validationError(`Stack for ${input.PhysicalResourceId} does not exist`);
      const stack = theStack(call, owner);
      const wanted = input.LogicalResourceId;
      const entries = resourcesOf(call, stack.stackId).filter(({ logicalId }) => wanted === undefined || logicalId === wanted);
      return { StackResources: entries.slice(0, 100).map((entry) => resourceView(stack, entry)) };
    },
  ),
  operation<DescribeStackResourceCommandInput, DescribeStackResourceCommandOutput>(
    "cloudformation",
    "DescribeStackResource",
    { StackName: enforced, LogicalResourceId: enforced },
    (call, input) => {
      const stack = theStack(call, input.StackName);
      const entry = resourcesOf(call, stack.stackId).find(({ logicalId }) => logicalId === input.LogicalResourceId);
      if (entry === undefined)
        throw validationError(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.stackName}`);
      return { StackResourceDetail: resourceDetail(stack, entry) };
    },
  ),
  operation<ListStackResourcesCommandInput, ListStackResourcesCommandOutput>(
    "cloudformation",
    "ListStackResources",
    { StackName: enforced, NextToken: enforced },
    (call, input) => {
      const { stackId } = theStack(call, input.StackName);
      const { items, NextToken } = page(resourcesOf(call, stackId), ({ logicalId }) => logicalId, input.NextToken);
      return { StackResourceSummaries: items.map(resourceSummary), NextToken };
    },
  ),
];
