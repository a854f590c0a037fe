import type {
  RevokedSecurityGroupRule,
  SecurityGroup as ApiGroup,
  SecurityGroupRule as ApiRule,
  UserIdGroupPair,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { peeringBetween, type Direction } from "./grouprulechanges.js";
import { toPermissions } from "./grouprules.js";
import type { FilterTable } from "./lists.js";
import { SecurityGroups, type GroupRule, type SecurityGroup } from "./records.js";
import { tagList } from "./tags.js";

const arn = (call: Call, kind: string, id: string): string => `arn:aws:ec2:${call.regionName}:${call.accountId}:${kind}/${id}`;

export const groupArn = (call: Call, groupId: string): string => arn(call, "security-group", groupId);

/** What AWS says of the group that a rule names; of one in another VPC also by which connection. */
export const pairOf =
  (call: Call, group: SecurityGroup) =>
  (groupId: string): UserIdGroupPair => {
    const vpcId = call.records.get(SecurityGroups, groupId)?.vpcId;
    const own = { GroupId: groupId, UserId: call.accountId };
    if (vpcId === undefined || vpcId === group.vpcId) return own;
    const peering = peeringBetween(call, group.vpcId, vpcId);
    return {
      ...own,
      VpcId: vpcId,
      VpcPeeringConnectionId: peering?.vpcPeeringConnectionId,
      PeeringStatus: peering === undefined ? "deleted" : "active",
    };
  };

export const describeGroup = (call: Call, group: SecurityGroup): ApiGroup => ({
  GroupId: group.groupId,
  GroupName: group.groupName,
  Description: group.description,
  VpcId: group.vpcId,
  OwnerId: call.accountId,
  SecurityGroupArn: groupArn(call, group.groupId),
  IpPermissions: toPermissions(group.ingress, pairOf(call, group)),
  IpPermissionsEgress: toPermissions(group.egress, pairOf(call, group)),
  Tags: tagList(group.tags),
});

const portsAndPeer = (rule: GroupRule, direction: Direction) => ({
  SecurityGroupRuleId: rule.ruleId,
  IsEgress: direction === "egress",
  IpProtocol: rule.protocol,
  FromPort: rule.fromPort ?? -1,
  ToPort: rule.toPort ?? -1,
  Description: rule.description,
  ...("cidr" in rule.peer ? { CidrIpv4: rule.peer.cidr } : {}),
  ...("prefixListId" in rule.peer ? { PrefixListId: rule.peer.prefixListId } : {}),
});

export const ruleView = (call: Call, group: SecurityGroup, rule: GroupRule, direction: Direction): ApiRule => ({
  ...portsAndPeer(rule, direction),
  GroupId: group.groupId,
  GroupOwnerId: call.accountId,
  SecurityGroupRuleArn: arn(call, "security-group-rule", rule.ruleId),
  ...("groupId" in rule.peer ? { ReferencedGroupInfo: pairOf(call, group)(rule.peer.groupId) } : {}),
  Tags: tagList(rule.tags),
});

export const revokedView = (group: SecurityGroup, rule: GroupRule, direction: Direction): RevokedSecurityGroupRule => ({
  ...portsAndPeer(rule, direction),
  GroupId: group.groupId,
  ...("groupId" in rule.peer ? { ReferencedGroupId: rule.peer.groupId } : {}),
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html */
export const groupFilters = (call: Call): FilterTable<SecurityGroup> => {
  const number = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));
  const ofRule: Readonly<Record<string, (rule: GroupRule) => string | undefined>> = {
    cidr: ({ peer }) => ("cidr" in peer ? peer.cidr : undefined),
    "from-port": (rule) => number(rule.fromPort),
    "to-port": (rule) => number(rule.toPort),
    "group-id": ({ peer }) => ("groupId" in peer ? peer.groupId : undefined),
    "group-name": ({ peer }) => ("groupId" in peer ? call.records.get(SecurityGroups, peer.groupId)?.groupName : undefined),
    "ipv6-cidr": () => undefined,
    "prefix-list-id": ({ peer }) => ("prefixListId" in peer ? peer.prefixListId : undefined),
    protocol: (rule) => rule.protocol,
    "user-id": ({ peer }) => ("groupId" in peer ? call.accountId : undefined),
  };
  const rules = (prefix: string, direction: Direction): FilterTable<SecurityGroup> =>
    Object.fromEntries(
      Object.entries(ofRule).map(([name, read]) => [`${prefix}.${name}`, (group: SecurityGroup) => group[direction].map(read)]),
    );
  return {
    "group-id": (group) => group.groupId,
    "group-name": (group) => group.groupName,
    "vpc-id": (group) => group.vpcId,
    description: (group) => group.description,
    "owner-id": () => call.accountId,
    ...rules("ip-permission", "ingress"),
    ...rules("egress.ip-permission", "egress"),
  };
};
