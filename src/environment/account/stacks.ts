import {
  type CloudFormationClient,
  paginateDescribeStacks,
  paginateListStackResources,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { UserFault } from "../../faults.js";
import type { StackResource } from "./names.js";
import { eachOf, type Reading } from "./reading.js";

/**
 * What CloudFormation made in an account, by stack.
 * @param wanted names of stacks, each with those nested in it; all when undefined
 * @throws UserFault StackNotFound
 */
export async function readStackResources(
  client: CloudFormationClient,
  reading: Reading,
  wanted: readonly string[] | undefined,
): Promise<readonly StackResource[]> {
  const listed = await reading.all(
    "cloudformation:DescribeStacks",
    ["AWS::CloudFormation::Stack"],
    paginateDescribeStacks({ client }, {}),
    ({ Stacks }) =>
      Stacks?.filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE" && StackStatus !== "REVIEW_IN_PROGRESS"),
  );
  const resources = await eachOf(chosen(listed, wanted), async ({ StackName = "" }) => {
    const summaries = await reading.all(
      "cloudformation:ListStackResources",
      ["AWS::CloudFormation::Stack"],
      paginateListStackResources({ client }, { StackName }),
      ({ StackResourceSummaries }) => StackResourceSummaries,
    );
    return summaries.flatMap(({ LogicalResourceId, PhysicalResourceId, ResourceType, ResourceStatus }): StackResource[] =>
      LogicalResourceId === undefined ||
      ResourceType === undefined ||
      PhysicalResourceId === undefined ||
      PhysicalResourceId === "" ||
      ResourceStatus === "DELETE_COMPLETE"
        ? []
        : [{ stack: StackName, logicalId: LogicalResourceId, type: ResourceType, physicalId: PhysicalResourceId }],
    );
  });
  return resources.flat();
}

function chosen(stacks: readonly Stack[], wanted: readonly string[] | undefined): readonly Stack[] {
  if (wanted === undefined) return stacks;
  const named = wanted.map((name) => {
    const stack = stacks.find(({ StackName, StackId }) => StackName === name || StackId === name);
    if (stack !== undefined) return stack;
    throw new UserFault("StackNotFound", {
      at: name,
      message: `there is no stack by the name ${name} in this account and region`,
      fix:
        stacks.length === 0
          ? "deploy it first, or leave the name out to look at the whole account"
          : `name one of ${stacks.map(({ StackName }) => StackName).join(", ")}`,
    });
  });
  const roots = new Set(named.map(({ StackId }) => StackId));
  return stacks.filter(({ StackId, RootId, ParentId }) => roots.has(StackId) || roots.has(RootId) || roots.has(ParentId));
}
