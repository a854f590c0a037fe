import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove } from "../../records/records.js";
import { theDefaultVpc } from "./defaultvpc.js";
import { checkNewRules } from "./grouprulechanges.js";
import { allowAllEgress } from "./grouprules.js";
import { newId } from "./ids.js";
import { checkQuota, quotas } from "./quotas.js";
import { NetworkInterfaces, SecurityGroups, type GroupRule, type SecurityGroup, type Tags } from "./records.js";
import { theVpc } from "./vpcs.js";

type Reads = Pick<Call, "records">;

export interface GroupWish {
  readonly groupName: string;
  readonly description: string;
  /** Undefined: the default VPC. */
  readonly vpcId?: string | undefined;
  readonly tags: Tags;
  /** Given: rules from the start; egress replaces the rule that allows everything out. */
  readonly ingress?: readonly GroupRule[];
  readonly egress?: readonly GroupRule[];
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
export async function createGroup(call: Call, wish: GroupWish): Promise<SecurityGroup> {
  const vpc = wish.vpcId === undefined ? await theDefaultVpc(call) : theVpc(call, wish.vpcId);
  checkWords(wish);
  if (call.records.list(SecurityGroups).some((group) => group.vpcId === vpc.vpcId && group.groupName === wish.groupName))
    throw new ServiceFault(
      "InvalidGroup.Duplicate",
      `The security group '${wish.groupName}' already exists for VPC '${vpc.vpcId}'`,
    );
  checkQuota(quotas.groups, call.records.list(SecurityGroups).length + 1);
  const empty: SecurityGroup = {
    groupId: newId("sg"),
    groupName: wish.groupName,
    description: wish.description,
    vpcId: vpc.vpcId,
    ingress: [],
    egress: [],
    tags: wish.tags,
  };
  const group: SecurityGroup = { ...empty, ingress: wish.ingress ?? [], egress: wish.egress ?? [allowAllEgress()] };
  checkNewRules(call, empty, "ingress", group.ingress);
  checkNewRules(call, empty, "egress", group.egress);
  call.commit(put(SecurityGroups, group.groupId, group));
  await call.upkeep.network(vpc.vpcId);
  return group;
}

const characters = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

function checkWords({ groupName, description }: GroupWish): void {
  if (groupName === "" || description === "")
    throw new ServiceFault(
      "MissingParameter",
      `The request must contain the parameter ${groupName === "" ? "GroupName" : "GroupDescription"}`,
    );
  if (groupName.startsWith("sg-"))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${groupName}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    );
  if (!characters.test(groupName))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${groupName}) for parameter GroupName is invalid. Group names are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
    );
  if (!characters.test(description))
    throw new ServiceFault(
      "InvalidParameterValue",
      "Invalid security group description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
    );
  if (groupName === "default") throw new ServiceFault("InvalidGroup.Reserved", "The security group 'default' is reserved");
}

/** Refused while an interface is in it or a rule of its VPC names it; rules of a peered VPC just find nobody, as on AWS. */
export async function deleteGroup(call: Call, groupId: string): Promise<void> {
  const group = theGroup(call, groupId);
  if (group.groupName === "default")
    throw new ServiceFault("CannotDelete", `the specified group: "${groupId}" name: "default" cannot be deleted by a user`);
  const member = call.records.list(NetworkInterfaces).find((nic) => nic.groupIds.includes(groupId));
  const names = (rule: GroupRule): boolean => "groupId" in rule.peer && rule.peer.groupId === groupId;
  const referrer = call.records
    .list(SecurityGroups)
    .find((other) => other.groupId !== groupId && other.vpcId === group.vpcId && [...other.ingress, ...other.egress].some(names));
  if (member !== undefined || referrer !== undefined)
    throw new ServiceFault(
      "DependencyViolation",
      `resource ${groupId} has a dependent object (${member?.interfaceId ?? `a rule of ${referrer?.groupId}`})`,
    );
  call.commit(remove(SecurityGroups, groupId));
  await call.upkeep.network(group.vpcId);
}

export function theGroup(call: Reads, groupId: string | undefined): SecurityGroup {
  const group = groupId === undefined ? undefined : call.records.get(SecurityGroups, groupId);
  if (group === undefined) throw new ServiceFault("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
  return group;
}

/** The group that a rule is of. */
export function groupOfRule(call: Reads, ruleId: string): SecurityGroup {
  const its = (rule: GroupRule): boolean => rule.ruleId === ruleId;
  const group = call.records.list(SecurityGroups).find(({ ingress, egress }) => ingress.some(its) || egress.some(its));
  if (group === undefined)
    throw new ServiceFault("InvalidSecurityGroupRuleId.NotFound", `The security group rule ID '${ruleId}' does not exist`);
  return group;
}

/** A group by its id or, in the default VPC, by its name. */
export async function groupIdOf(call: Call, groupId: string | undefined, groupName: string | undefined): Promise<string> {
  if (groupId !== undefined) return groupId;
  if (groupName === undefined)
    throw new ServiceFault("MissingParameter", "The request must contain the parameter groupName or groupId");
  const vpc = await theDefaultVpc(call);
  const group = call.records.list(SecurityGroups).find((known) => known.vpcId === vpc.vpcId && known.groupName === groupName);
  if (group === undefined)
    throw new ServiceFault(
      "InvalidGroup.NotFound",
      `The security group '${groupName}' does not exist in default VPC '${vpc.vpcId}'`,
    );
  return group.groupId;
}
