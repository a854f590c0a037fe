import { isDeepStrictEqual } from "node:util";
import type { Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, remove } from "../../records/records.js";
import { Vpcs, type Tags } from "../ec2/records.js";
import { targetGroupArn } from "./arns.js";
import { targetGroupAttributes, withAttributes, type Attributes } from "./attributes.js";
import { decideHealthCheck, type HealthCheckWish } from "./healthchecks.js";
import { checkName } from "./loadbalancers.js";
import { TargetGroups, type Target, type TargetGroup } from "./records.js";
import { addTargets, isUsed, nudgeBalancerOf, theTargetGroup, sameTarget, withoutTargets, type TargetName } from "./targets.js";

export interface TargetGroupWish {
  readonly name: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly vpcId?: string;
  readonly targetType?: string;
  readonly healthCheck: HealthCheckWish;
  readonly attributes: Parameters<typeof withAttributes>[2];
  readonly targets: readonly TargetName[];
  readonly tags: Tags;
}

/**
 * A target group. Asked for again with the same settings, it is the same one.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 */
export function createTargetGroup(call: Scope, wish: TargetGroupWish): TargetGroup {
  checkName(wish.name, "Target group");
  const targetType = wish.targetType ?? "instance";
  if (targetType !== "instance" && targetType !== "ip")
    throw new NotModelled(`target groups of type ${targetType}`, "Register instances or addresses.");
  if (wish.protocol === undefined) throw new ServiceFault("ValidationError", "A protocol must be specified");
  if (wish.protocol !== "TCP")
    throw new NotModelled(`target groups with the protocol ${wish.protocol}`, "Only TCP is run for now.");
  const port = wish.port;
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65535)
    throw new ServiceFault("ValidationError", "A port from 1 to 65535 must be specified");
  if (wish.vpcId === undefined) throw new ServiceFault("ValidationError", "A VPC ID must be specified");
  if (call.records.get(Vpcs, wish.vpcId) === undefined)
    throw new ServiceFault("ValidationError", `The VPC ID '${wish.vpcId}' is not found`);
  const { vpcId } = wish;
  const decided = {
    name: wish.name,
    protocol: "TCP",
    port,
    vpcId,
    targetType,
    healthCheck: decideHealthCheck(wish.healthCheck),
    attributes: withAttributes(targetGroupAttributes(targetType), {}, wish.attributes, "Target group"),
  } as const;
  const same = call.records.list(TargetGroups).find((group) => group.name === wish.name);
  if (same !== undefined) {
    const { arn: _arn, targets: _targets, tags: _tags, ...settings } = same;
    // A target group's attributes are no part of the request, so they make no difference to it.
    if (isDeepStrictEqual({ ...settings, attributes: {} }, { ...decided, attributes: {} })) return same;
    throw new ServiceFault(
      "DuplicateTargetGroupName",
      `A target group with the same name '${wish.name}' exists, but with different settings`,
    );
  }
  const empty = { ...decided, targets: [], tags: wish.tags };
  const group: TargetGroup = { arn: targetGroupArn(call, wish.name), ...empty, targets: addTargets(call, empty, wish.targets) };
  call.commit(put(TargetGroups, group.arn, group));
  return group;
}

/** Deletes it with its registrations. Gone already succeeds, as on AWS. */
export function deleteTargetGroup(call: Scope, arn: string): void {
  if (call.records.get(TargetGroups, arn) === undefined) return;
  if (isUsed(call.records, arn))
    throw new ServiceFault("ResourceInUse", `Target group '${arn}' is currently in use by a listener or a rule`);
  call.commit(remove(TargetGroups, arn));
}

export function modifyTargetGroup(call: Scope, arn: string, wish: HealthCheckWish): TargetGroup {
  const group = theTargetGroup(call, arn);
  const changed = { ...group, healthCheck: decideHealthCheck(wish, group.healthCheck) };
  call.commit(put(TargetGroups, arn, changed));
  nudgeBalancerOf(call, arn);
  return changed;
}

/**
 * Make a group as it would have been created with these settings: targets that are no longer named are deregistered. Changes
 * nothing when it is so already; for CloudFormation.
 */
export function updateTargetGroup(call: Scope, arn: string, wish: ChangeableTargetGroup): void {
  const group = theTargetGroup(call, arn);
  const named = (target: Target): boolean =>
    wish.targets.some((name) => sameTarget(target, { id: name.id, port: name.port ?? group.port }));
  const changed: TargetGroup = {
    ...group,
    healthCheck: decideHealthCheck(wish.healthCheck),
    attributes: withAttributes(targetGroupAttributes(group.targetType), {}, wish.attributes, "Target group"),
    tags: wish.tags,
  };
  const fewer = { ...changed, targets: withoutTargets(call, changed, (target) => !named(target)) };
  call.commit(put(TargetGroups, arn, { ...fewer, targets: addTargets(call, fewer, wish.targets) }));
  nudgeBalancerOf(call, arn);
}

/** What of a target group can be changed in place. */
export type ChangeableTargetGroup = Pick<TargetGroupWish, "healthCheck" | "attributes" | "targets" | "tags">;

export function modifyTargetGroupAttributes(call: Scope, arn: string, sent: Parameters<typeof withAttributes>[2]): Attributes {
  const group = theTargetGroup(call, arn);
  const attributes = withAttributes(targetGroupAttributes(group.targetType), group.attributes, sent, "Target group");
  call.commit(put(TargetGroups, arn, { ...group, attributes }));
  nudgeBalancerOf(call, arn);
  return attributes;
}
