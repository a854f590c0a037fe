import {
  type IpPermission,
  type NetworkAcl,
  type NetworkAclEntry,
  paginateDescribeNetworkAcls,
  paginateDescribeSecurityGroups,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import type { Described, Said } from "../../described.js";
import type { Names } from "../names.js";
import { told } from "../../told.js";
import { type ReadRoom, tagsOf } from "../room.js";

const groupType = "AWS::EC2::SecurityGroup";
const aclType = "AWS::EC2::NetworkAcl";

/** Security groups and network ACLs. */
export const readFiltering: ReadRoom = async (clients, reading) => {
  const client = await clients.ec2();
  const [groups, acls] = await Promise.all([
    reading.all(
      "ec2:DescribeSecurityGroups",
      [groupType],
      paginateDescribeSecurityGroups({ client }, {}),
      (page) => page.SecurityGroups,
    ),
    reading.all("ec2:DescribeNetworkAcls", [aclType], paginateDescribeNetworkAcls({ client }, {}), (page) => page.NetworkAcls),
  ]);
  return {
    register: (names) => {
      for (const { GroupId = "", GroupName, VpcId } of groups)
        names.register({
          type: groupType,
          physicalId: GroupId,
          ...(GroupName === "default" ? { otherwise: `${names.idOf("AWS::EC2::VPC", VpcId)}/DefaultSecurityGroup` } : {}),
        });
      for (const { NetworkAclId = "", IsDefault, VpcId } of acls)
        names.register({
          type: aclType,
          physicalId: NetworkAclId,
          ...(IsDefault === true ? { otherwise: `${names.idOf("AWS::EC2::VPC", VpcId)}/DefaultNetworkAcl` } : {}),
        });
    },
    describe: (names) => [
      ...groups.map((group) => describeGroup(group, names)),
      ...acls.flatMap((acl) => describeAcl(acl, names)),
    ],
  };
};

const describeGroup = (group: SecurityGroup, names: Names): Described => ({
  id: names.idOf(groupType, group.GroupId),
  type: groupType,
  physicalId: group.GroupId,
  ...(group.GroupName === "default" ? { implicit: true } : {}),
  properties: told({
    GroupName: group.GroupName,
    GroupDescription: group.Description,
    VpcId: names.ref("AWS::EC2::VPC", group.VpcId ?? ""),
    SecurityGroupIngress: (group.IpPermissions ?? []).flatMap((permission) => rulesOf(permission, "Source", names)),
    SecurityGroupEgress: (group.IpPermissionsEgress ?? []).flatMap((permission) => rulesOf(permission, "Destination", names)),
    Tags: tagsOf(group.Tags),
  }),
});

/** One rule for each peer: DescribeSecurityGroups puts the peers of one kind of traffic together. */
function rulesOf(permission: IpPermission, peer: "Source" | "Destination", names: Names): readonly Said[] {
  const { IpProtocol, FromPort, ToPort } = permission;
  const rule = (of: Record<string, Said | undefined>): Said => told({ IpProtocol, FromPort, ToPort, ...of });
  const prefixList = peer === "Source" ? "SourcePrefixListId" : "DestinationPrefixListId";
  return [
    ...(permission.IpRanges ?? []).map(({ CidrIp, Description }) => rule({ CidrIp, Description })),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) => rule({ CidrIpv6, Description })),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId = "", Description }) =>
      rule({ [`${peer}SecurityGroupId`]: names.ref(groupType, GroupId), Description }),
    ),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId = "", Description }) =>
      rule({ [prefixList]: names.ref("AWS::EC2::PrefixList", PrefixListId), Description }),
    ),
  ];
}

function describeAcl(acl: NetworkAcl, names: Names): readonly Described[] {
  const { NetworkAclId = "" } = acl;
  const id = names.idOf(aclType, NetworkAclId);
  const reference = names.ref(aclType, NetworkAclId);
  return [
    {
      id,
      type: aclType,
      physicalId: NetworkAclId,
      ...(acl.IsDefault === true ? { implicit: true } : {}),
      properties: told({ VpcId: names.ref("AWS::EC2::VPC", acl.VpcId ?? ""), Tags: tagsOf(acl.Tags) }),
    },
    ...(acl.Entries ?? []).flatMap((entry) => describeEntry(entry, id, reference)),
    ...(acl.Associations ?? []).flatMap(({ NetworkAclAssociationId = "", SubnetId = "" }) =>
      acl.IsDefault === true
        ? []
        : [
            {
              id: NetworkAclAssociationId,
              type: "AWS::EC2::SubnetNetworkAclAssociation",
              properties: { NetworkAclId: reference, SubnetId: names.ref("AWS::EC2::Subnet", SubnetId) },
            },
          ],
    ),
  ];
}

/** The last entry, `*`, denies everything and belongs to every ACL. */
const lastEntry = 32767;

function describeEntry(entry: NetworkAclEntry, aclId: string, NetworkAclId: Said): readonly Described[] {
  if (entry.RuleNumber === undefined || entry.RuleNumber >= lastEntry) return [];
  return [
    {
      id: `${aclId}/${entry.Egress === true ? "egress" : "ingress"}/${entry.RuleNumber}`,
      type: "AWS::EC2::NetworkAclEntry",
      properties: told({
        NetworkAclId,
        Egress: entry.Egress,
        RuleNumber: entry.RuleNumber,
        RuleAction: entry.RuleAction,
        Protocol: entry.Protocol === undefined ? undefined : Number(entry.Protocol),
        CidrBlock: entry.CidrBlock,
        Ipv6CidrBlock: entry.Ipv6CidrBlock,
        PortRange: entry.PortRange === undefined ? undefined : told({ From: entry.PortRange.From, To: entry.PortRange.To }),
        Icmp:
          entry.IcmpTypeCode === undefined ? undefined : told({ Type: entry.IcmpTypeCode.Type, Code: entry.IcmpTypeCode.Code }),
      }),
    },
  ];
}
