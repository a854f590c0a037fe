import {
  type CloudFormationClient,
  GetTemplateCommand,
  paginateDescribeStacks,
  paginateListStackResources,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { UserFault } from "../../faults.js";
import type { StackResource } from "./names.js";
import { eachOf, type Reading } from "./reading.js";

export interface Stacks {
  /** What CloudFormation made. */
  readonly resources: readonly StackResource[];
  readonly templates: readonly StackTemplate[];
}

/** The text that a stack was made from. */
export interface StackTemplate {
  readonly stack: string;
  readonly text: string;
}

/**
 * The stacks of an account.
 * @param wanted names of stacks, each with those nested in it; all when undefined
 * @throws UserFault StackNotFound
 */
export async function readStacks(
  client: CloudFormationClient,
  reading: Reading,
  wanted: readonly string[] | undefined,
): Promise<Stacks> {
  const listed = await reading.all(
    "cloudformation:DescribeStacks",
    ["AWS::CloudFormation::Stack"],
    paginateDescribeStacks({ client }, {}),
    ({ Stacks }) =>
      Stacks?.filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE" && StackStatus !== "REVIEW_IN_PROGRESS"),
  );
  const stacks = chosen(listed, wanted);
  const [resources, templates] = await Promise.all([
    eachOf(stacks, (stack) => resourcesOf(client, reading, stack)),
    eachOf(stacks, (stack) => templateOf(client, reading, stack)),
  ]);
  return { resources: resources.flat(), templates: templates.filter((template) => template !== undefined) };
}

async function templateOf(
  client: CloudFormationClient,
  reading: Reading,
  { StackName = "" }: Stack,
): Promise<StackTemplate | undefined> {
  const answer = await reading.listed(
    "cloudformation:GetTemplate",
    ["AWS::CloudFormation::Stack"],
    client.send(new GetTemplateCommand({ StackName })),
  );
  return answer?.TemplateBody === undefined ? undefined : { stack: StackName, text: answer.TemplateBody };
}

async function resourcesOf(
  client: CloudFormationClient,
  reading: Reading,
  { StackName = "" }: Stack,
): Promise<readonly StackResource[]> {
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
