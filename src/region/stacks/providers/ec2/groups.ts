import type { Call } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { enforced, within, type MemberRules } from "../../../operations/members.js";
import { authorize, describeRulesAnew, revoke, type Direction } from "../../../services/ec2/grouprulechanges.js";
import { allowAllEgress, groupRule, sameRule } from "../../../services/ec2/grouprules.js";
import { createGroup, deleteGroup, groupIdOf, theGroup } from "../../../services/ec2/groups.js";
import { SecurityGroups, type GroupRule, type SecurityGroup } from "../../../services/ec2/records.js";
import { setTags } from "../../../services/ec2/tagging.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import { optionalNumber, optionalText, structures, tagRules, tagsOf, text, unlessGone } from "../properties.js";

const ruleMembers = {
  IpProtocol: enforced,
  FromPort: enforced,
  ToPort: enforced,
  CidrIp: enforced,
  Description: enforced,
} satisfies MemberRules;

/** The two directions name the other end differently. */
const peerMembers = {
  ingress: { group: "SourceSecurityGroupId", list: "SourcePrefixListId" },
  egress: { group: "DestinationSecurityGroupId", list: "DestinationPrefixListId" },
} as const;

const membersOf = (direction: Direction): MemberRules => ({
  ...ruleMembers,
  [peerMembers[direction].group]: enforced,
  [peerMembers[direction].list]: enforced,
  ...(direction === "ingress" ? { SourceSecurityGroupName: enforced, SourceSecurityGroupOwnerId: enforced } : {}),
});

async function ruleOf(call: Call, properties: Properties, direction: Direction): Promise<GroupRule> {
  const owner = optionalText(properties, "SourceSecurityGroupOwnerId");
  if (owner !== undefined && owner !== call.accountId)
    throw new ServiceFault("InvalidGroup.NotFound", `Sandtable has no groups of another account (${owner})`);
  const cidr = optionalText(properties, "CidrIp");
  const prefixListId = optionalText(properties, peerMembers[direction].list);
  const name = optionalText(properties, "SourceSecurityGroupName");
  const groupId =
    optionalText(properties, peerMembers[direction].group) ??
    (name === undefined ? undefined : await groupIdOf(call, undefined, name));
  const peers: GroupRule["peer"][] = [
    ...(cidr === undefined ? [] : [{ cidr }]),
    ...(prefixListId === undefined ? [] : [{ prefixListId }]),
    ...(groupId === undefined ? [] : [{ groupId }]),
  ];
  const [peer, ...others] = peers;
  if (peer === undefined || others.length > 0)
    throw new ServiceFault(
      "ValidationError",
      `Exactly one of CidrIp, ${peerMembers[direction].list} and ${peerMembers[direction].group} must be given`,
    );
  return groupRule(
    {
      IpProtocol: text(properties, "IpProtocol"),
      FromPort: optionalNumber(properties, "FromPort"),
      ToPort: optionalNumber(properties, "ToPort"),
    },
    peer,
    optionalText(properties, "Description"),
  );
}

const listMember = { ingress: "SecurityGroupIngress", egress: "SecurityGroupEgress" } as const;

/** The rules that the group's own resource states; without egress rules, AWS's rule that allows everything out stays. */
async function rulesOf(call: Call, properties: Properties, direction: Direction): Promise<readonly GroupRule[]> {
  const stated = structures(properties, listMember[direction]);
  if (direction === "egress" && stated.length === 0) return [allowAllEgress()];
  return Promise.all(stated.map((rule) => ruleOf(call, rule, direction)));
}

/** Takes away what is stated no more and adds what is new; rules of other resources are left alone. May be done again. */
async function changeRules(call: Call, groupId: string, direction: Direction, from: Properties, to: Properties): Promise<void> {
  const [before, after] = [await rulesOf(call, from, direction), await rulesOf(call, to, direction)];
  const isIn = (rules: readonly GroupRule[]) => (rule: GroupRule) => rules.some((other) => sameRule(other, rule));
  const present = (): readonly GroupRule[] => theGroup(call, groupId)[direction];
  const gone = before.filter((rule) => !isIn(after)(rule) && isIn(present())(rule));
  if (gone.length > 0) await revoke(call, groupId, direction, { rules: gone });
  const added = after.filter((rule) => !isIn(present())(rule));
  if (added.length > 0) await authorize(call, groupId, direction, added);
  const kept = after.filter((rule) => !isIn(added)(rule));
  if (kept.length > 0) await describeRulesAnew(call, groupId, direction, { byId: new Map(), rules: kept });
}

export const securityGroup: ResourceProvider = {
  type: "AWS::EC2::SecurityGroup",
  record: SecurityGroups,
  // The default group of a default VPC that is made on the way is another one.
  identify: (id, value) => ("groupName" in value && value.groupName === "default" ? undefined : id),
  properties: {
    GroupName: enforced,
    GroupDescription: enforced,
    VpcId: enforced,
    SecurityGroupIngress: within(membersOf("ingress")),
    SecurityGroupEgress: within(membersOf("egress")),
    Tags: tagRules,
  },
  attributes: {
    GroupId: (_call, id) => id,
    Id: (_call, id) => id,
    VpcId: (call, id) => theGroup(call, id).vpcId,
  },
  create: async (call, properties, naming) => {
    const made = await createGroup(call, {
      groupName: optionalText(properties, "GroupName") ?? naming.physicalName(255),
      description: text(properties, "GroupDescription"),
      vpcId: optionalText(properties, "VpcId"),
      ingress: await rulesOf(call, properties, "ingress"),
      egress: await rulesOf(call, properties, "egress"),
      tags: tagsOf(properties, naming),
    });
    return made.groupId;
  },
  update: async (call, id, { from, to }, naming) => {
    setTags(call, id, tagsOf(to, naming));
    await changeRules(call, id, "ingress", from, to);
    await changeRules(call, id, "egress", from, to);
  },
  delete: (call, id) => unlessGone(["InvalidGroup.NotFound"], () => deleteGroup(call, id)),
};

const isGroup = (value: object): value is SecurityGroup => "groupId" in value;

const ruleProvider = (direction: Direction): ResourceProvider => {
  const groupOf = (call: Call, ruleId: string): SecurityGroup | undefined =>
    call.records.list(SecurityGroups).find((known) => known[direction].some((rule) => rule.ruleId === ruleId));
  return {
    type: direction === "ingress" ? "AWS::EC2::SecurityGroupIngress" : "AWS::EC2::SecurityGroupEgress",
    record: SecurityGroups,
    // The rule just added is the last one of the group.
    identify: (id, value) => (isGroup(value) ? (value[direction].at(-1)?.ruleId ?? id) : id),
    properties: {
      ...membersOf(direction),
      GroupId: enforced,
      ...(direction === "ingress" ? { GroupName: enforced } : {}),
    },
    attributes: { Id: (_call, id) => id },
    create: async (call, properties) => {
      const rule = await ruleOf(call, properties, direction);
      const groupId = await groupIdOf(call, optionalText(properties, "GroupId"), optionalText(properties, "GroupName"));
      await authorize(call, groupId, direction, [rule]);
      return rule.ruleId;
    },
    // All but the description replaces the rule.
    update: async (call, id, { to }) => {
      const group = groupOf(call, id);
      if (group === undefined)
        throw new ServiceFault("InvalidSecurityGroupRuleId.NotFound", `The security group rule ID '${id}' does not exist`);
      const byId = new Map([[id, optionalText(to, "Description") ?? ""]]);
      await describeRulesAnew(call, group.groupId, direction, { byId, rules: [] });
    },
    delete: async (call, id) => {
      const group = groupOf(call, id);
      if (group !== undefined)
        await unlessGone(["InvalidSecurityGroupRuleId.NotFound", "InvalidGroup.NotFound"], async () => {
          await revoke(call, group.groupId, direction, { ruleIds: [id] });
        });
    },
  };
};

export const securityGroupIngress = ruleProvider("ingress");
export const securityGroupEgress = ruleProvider("egress");
