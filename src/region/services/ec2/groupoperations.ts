import type {
  CreateSecurityGroupCommandInput,
  CreateSecurityGroupCommandOutput,
  DeleteSecurityGroupCommandInput,
  DeleteSecurityGroupCommandOutput,
  DescribeSecurityGroupsCommandInput,
  DescribeSecurityGroupsCommandOutput,
} from "@aws-sdk/client-ec2";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { createGroup, deleteGroup, groupIdOf } from "./groups.js";
import { describeGroup, groupArn, groupFilters } from "./groupview.js";
import { describeRules, select } from "./lists.js";
import { SecurityGroups } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";

export const groupOperations: readonly Operation[] = [
  operation<CreateSecurityGroupCommandInput, CreateSecurityGroupCommandOutput>(
    "ec2",
    "CreateSecurityGroup",
    { GroupName: enforced, Description: enforced, VpcId: enforced, TagSpecifications: tagSpecifications, DryRun: states(false) },
    async (call, input) => {
      const group = await createGroup(call, {
        groupName: input.GroupName ?? "",
        description: input.Description ?? "",
        vpcId: input.VpcId,
        tags: tagsAtCreation(input.TagSpecifications, "security-group"),
      });
      return { GroupId: group.groupId, SecurityGroupArn: groupArn(call, group.groupId), Tags: tagList(group.tags) };
    },
  ),
  operation<DescribeSecurityGroupsCommandInput, DescribeSecurityGroupsCommandOutput>(
    "ec2",
    "DescribeSecurityGroups",
    { ...describeRules, GroupIds: enforced, GroupNames: enforced },
    async (call, input) => {
      const named = await Promise.all((input.GroupNames ?? []).map((name) => groupIdOf(call, undefined, name)));
      const { page, NextToken } = select(call.records.list(SecurityGroups), input, {
        id: (group) => group.groupId,
        ids: [...(input.GroupIds ?? []), ...named],
        notFound: ["InvalidGroup.NotFound", "security group"],
        filters: groupFilters(call),
      });
      return { SecurityGroups: page.map((group) => describeGroup(call, group)), NextToken };
    },
  ),
  operation<DeleteSecurityGroupCommandInput, DeleteSecurityGroupCommandOutput>(
    "ec2",
    "DeleteSecurityGroup",
    { GroupId: enforced, GroupName: enforced, DryRun: states(false) },
    async (call, input) => {
      const groupId = await groupIdOf(call, input.GroupId, input.GroupName);
      await deleteGroup(call, groupId);
      return { Return: true, GroupId: groupId };
    },
  ),
];
