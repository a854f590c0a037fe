import type {
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput,
  DescribeSecurityGroupRulesCommandInput,
  DescribeSecurityGroupRulesCommandOutput,
  IpPermission,
  IpRange,
  Ipv6Range,
  ModifySecurityGroupRulesCommandInput,
  ModifySecurityGroupRulesCommandOutput,
  PrefixListId,
  RevokeSecurityGroupIngressCommandInput,
  RevokeSecurityGroupIngressCommandOutput,
  SecurityGroupRuleDescription,
  SecurityGroupRuleRequest,
  SecurityGroupRuleUpdate,
  UpdateSecurityGroupRuleDescriptionsIngressCommandInput,
  UpdateSecurityGroupRuleDescriptionsIngressCommandOutput,
  UserIdGroupPair,
} from "@aws-sdk/client-ec2";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { defaultVpcNow } from "./defaultvpc.js";
import { authorize, describeRulesAnew, modifyRules, revoke, type Direction } from "./grouprulechanges.js";
import { permissionsOf } from "./grouppermissions.js";
import { groupRule, rulesFrom, toPermissions } from "./grouprules.js";
import { groupIdOf, groupOfRule, theGroup } from "./groups.js";
import { pairOf, revokedView, ruleView } from "./groupview.js";
import { describeRules, select } from "./lists.js";
import { SecurityGroups, type GroupRule } from "./records.js";
import { tagsAtCreation, tagSpecifications } from "./tags.js";

const permissionMembers = {
  IpProtocol: enforced,
  FromPort: enforced,
  ToPort: enforced,
  IpRanges: within<IpRange>({ CidrIp: enforced, Description: enforced }),
  UserIdGroupPairs: within<UserIdGroupPair>({
    GroupId: enforced,
    GroupName: enforced,
    UserId: enforced,
    Description: enforced,
    VpcId: enforced,
    VpcPeeringConnectionId: enforced,
  }),
  // Read, so that they are refused (or found not to be there) in words.
  Ipv6Ranges: within<Ipv6Range>({ CidrIpv6: enforced, Description: enforced }),
  PrefixListIds: within<PrefixListId>({ PrefixListId: enforced, Description: enforced }),
};

/** Both directions take the same, but that only ingress has the short form of one rule. */
const ruleMembers = {
  GroupId: enforced,
  IpPermissions: within<IpPermission>(permissionMembers),
  DryRun: states(false),
};
const shortForm = {
  GroupName: enforced,
  IpProtocol: enforced,
  FromPort: enforced,
  ToPort: enforced,
  CidrIp: enforced,
  SourceSecurityGroupName: enforced,
  SourceSecurityGroupOwnerId: enforced,
};
const membersOf = (direction: Direction) => (direction === "ingress" ? { ...ruleMembers, ...shortForm } : ruleMembers);

const suffix = { ingress: "Ingress", egress: "Egress" } as const;

/** The ingress types stand for both: the egress ones have the same members less the short form. */
const authorizing = (direction: Direction): Operation =>
  operation<AuthorizeSecurityGroupIngressCommandInput, AuthorizeSecurityGroupIngressCommandOutput>(
    "ec2",
    `AuthorizeSecurityGroup${suffix[direction]}`,
    { ...membersOf(direction), TagSpecifications: tagSpecifications },
    async (call, input) => {
      const groupId = await groupIdOf(call, input.GroupId, input.GroupName);
      const tags = tagsAtCreation(input.TagSpecifications, "security-group-rule");
      const rules = rulesFrom(await permissionsOf(call, groupId, input)).map((rule): GroupRule =>
        Object.keys(tags).length === 0 ? rule : { ...rule, tags },
      );
      const group = await authorize(call, groupId, direction, rules);
      return { Return: true, SecurityGroupRules: rules.map((rule) => ruleView(call, group, rule, direction)) };
    },
  );

const revoking = (direction: Direction): Operation =>
  operation<RevokeSecurityGroupIngressCommandInput, RevokeSecurityGroupIngressCommandOutput>(
    "ec2",
    `RevokeSecurityGroup${suffix[direction]}`,
    { ...membersOf(direction), SecurityGroupRuleIds: enforced },
    async (call, input) => {
      const groupId = await groupIdOf(call, input.GroupId, input.GroupName);
      const stated = await permissionsOf(call, groupId, input);
      if (stated.length === 0 && input.SecurityGroupRuleIds === undefined)
        throw new ServiceFault("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.");
      const group = theGroup(call, groupId);
      // No group has a rule for IPv6, so there is none to take away; clients do ask for that of AWS's own default rule.
      const ipv4 = stated.filter(({ Ipv6Ranges }) => (Ipv6Ranges ?? []).length === 0);
      if (ipv4.length < stated.length)
        throw new ServiceFault("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
      const { revoked, unknown } = await revoke(
        call,
        groupId,
        direction,
        { ruleIds: input.SecurityGroupRuleIds, rules: rulesFrom(ipv4) },
        group.vpcId === defaultVpcNow(call)?.vpcId,
      );
      return {
        Return: true,
        UnknownIpPermissions: toPermissions(unknown, pairOf(call, group)),
        RevokedSecurityGroupRules: revoked.map((rule) => revokedView(group, rule, direction)),
      };
    },
  );

const describingAnew = (direction: Direction): Operation =>
  operation<UpdateSecurityGroupRuleDescriptionsIngressCommandInput, UpdateSecurityGroupRuleDescriptionsIngressCommandOutput>(
    "ec2",
    `UpdateSecurityGroupRuleDescriptions${suffix[direction]}`,
    {
      ...ruleMembers,
      GroupName: enforced,
      SecurityGroupRuleDescriptions: within<SecurityGroupRuleDescription>({
        SecurityGroupRuleId: enforced,
        Description: enforced,
      }),
    },
    async (call, input) => {
      const stated = input.SecurityGroupRuleDescriptions;
      if ((input.IpPermissions === undefined) === (stated === undefined))
        throw new ServiceFault(
          input.IpPermissions === undefined ? "MissingParameter" : "InvalidParameterCombination",
          "Either 'ipPermissions' or 'securityGroupRuleDescriptions' should be provided.",
        );
      const ids = new Map((stated ?? []).map((one) => [one.SecurityGroupRuleId ?? "", one.Description ?? ""]));
      const [first = ""] = ids.keys();
      const named = input.GroupId ?? input.GroupName;
      const groupId =
        named === undefined && stated !== undefined
          ? groupOfRule(call, first).groupId
          : await groupIdOf(call, input.GroupId, input.GroupName);
      await describeRulesAnew(call, groupId, direction, {
        byId: ids,
        rules: rulesFrom(await permissionsOf(call, groupId, input)),
      });
      return { Return: true };
    },
  );

const updateMembers = within<SecurityGroupRuleUpdate>({
  SecurityGroupRuleId: enforced,
  SecurityGroupRule: within<SecurityGroupRuleRequest>({
    IpProtocol: enforced,
    FromPort: enforced,
    ToPort: enforced,
    CidrIpv4: enforced,
    PrefixListId: enforced,
    ReferencedGroupId: enforced,
    Description: enforced,
  }),
});

function ruleRequested(request: SecurityGroupRuleRequest): GroupRule {
  const peers: GroupRule["peer"][] = [
    ...(request.CidrIpv4 === undefined ? [] : [{ cidr: request.CidrIpv4 }]),
    ...(request.PrefixListId === undefined ? [] : [{ prefixListId: request.PrefixListId }]),
    ...(request.ReferencedGroupId === undefined ? [] : [{ groupId: request.ReferencedGroupId }]),
  ];
  const [peer, ...others] = peers;
  if (peer === undefined || others.length > 0)
    throw new ServiceFault(
      peer === undefined ? "MissingParameter" : "InvalidParameterCombination",
      "Exactly one of CidrIpv4, PrefixListId and ReferencedGroupId must be given for each security group rule",
    );
  return groupRule(request, peer, request.Description);
}

export const groupRuleOperations: readonly Operation[] = [
  authorizing("ingress"),
  authorizing("egress"),
  revoking("ingress"),
  revoking("egress"),
  describingAnew("ingress"),
  describingAnew("egress"),
  operation<ModifySecurityGroupRulesCommandInput, ModifySecurityGroupRulesCommandOutput>(
    "ec2",
    "ModifySecurityGroupRules",
    { GroupId: enforced, SecurityGroupRules: updateMembers, DryRun: states(false) },
    async (call, input) => {
      const updates = input.SecurityGroupRules ?? [];
      if (updates.length === 0)
        throw new ServiceFault("MissingParameter", "The request must contain the parameter SecurityGroupRules");
      const changed = new Map(
        updates.map((update) => [update.SecurityGroupRuleId ?? "", ruleRequested(update.SecurityGroupRule ?? {})]),
      );
      if (changed.size < updates.length)
        throw new ServiceFault("InvalidParameterValue", "A security group rule ID may be given once in SecurityGroupRules");
      await modifyRules(call, input.GroupId ?? "", changed);
      return { Return: true };
    },
  ),
  operation<DescribeSecurityGroupRulesCommandInput, DescribeSecurityGroupRulesCommandOutput>(
    "ec2",
    "DescribeSecurityGroupRules",
    { ...describeRules, SecurityGroupRuleIds: enforced },
    (call, input) => {
      const rules = call.records
        .list(SecurityGroups)
        .flatMap((group) =>
          (["ingress", "egress"] as const).flatMap((direction) =>
            group[direction].map((rule) => ({ rule, group, direction, tags: rule.tags ?? {} })),
          ),
        );
      const { page, NextToken } = select(rules, input, {
        id: ({ rule }) => rule.ruleId,
        ids: input.SecurityGroupRuleIds,
        notFound: ["InvalidSecurityGroupRuleId.NotFound", "security group rule ID"],
        filters: {
          "group-id": ({ group }) => group.groupId,
          "security-group-rule-id": ({ rule }) => rule.ruleId,
        },
      });
      return {
        SecurityGroupRules: page.map(({ rule, group, direction }) => ruleView(call, group, rule, direction)),
        NextToken,
      };
    },
  ),
];
