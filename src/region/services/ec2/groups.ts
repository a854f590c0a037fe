import type {
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupEgressCommandOutput,
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput,
  CreateSecurityGroupCommandInput,
  CreateSecurityGroupCommandOutput,
  DeleteSecurityGroupCommandInput,
  DeleteSecurityGroupCommandOutput,
  DescribeSecurityGroupsCommandInput,
  DescribeSecurityGroupsCommandOutput,
  IpPermission,
  IpRange,
  RevokeSecurityGroupEgressCommandInput,
  RevokeSecurityGroupEgressCommandOutput,
  RevokeSecurityGroupIngressCommandInput,
  RevokeSecurityGroupIngressCommandOutput,
  SecurityGroupRule as ApiRule,
  UserIdGroupPair,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { allowAllEgress, rulesFrom, sameRule, toPermissions } from "./grouprules.js";
import { theDefaultVpc } from "./defaultvpc.js";
import { newId } from "./ids.js";
import { describeRules, select } from "./lists.js";
import { NetworkInterfaces, SecurityGroups, type GroupRule, type SecurityGroup } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";
import { theVpc } from "./vpcs.js";

export type Direction = "ingress" | "egress";

export interface GroupWish {
  readonly groupName: string;
  readonly description: string;
  readonly vpcId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Given: rules from the start; egress replaces the rule that allows everything out. */
  readonly ingress?: readonly GroupRule[];
  readonly egress?: readonly GroupRule[];
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
export async function createGroup(call: Call, wish: GroupWish): Promise<SecurityGroup> {
  const vpc = theVpc(call, wish.vpcId);
  if (wish.groupName.startsWith("sg-") || wish.groupName === "" || wish.groupName.length > 255)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${wish.groupName}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    );
  if (wish.groupName === "default") throw new ServiceFault("InvalidGroup.Reserved", "The security group 'default' is reserved");
  if (call.records.list(SecurityGroups).some((group) => group.vpcId === vpc.vpcId && group.groupName === wish.groupName))
    throw new ServiceFault(
      "InvalidGroup.Duplicate",
      `The security group '${wish.groupName}' already exists for VPC '${vpc.vpcId}'`,
    );
  const group: SecurityGroup = {
    groupId: newId("sg"),
    groupName: wish.groupName,
    description: wish.description,
    vpcId: vpc.vpcId,
    ingress: wish.ingress ?? [],
    egress: wish.egress ?? [allowAllEgress()],
    tags: wish.tags,
  };
  [...group.ingress, ...group.egress].forEach((rule) => checkPeer(call, group, rule));
  call.commit(put(SecurityGroups, group.groupId, group));
  await call.upkeep.network(vpc.vpcId);
  return group;
}

export async function deleteGroup(call: Call, groupId: string): Promise<void> {
  const group = theGroup(call, groupId);
  if (group.groupName === "default")
    throw new ServiceFault("CannotDelete", `the specified group: "${groupId}" name: "default" cannot be deleted by a user`);
  const member = call.records.list(NetworkInterfaces).find((nic) => nic.groupIds.includes(groupId));
  const names = (rule: GroupRule): boolean => "groupId" in rule.peer && rule.peer.groupId === groupId;
  const referrer = call.records
    .list(SecurityGroups)
    .find((other) => other.groupId !== groupId && [...other.ingress, ...other.egress].some(names));
  if (member !== undefined || referrer !== undefined)
    throw new ServiceFault(
      "DependencyViolation",
      `resource ${groupId} has a dependent object (${member?.interfaceId ?? `a rule of ${referrer?.groupId}`})`,
    );
  call.commit(remove(SecurityGroups, groupId));
  await call.upkeep.network(group.vpcId);
}

export async function authorize(call: Call, groupId: string, direction: Direction, rules: readonly GroupRule[]): Promise<void> {
  const group = theGroup(call, groupId);
  for (const rule of rules) {
    checkPeer(call, group, rule);
    if (group[direction].some((known) => sameRule(known, rule)))
      throw new ServiceFault("InvalidPermission.Duplicate", `the specified rule "${describeRule(rule)}" already exists`);
  }
  call.commit(put(SecurityGroups, groupId, { ...group, [direction]: [...group[direction], ...rules] }));
  await call.upkeep.network(group.vpcId);
}

/** Takes rules away, by their ids or by what they say. A rule that is not there is an error, as on AWS for a VPC's group. */
export async function revoke(
  call: Call,
  groupId: string,
  direction: Direction,
  which: { readonly ruleIds?: readonly string[] | undefined; readonly rules?: readonly GroupRule[] },
): Promise<readonly GroupRule[]> {
  const group = theGroup(call, groupId);
  const missing = (which.ruleIds ?? []).find((id) => !group[direction].some((rule) => rule.ruleId === id));
  if (missing !== undefined)
    throw new ServiceFault("InvalidSecurityGroupRuleId.NotFound", `The security group rule ID '${missing}' does not exist`);
  const unknown = (which.rules ?? []).find((rule) => !group[direction].some((known) => sameRule(known, rule)));
  if (unknown !== undefined)
    throw new ServiceFault("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
  const goes = (rule: GroupRule): boolean =>
    (which.ruleIds ?? []).includes(rule.ruleId) || (which.rules ?? []).some((gone) => sameRule(gone, rule));
  const gone = group[direction].filter(goes);
  call.commit(put(SecurityGroups, groupId, { ...group, [direction]: group[direction].filter((rule) => !goes(rule)) }));
  await call.upkeep.network(group.vpcId);
  return gone;
}

function checkPeer(call: Call, group: SecurityGroup, rule: GroupRule): void {
  if (!("groupId" in rule.peer) || rule.peer.groupId === group.groupId) return;
  const peer = theGroup(call, rule.peer.groupId);
  if (peer.vpcId !== group.vpcId)
    throw new ServiceFault(
      "InvalidGroup.NotFound",
      `You have specified two resources that belong to different networks: ${group.groupId} and ${peer.groupId}.`,
    );
}

export function theGroup(call: Pick<Call, "records">, groupId: string | undefined): SecurityGroup {
  const group = groupId === undefined ? undefined : call.records.get(SecurityGroups, groupId);
  if (group === undefined) throw new ServiceFault("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
  return group;
}

const peerText = ({ peer }: GroupRule): string =>
  "cidr" in peer ? peer.cidr : "groupId" in peer ? peer.groupId : peer.prefixListId;

const describeRule = (rule: GroupRule): string =>
  `peer: ${peerText(rule)}, ${rule.protocol.toUpperCase()}, from port: ${rule.fromPort ?? "any"}, to port: ${rule.toPort ?? "any"}, ALLOW`;

const ruleView = (call: Call, group: SecurityGroup, rule: GroupRule, direction: Direction): ApiRule => ({
  SecurityGroupRuleId: rule.ruleId,
  GroupId: group.groupId,
  GroupOwnerId: call.accountId,
  IsEgress: direction === "egress",
  IpProtocol: rule.protocol,
  FromPort: rule.fromPort ?? -1,
  ToPort: rule.toPort ?? -1,
  Description: rule.description,
  ...("cidr" in rule.peer ? { CidrIpv4: rule.peer.cidr } : {}),
  ...("prefixListId" in rule.peer ? { PrefixListId: rule.peer.prefixListId } : {}),
  ...("groupId" in rule.peer ? { ReferencedGroupInfo: { GroupId: rule.peer.groupId, UserId: call.accountId } } : {}),
  Tags: [],
});

const ipPermissions = within<IpPermission>({
  IpProtocol: enforced,
  FromPort: enforced,
  ToPort: enforced,
  IpRanges: within<IpRange>({ CidrIp: enforced, Description: enforced }),
  UserIdGroupPairs: within<UserIdGroupPair>({ GroupId: enforced, UserId: enforced, Description: enforced, VpcId: enforced }),
  Ipv6Ranges: states([]),
  PrefixListIds: states([]),
});

export const groupOperations: readonly Operation[] = [
  operation<CreateSecurityGroupCommandInput, CreateSecurityGroupCommandOutput>(
    "ec2",
    "CreateSecurityGroup",
    { GroupName: enforced, Description: enforced, VpcId: enforced, TagSpecifications: tagSpecifications, DryRun: states(false) },
    async (call, input) => {
      const vpcId = input.VpcId ?? (await theDefaultVpc(call)).vpcId;
      const group = await createGroup(call, {
        groupName: input.GroupName ?? "",
        description: input.Description ?? "",
        vpcId,
        tags: tagsAtCreation(input.TagSpecifications, "security-group"),
      });
      return {
        GroupId: group.groupId,
        SecurityGroupArn: groupArn(call, group),
        Tags: tagList(group.tags),
      };
    },
  ),
  operation<DescribeSecurityGroupsCommandInput, DescribeSecurityGroupsCommandOutput>(
    "ec2",
    "DescribeSecurityGroups",
    { ...describeRules, GroupIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(call.records.list(SecurityGroups), input, {
        id: (group) => group.groupId,
        ids: input.GroupIds,
        notFound: ["InvalidGroup.NotFound", "security group"],
        filters: {
          "group-id": (group) => group.groupId,
          "group-name": (group) => group.groupName,
          "vpc-id": (group) => group.vpcId,
          description: (group) => group.description,
          "owner-id": () => call.accountId,
          "ip-permission.cidr": (group) => group.ingress.map((rule) => ("cidr" in rule.peer ? rule.peer.cidr : undefined)),
          "ip-permission.group-id": (group) =>
            group.ingress.map((rule) => ("groupId" in rule.peer ? rule.peer.groupId : undefined)),
        },
      });
      return {
        SecurityGroups: page.map((group) => ({
          GroupId: group.groupId,
          GroupName: group.groupName,
          Description: group.description,
          VpcId: group.vpcId,
          OwnerId: call.accountId,
          SecurityGroupArn: groupArn(call, group),
          IpPermissions: toPermissions(call.accountId, group.ingress),
          IpPermissionsEgress: toPermissions(call.accountId, group.egress),
          Tags: tagList(group.tags),
        })),
        NextToken,
      };
    },
  ),
  operation<DeleteSecurityGroupCommandInput, DeleteSecurityGroupCommandOutput>(
    "ec2",
    "DeleteSecurityGroup",
    { GroupId: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteGroup(call, input.GroupId ?? "");
      return { Return: true, GroupId: input.GroupId };
    },
  ),
  operation<AuthorizeSecurityGroupIngressCommandInput, AuthorizeSecurityGroupIngressCommandOutput>(
    "ec2",
    "AuthorizeSecurityGroupIngress",
    {
      GroupId: enforced,
      IpPermissions: ipPermissions,
      IpProtocol: enforced,
      FromPort: enforced,
      ToPort: enforced,
      CidrIp: enforced,
      DryRun: states(false),
    },
    async (call, input) => {
      const rules = rulesFrom(
        input.IpPermissions ?? [
          { IpProtocol: input.IpProtocol, FromPort: input.FromPort, ToPort: input.ToPort, IpRanges: [{ CidrIp: input.CidrIp }] },
        ],
      );
      await authorize(call, input.GroupId ?? "", "ingress", rules);
      return {
        Return: true,
        SecurityGroupRules: rules.map((rule) => ruleView(call, theGroup(call, input.GroupId), rule, "ingress")),
      };
    },
  ),
  operation<AuthorizeSecurityGroupEgressCommandInput, AuthorizeSecurityGroupEgressCommandOutput>(
    "ec2",
    "AuthorizeSecurityGroupEgress",
    { GroupId: enforced, IpPermissions: ipPermissions, DryRun: states(false) },
    async (call, input) => {
      const rules = rulesFrom(input.IpPermissions ?? []);
      await authorize(call, input.GroupId ?? "", "egress", rules);
      return {
        Return: true,
        SecurityGroupRules: rules.map((rule) => ruleView(call, theGroup(call, input.GroupId), rule, "egress")),
      };
    },
  ),
  operation<RevokeSecurityGroupIngressCommandInput, RevokeSecurityGroupIngressCommandOutput>(
    "ec2",
    "RevokeSecurityGroupIngress",
    {
      GroupId: enforced,
      IpPermissions: ipPermissions,
      SecurityGroupRuleIds: enforced,
      IpProtocol: enforced,
      FromPort: enforced,
      ToPort: enforced,
      CidrIp: enforced,
      DryRun: states(false),
    },
    async (call, input) => {
      const stated =
        input.IpProtocol === undefined
          ? []
          : [
              {
                IpProtocol: input.IpProtocol,
                FromPort: input.FromPort,
                ToPort: input.ToPort,
                IpRanges: [{ CidrIp: input.CidrIp }],
              },
            ];
      await revoke(call, input.GroupId ?? "", "ingress", {
        ruleIds: input.SecurityGroupRuleIds,
        rules: rulesFrom(input.IpPermissions ?? stated),
      });
      return { Return: true };
    },
  ),
  operation<RevokeSecurityGroupEgressCommandInput, RevokeSecurityGroupEgressCommandOutput>(
    "ec2",
    "RevokeSecurityGroupEgress",
    { GroupId: enforced, IpPermissions: ipPermissions, SecurityGroupRuleIds: enforced, DryRun: states(false) },
    async (call, input) => {
      await revoke(call, input.GroupId ?? "", "egress", {
        ruleIds: input.SecurityGroupRuleIds,
        rules: rulesFrom(input.IpPermissions ?? []),
      });
      return { Return: true };
    },
  ),
];

const groupArn = (call: Call, group: SecurityGroup): string =>
  `arn:aws:ec2:${call.regionName}:${call.accountId}:security-group/${group.groupId}`;
