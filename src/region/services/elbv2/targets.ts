import { holdsAddress, isAddress, parseBlock } from "../../../addresses.js";
import type { Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, type Records } from "../../records/records.js";
import { Instances, NetworkInterfaces, Subnets, Vpcs } from "../ec2/records.js";
import { attribute, targetGroupAttributes } from "./attributes.js";
import { Listeners, TargetGroups, type Target, type TargetGroup } from "./records.js";

/** A target as a client names it; without a port it is the group's. */
export interface TargetName {
  readonly id: string;
  readonly port?: number;
  readonly zone?: string;
}

/** Where a target's traffic goes, or why it can't. */
export type TargetPlace =
  | { readonly address: string; /** `all`: used from every zone. */ readonly zone: string }
  | { readonly unusable: "pending" | "stopped" | "terminated" };

/** Pure. */
export function targetPlace(records: Records, group: Pick<TargetGroup, "targetType" | "vpcId">, target: TargetName): TargetPlace {
  if (group.targetType === "ip") {
    const subnet = records.list(Subnets).find((each) => each.vpcId === group.vpcId && contains(each.cidr, target.id));
    return { address: target.id, zone: target.zone === "all" ? "all" : (subnet?.zone ?? target.zone ?? "all") };
  }
  const instance = records.get(Instances, target.id);
  if (instance === undefined || instance.state === "terminated" || instance.state === "shutting-down")
    return { unusable: "terminated" };
  if (instance.state === "stopping" || instance.state === "stopped") return { unusable: "stopped" };
  const nic = records.get(NetworkInterfaces, instance.interfaceId);
  return nic === undefined ? { unusable: "pending" } : { address: nic.privateIp, zone: instance.zone };
}

/** A target that has just been registered, or has come back. */
export const newTarget = (name: TargetName & { readonly port: number }, now: number): Target => ({
  id: name.id,
  port: name.port,
  ...(name.zone === undefined ? {} : { zone: name.zone }),
  since: now,
  settled: false,
  health: "registering",
  healthyIn: [],
});

/** The group when no listener uses it any more: nothing drains, and what is known of health is void. Pure. */
export const detached = (group: TargetGroup, now: number): TargetGroup => ({
  ...group,
  targets: group.targets.filter((target) => target.drainedAt === undefined).map((target) => newTarget(target, now)),
});

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html */
export function registerTargets(call: Scope, arn: string, names: readonly TargetName[]): void {
  const group = theTargetGroup(call, arn);
  call.commit(put(TargetGroups, arn, { ...group, targets: addTargets(call, group, names) }));
  nudgeBalancerOf(call, arn);
}

/** The group's targets with these added, each checked. Registered already succeeds; a draining one comes back. */
export function addTargets(
  call: Scope,
  group: Omit<TargetGroup, "arn" | "name">,
  names: readonly TargetName[],
): readonly Target[] {
  const targets = [...group.targets];
  for (const wanted of names) {
    const name = { ...wanted, port: wanted.port ?? group.port };
    const index = targets.findIndex((target) => sameTarget(target, name));
    if (index !== -1 && targets[index]?.drainedAt === undefined) continue;
    checkTarget(call, group, name);
    if (index === -1) targets.push(newTarget(name, call.now()));
    else targets[index] = newTarget(name, call.now());
  }
  return targets;
}

/** They finish what they have for the group's deregistration delay. Not registered: InvalidTarget. */
export function deregisterTargets(call: Scope, arn: string, names: readonly TargetName[]): void {
  const group = theTargetGroup(call, arn);
  const hit = (target: Target): boolean =>
    names.some((name) => name.id === target.id && (name.port === undefined || name.port === target.port));
  const missing = names.filter(
    (name) => !group.targets.some((target) => name.id === target.id && (name.port ?? target.port) === target.port),
  );
  if (missing.length > 0)
    throw new ServiceFault(
      "InvalidTarget",
      `The following targets are not registered: ${missing.map((name) => `'${name.id}'`).join(", ")}`,
    );
  call.commit(put(TargetGroups, arn, { ...group, targets: withoutTargets(call, group, hit) }));
  nudgeBalancerOf(call, arn);
}

/** The group's targets when those that are hit have been deregistered: in use they drain, else they are gone. */
export function withoutTargets(call: Scope, group: TargetGroup, hit: (target: Target) => boolean): readonly Target[] {
  const delay = Number(
    attribute(targetGroupAttributes(group.targetType), group.attributes, "deregistration_delay.timeout_seconds"),
  );
  const drains = delay > 0 && isUsed(call.records, group.arn);
  return group.targets.flatMap((target) => {
    if (!hit(target) || target.drainedAt !== undefined) return [target];
    return drains ? [{ ...target, healthyIn: [], drainedAt: call.now() + delay * 1000 }] : [];
  });
}

export const sameTarget = (one: { id: string; port: number }, other: { id: string; port: number }): boolean =>
  one.id === other.id && one.port === other.port;

export const isUsed = (records: Records, groupArn: string): boolean =>
  records.list(Listeners).some((listener) => listener.targetGroupArn === groupArn);

export function nudgeBalancerOf(call: Scope, groupArn: string): void {
  const balancers = call.records
    .list(Listeners)
    .flatMap((each) => (each.targetGroupArn === groupArn ? [each.loadBalancerArn] : []));
  for (const arn of new Set(balancers)) call.upkeep.nudge("balancer", arn);
}

export function theTargetGroup(call: Pick<Scope, "records">, arn: string | undefined): TargetGroup {
  const group = arn === undefined ? undefined : call.records.get(TargetGroups, arn);
  if (group === undefined) throw new ServiceFault("TargetGroupNotFound", `Target groups '${arn}' not found`);
  return group;
}

function checkTarget(call: Scope, group: Omit<TargetGroup, "arn" | "name">, name: TargetName & { readonly port: number }): void {
  if (!Number.isInteger(name.port) || name.port < 1 || name.port > 65535)
    throw new ServiceFault("ValidationError", `Target port '${name.port}' must be from 1 to 65535`);
  if (group.targetType === "ip") {
    if (!isAddress(name.id)) throw new ServiceFault("ValidationError", `The IP address '${name.id}' is not a valid IPv4 address`);
    const cidr = call.records.get(Vpcs, group.vpcId)?.cidr;
    if (cidr === undefined || !contains(cidr, name.id))
      throw new NotModelled(
        `targets outside the target group's VPC (${name.id} is not in ${cidr ?? group.vpcId})`,
        "Register an address of the VPC.",
      );
    return;
  }
  const instance = call.records.get(Instances, name.id);
  if (instance === undefined) throw new ServiceFault("ValidationError", `Instance ID '${name.id}' is not valid`);
  if (instance.vpcId !== group.vpcId)
    throw new ServiceFault(
      "InvalidTarget",
      `The following targets are not in the target group VPC '${group.vpcId}': '${name.id}'`,
    );
  if (instance.state !== "running" && instance.state !== "pending")
    throw new ServiceFault(
      "InvalidTarget",
      `The following targets are not in a running state and cannot be registered: '${name.id}'`,
    );
}

function contains(cidr: string, address: string): boolean {
  const block = parseBlock(cidr);
  return block !== undefined && holdsAddress(block, address);
}
