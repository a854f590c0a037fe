import { ServiceFault } from "../../../operations/fault.js";
import { enforced, within, type MemberRules } from "../../../operations/members.js";
import { allowAllEgress, groupRule } from "../../../services/ec2/grouprules.js";
import { authorize, createGroup, deleteGroup, revoke, theGroup, type Direction } from "../../../services/ec2/groups.js";
import { SecurityGroups, type GroupRule, type SecurityGroup } from "../../../services/ec2/records.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { optionalNumber, optionalText, structures, tagRules, tagsOf, text, unlessGone } from "../properties.js";

const ruleMembers = {
  IpProtocol: enforced,
  FromPort: enforced,
  ToPort: enforced,
  CidrIp: enforced,
  Description: enforced,
} satisfies MemberRules;

/** The two directions name the other group differently. */
const peerMember = { ingress: "SourceSecurityGroupId", egress: "DestinationSecurityGroupId" } as const;

function ruleOf(properties: Properties, direction: Direction): GroupRule {
  const cidr = optionalText(properties, "CidrIp");
  const groupId = optionalText(properties, peerMember[direction]);
  if ((cidr === undefined) === (groupId === undefined))
    throw new ServiceFault("ValidationError", `Exactly one of CidrIp and ${peerMember[direction]} must be given`);
  return groupRule(
    {
      IpProtocol: text(properties, "IpProtocol"),
      FromPort: optionalNumber(properties, "FromPort"),
      ToPort: optionalNumber(properties, "ToPort"),
    },
    cidr === undefined ? { groupId: groupId ?? "" } : { cidr },
    optionalText(properties, "Description"),
  );
}

export const securityGroup: ResourceProvider = {
  type: "AWS::EC2::SecurityGroup",
  record: SecurityGroups,
  properties: {
    GroupName: enforced,
    GroupDescription: enforced,
    VpcId: enforced,
    SecurityGroupIngress: within({ ...ruleMembers, SourceSecurityGroupId: enforced }),
    SecurityGroupEgress: within({ ...ruleMembers, DestinationSecurityGroupId: enforced }),
    Tags: tagRules,
  },
  attributes: {
    GroupId: (_call, id) => id,
    Id: (_call, id) => id,
    VpcId: (call, id) => theGroup(call, id).vpcId,
  },
  create: async (call, properties, naming) => {
    const egress = structures(properties, "SecurityGroupEgress");
    const made = await createGroup(call, {
      groupName: optionalText(properties, "GroupName") ?? naming.physicalName(255),
      description: text(properties, "GroupDescription"),
      vpcId: text(properties, "VpcId"),
      ingress: structures(properties, "SecurityGroupIngress").map((rule) => ruleOf(rule, "ingress")),
      // Without egress rules in the template, AWS's rule that allows everything out stays.
      egress: egress.length === 0 ? [allowAllEgress()] : egress.map((rule) => ruleOf(rule, "egress")),
      tags: tagsOf(properties, naming),
    });
    return made.groupId;
  },
  delete: (call, id) => unlessGone(["InvalidGroup.NotFound"], () => deleteGroup(call, id)),
};

const ruleProvider = (direction: Direction): ResourceProvider => ({
  type: direction === "ingress" ? "AWS::EC2::SecurityGroupIngress" : "AWS::EC2::SecurityGroupEgress",
  record: SecurityGroups,
  // The rule just added is the last one of the group.
  identify: (id, value) => ("groupId" in value ? ((value as SecurityGroup)[direction].at(-1)?.ruleId ?? id) : id),
  properties: { ...ruleMembers, GroupId: enforced, [peerMember[direction]]: enforced },
  attributes: { Id: (_call, id) => id },
  create: async (call, properties) => {
    const rule = ruleOf(properties, direction);
    await authorize(call, text(properties, "GroupId"), direction, [rule]);
    return rule.ruleId;
  },
  delete: async (call, id) => {
    const group = call.records.list(SecurityGroups).find((known) => known[direction].some((rule) => rule.ruleId === id));
    if (group !== undefined)
      await unlessGone(["InvalidSecurityGroupRuleId.NotFound", "InvalidGroup.NotFound"], async () => {
        await revoke(call, group.groupId, direction, { ruleIds: [id] });
      });
  },
});

export const securityGroupIngress = ruleProvider("ingress");
export const securityGroupEgress = ruleProvider("egress");
