import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { checkedDescription, ruleText, sameRule } from "./grouprules.js";
import { checkRuleCount, sizesNow } from "./listweights.js";
import { noSuchList, prefixListExists } from "./prefixlists.js";
import {
  SecurityGroups,
  VpcPeeringConnections,
  type GroupRule,
  type SecurityGroup,
  type VpcPeeringConnection,
} from "./records.js";

export type Direction = "ingress" | "egress";

type Reads = Pick<Call, "records" | "regionName">;

/** Adds rules, all or none; the kernel has them before this resolves. */
export async function authorize(
  call: Call,
  groupId: string,
  direction: Direction,
  rules: readonly GroupRule[],
): Promise<SecurityGroup> {
  const group = groupNamed(call, groupId);
  if (rules.length === 0) throw new ServiceFault("MissingParameter", "The request must contain the parameter ipPermissions");
  checkNewRules(call, group, direction, rules);
  return setRules(call, group, direction, [...group[direction], ...rules]);
}

export function checkNewRules(call: Reads, group: SecurityGroup, direction: Direction, rules: readonly GroupRule[]): void {
  rules.forEach((rule, index) => {
    checkPeer(call, group, rule);
    if (rules.slice(0, index).some((other) => sameRule(other, rule)))
      throw new ServiceFault("InvalidParameterValue", "The same permission must not appear multiple times");
    if (group[direction].some((known) => sameRule(known, rule)))
      throw new ServiceFault("InvalidPermission.Duplicate", `the specified rule "${ruleText(rule)}" already exists`);
  });
  checkRuleCount([...group[direction], ...rules], sizesNow(call.records));
}

/** Which rules: by their ids, or by what they say. */
export interface RuleChoice {
  readonly ruleIds?: readonly string[] | undefined;
  readonly rules?: readonly GroupRule[] | undefined;
}

/**
 * Takes rules away.
 * @param lenient in the default VPC a rule that is not there is no error but told; elsewhere it is `InvalidPermission.NotFound`
 */
export async function revoke(
  call: Call,
  groupId: string,
  direction: Direction,
  which: RuleChoice,
  lenient = false,
): Promise<{ readonly revoked: readonly GroupRule[]; readonly unknown: readonly GroupRule[] }> {
  const group = groupNamed(call, groupId);
  checkRuleIds(group, direction, which.ruleIds ?? []);
  const unknown = (which.rules ?? []).filter((rule) => !group[direction].some((known) => sameRule(known, rule)));
  if (unknown.length > 0 && !lenient) throw noSuchRule();
  const goes = chosen(which);
  const revoked = group[direction].filter(goes);
  await setRules(
    call,
    group,
    direction,
    group[direction].filter((rule) => !goes(rule)),
  );
  return { revoked, unknown };
}

/** Other words for rules; an empty description takes it away. */
export async function describeRulesAnew(
  call: Call,
  groupId: string,
  direction: Direction,
  which: { readonly byId: ReadonlyMap<string, string>; readonly rules: readonly GroupRule[] },
): Promise<void> {
  const group = groupNamed(call, groupId);
  checkRuleIds(group, direction, [...which.byId.keys()]);
  if (which.rules.some((rule) => !group[direction].some((known) => sameRule(known, rule)))) throw noSuchRule();
  const described = ({ description: _before, ...rule }: GroupRule, description: string): GroupRule => ({
    ...rule,
    ...(description === "" ? {} : { description: checkedDescription(description) }),
  });
  const anew = group[direction].map((rule) => {
    const words = which.byId.get(rule.ruleId);
    const stated = which.rules.find((other) => sameRule(other, rule));
    if (words !== undefined) return described(rule, words);
    return stated === undefined ? rule : described(rule, stated.description ?? "");
  });
  await setRules(call, group, direction, anew);
}

/** Puts other rules in the place of some, under their ids; the kind of the other end stays. */
export async function modifyRules(call: Call, groupId: string, changed: ReadonlyMap<string, GroupRule>): Promise<void> {
  const group = groupNamed(call, groupId);
  const all = [...group.ingress, ...group.egress];
  for (const [ruleId, rule] of changed) {
    const before = all.find((known) => known.ruleId === ruleId);
    if (before === undefined) throw noSuchRuleId(ruleId);
    checkPeer(call, group, rule);
    if (Object.keys(before.peer)[0] !== Object.keys(rule.peer)[0])
      throw new ServiceFault(
        "InvalidParameterValue",
        `Invalid rule type for security group rule '${ruleId}'. The source or destination may not change between a CIDR block, a prefix list and a security group.`,
      );
  }
  const modified = (rules: readonly GroupRule[]): readonly GroupRule[] =>
    rules.map((rule) => {
      const next = changed.get(rule.ruleId);
      return next === undefined
        ? rule
        : { ...next, ruleId: rule.ruleId, ...(rule.tags === undefined ? {} : { tags: rule.tags }) };
    });
  const [ingress, egress] = [modified(group.ingress), modified(group.egress)];
  for (const rules of [ingress, egress]) {
    if (rules.some((rule, index) => rules.slice(0, index).some((other) => sameRule(other, rule))))
      throw new ServiceFault("InvalidParameterValue", "The same permission must not appear multiple times");
    checkRuleCount(rules, sizesNow(call.records));
  }
  call.commit(put(SecurityGroups, groupId, { ...group, ingress, egress }));
  await call.upkeep.network(group.vpcId);
}

async function setRules(
  call: Call,
  group: SecurityGroup,
  direction: Direction,
  rules: readonly GroupRule[],
): Promise<SecurityGroup> {
  const changed = { ...group, [direction]: rules };
  call.commit(put(SecurityGroups, group.groupId, changed));
  await call.upkeep.network(group.vpcId);
  return changed;
}

const chosen =
  ({ ruleIds = [], rules = [] }: RuleChoice) =>
  (rule: GroupRule): boolean =>
    ruleIds.includes(rule.ruleId) || rules.some((other) => sameRule(other, rule));

function checkRuleIds(group: SecurityGroup, direction: Direction, ruleIds: readonly string[]): void {
  const missing = ruleIds.find((id) => !group[direction].some((rule) => rule.ruleId === id));
  if (missing !== undefined) throw noSuchRuleId(missing);
}

const noSuchRuleId = (ruleId: string): ServiceFault =>
  new ServiceFault("InvalidSecurityGroupRuleId.NotFound", `The security group rule ID '${ruleId}' does not exist`);

const noSuchRule = (): ServiceFault =>
  new ServiceFault("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");

/** The other end of a rule is there: a prefix list, or a group of the same VPC or of one that is actively peered with it. */
function checkPeer(call: Reads, group: SecurityGroup, { peer }: GroupRule): void {
  if ("prefixListId" in peer) {
    if (!prefixListExists(call, peer.prefixListId)) throw noSuchList(peer.prefixListId);
    return;
  }
  if (!("groupId" in peer) || peer.groupId === group.groupId) return;
  const other = groupNamed(call, peer.groupId);
  if (other.vpcId !== group.vpcId && peeringBetween(call, group.vpcId, other.vpcId) === undefined)
    throw new ServiceFault(
      "InvalidGroup.NotFound",
      `You have specified two resources that belong to different networks: ${group.groupId} and ${other.groupId}.`,
    );
}

/** The active peering connection of two VPCs. */
export const peeringBetween = (
  { records }: Pick<Call, "records">,
  one: string,
  other: string,
): VpcPeeringConnection | undefined =>
  records
    .list(VpcPeeringConnections)
    .find(
      ({ state, requesterVpcId, accepterVpcId }) =>
        state === "active" &&
        ((requesterVpcId === one && accepterVpcId === other) || (requesterVpcId === other && accepterVpcId === one)),
    );

function groupNamed({ records }: Pick<Call, "records">, groupId: string): SecurityGroup {
  const group = records.get(SecurityGroups, groupId);
  if (group === undefined) throw new ServiceFault("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
  return group;
}
