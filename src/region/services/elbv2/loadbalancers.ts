import { isDeepStrictEqual } from "node:util";
import type { Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, remove, type Commit } from "../../records/records.js";
import { decideInterface, interfaceChanges } from "../ec2/interfaces.js";
import {
  InternetGateways,
  NetworkInterfaces,
  SecurityGroups,
  Subnets,
  type NetworkInterface,
  type Subnet,
  type Tags,
} from "../ec2/records.js";
import { lastPart, loadBalancerArn, newPart } from "./arns.js";
import { attribute, loadBalancerAttributes, withAttributes, type Attributes } from "./attributes.js";
import { Listeners, LoadBalancers, TargetGroups, type LoadBalancer } from "./records.js";
import { detached } from "./targets.js";

export interface LoadBalancerWish {
  readonly name: string;
  readonly type?: string;
  readonly scheme?: string;
  readonly subnets: readonly { readonly subnetId: string; readonly privateIp?: string }[];
  readonly groupIds: readonly string[];
  readonly attributes: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[];
  readonly tags: Tags;
}

/**
 * A Network Load Balancer with a node in each zone, `provisioning` until the keeper has its nodes up. Asked for again
 * with the same settings, it is the same one.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
 */
export async function createLoadBalancer(call: Scope, wish: LoadBalancerWish): Promise<LoadBalancer> {
  const type = wish.type ?? "application";
  if (type !== "network")
    throw new NotModelled(
      `load balancers of type ${type}${wish.type === undefined ? " (AWS's default)" : ""}`,
      "Only network is run for now; application comes later.",
    );
  checkName(wish.name, "Load balancer");
  const scheme = wish.scheme ?? "internet-facing";
  if (scheme !== "internet-facing" && scheme !== "internal")
    throw new ServiceFault("InvalidScheme", `The scheme '${scheme}' is not valid; it must be 'internet-facing' or 'internal'`);
  const subnets = checkSubnets(call, wish);
  const [{ subnet: first }] = subnets;
  const { vpcId } = first;
  if (scheme === "internet-facing" && !call.records.list(InternetGateways).some((gateway) => gateway.vpcId === vpcId))
    throw new ServiceFault("InvalidSubnet", `VPC ${vpcId} has no internet gateway`);
  if (wish.groupIds.length === 0)
    throw new NotModelled(
      "Network Load Balancers without security groups, whose nodes are not filtered",
      "Give it a security group: on AWS none can be added later either.",
    );
  checkGroups(call, wish.groupIds, vpcId);
  const attributes = withAttributes(loadBalancerAttributes, {}, wish.attributes, "Load balancer");
  const same = existing(call).find((each) => each.name === wish.name);
  if (same !== undefined)
    return sameOrFault(same, { scheme, subnetIds: subnets.map(({ subnet }) => subnet.subnetId), groupIds: wish.groupIds });

  const part = newPart();
  const arn = loadBalancerArn(call, wish.name, part);
  const nics: NetworkInterface[] = [];
  for (const { subnet, privateIp } of subnets)
    nics.push(
      decideInterface(
        call,
        {
          subnetId: subnet.subnetId,
          groupIds: wish.groupIds,
          description: `ELB net/${wish.name}/${part}`,
          holder: { kind: "balancer", id: arn },
          privateIp,
          publicAddress: scheme === "internet-facing",
        },
        nics,
      ),
    );
  const balancer: LoadBalancer = {
    arn,
    name: wish.name,
    scheme,
    vpcId,
    dnsName: `${wish.name}-${part}.elb.${call.regionName}.amazonaws.com`,
    groupIds: wish.groupIds,
    nodes: nics.map((nic) => ({ zone: nic.zone, subnetId: nic.subnetId, interfaceId: nic.interfaceId })),
    state: "provisioning",
    createdAt: call.now(),
    attributes,
    tags: wish.tags,
  };
  call.commit(put(LoadBalancers, arn, balancer), ...nics.flatMap(interfaceChanges));
  await call.upkeep.network(vpcId);
  call.upkeep.nudge("balancer", arn);
  return balancer;
}

/** Deletes it with its listeners; its target groups stay. Gone already succeeds, as on AWS. */
export function deleteLoadBalancer(call: Scope, arn: string): void {
  const balancer = call.records.get(LoadBalancers, arn);
  if (balancer === undefined || balancer.state === "deleting") return;
  if (attribute(loadBalancerAttributes, balancer.attributes, "deletion_protection.enabled") === "true")
    throw new ServiceFault(
      "OperationNotPermitted",
      `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
    );
  const listeners = call.records.list(Listeners).filter((listener) => listener.loadBalancerArn === arn);
  const groups = new Set(listeners.map((listener) => listener.targetGroupArn));
  call.commit(
    put(LoadBalancers, arn, { ...balancer, state: "deleting" }),
    ...listeners.map((listener) => remove(Listeners, listener.arn)),
    ...[...groups].flatMap((groupArn) => {
      const group = call.records.get(TargetGroups, groupArn);
      return group === undefined ? [] : [put(TargetGroups, groupArn, detached(group, call.now()))];
    }),
  );
  call.upkeep.nudge("balancer", arn);
}

export function modifyLoadBalancerAttributes(call: Scope, arn: string, sent: Parameters<typeof withAttributes>[2]): Attributes {
  const balancer = theLoadBalancer(call, arn);
  const attributes = withAttributes(loadBalancerAttributes, balancer.attributes, sent, "Load balancer");
  call.commit(put(LoadBalancers, arn, { ...balancer, attributes }));
  call.upkeep.nudge("balancer", arn);
  return attributes;
}

/** What of a load balancer can be changed in place. */
export interface ChangeableLoadBalancer {
  readonly groupIds: readonly string[];
  readonly attributes: LoadBalancerWish["attributes"];
  readonly tags: Tags;
}

/** Exactly these from now on, and AWS's default for every attribute that is not stated; for CloudFormation. */
export async function updateLoadBalancer(call: Scope, arn: string, wish: ChangeableLoadBalancer): Promise<void> {
  const balancer = theLoadBalancer(call, arn);
  const attributes = withAttributes(loadBalancerAttributes, {}, wish.attributes, "Load balancer");
  const changes = groupChanges(call, balancer, wish.groupIds);
  call.commit(put(LoadBalancers, arn, { ...balancer, groupIds: wish.groupIds, attributes, tags: wish.tags }), ...changes);
  if (changes.length > 0) await call.upkeep.network(balancer.vpcId);
  call.upkeep.nudge("balancer", arn);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html */
export async function setSecurityGroups(call: Scope, arn: string, groupIds: readonly string[]): Promise<void> {
  const balancer = theLoadBalancer(call, arn);
  call.commit(put(LoadBalancers, arn, { ...balancer, groupIds }), ...groupChanges(call, balancer, groupIds));
  await call.upkeep.network(balancer.vpcId);
}

/** The nodes' interfaces with other groups; none when they have these. */
function groupChanges(call: Scope, balancer: LoadBalancer, groupIds: readonly string[]): Commit {
  if (isDeepStrictEqual(groupIds, balancer.groupIds)) return [];
  if (groupIds.length === 0)
    throw new ServiceFault(
      "InvalidConfigurationRequest",
      "A load balancer that was created with security groups must have at least one security group",
    );
  checkGroups(call, groupIds, balancer.vpcId);
  return balancer.nodes.flatMap(({ interfaceId }) => {
    const nic = call.records.get(NetworkInterfaces, interfaceId);
    return nic === undefined ? [] : [put(NetworkInterfaces, interfaceId, { ...nic, groupIds })];
  });
}

/** Those that AWS would tell of. */
export const existing = (call: Pick<Scope, "records">): readonly LoadBalancer[] =>
  call.records.list(LoadBalancers).filter((balancer) => balancer.state !== "deleting");

export function theLoadBalancer(call: Pick<Scope, "records">, arn: string | undefined): LoadBalancer {
  const balancer = arn === undefined ? undefined : call.records.get(LoadBalancers, arn);
  if (balancer === undefined || balancer.state === "deleting")
    throw new ServiceFault("LoadBalancerNotFound", `Load balancer '${arn}' not found`);
  return balancer;
}

/** Names of load balancers and of target groups follow the same rules. */
export function checkName(name: string, noun: string): void {
  const wrong = (why: string): ServiceFault => new ServiceFault("ValidationError", `${noun} name '${name}' ${why}`);
  if (name === "") throw wrong("cannot be empty");
  if (name.length > 32) throw wrong("cannot be longer than '32' characters");
  if (!/^[A-Za-z0-9-]+$/.test(name)) throw wrong("can only contain characters that are alphanumeric characters and hyphens(-)");
  if (name.startsWith("-") || name.endsWith("-")) throw wrong("cannot begin or end with '-'");
  if (noun === "Load balancer" && name.startsWith("internal-")) throw wrong("cannot begin with 'internal-'");
}

type ChosenSubnet = { readonly subnet: Subnet; readonly privateIp?: string };

function checkSubnets(call: Scope, wish: LoadBalancerWish): readonly [ChosenSubnet, ...ChosenSubnet[]] {
  const chosen = wish.subnets.map(({ subnetId, privateIp }) => {
    const subnet = call.records.get(Subnets, subnetId);
    if (subnet === undefined) throw new ServiceFault("SubnetNotFound", `The subnet ID '${subnetId}' does not exist`);
    return { subnet, privateIp };
  });
  const [first, ...rest] = chosen;
  if (first === undefined) throw new ServiceFault("ValidationError", "You must specify either subnets or subnet mappings");
  if (rest.some(({ subnet }) => subnet.vpcId !== first.subnet.vpcId))
    throw new ServiceFault("InvalidConfigurationRequest", "All subnets must belong to the same VPC");
  if (new Set(chosen.map(({ subnet }) => subnet.zone)).size !== chosen.length)
    throw new ServiceFault(
      "InvalidConfigurationRequest",
      "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    );
  return [first, ...rest];
}

function checkGroups(call: Scope, groupIds: readonly string[], vpcId: string): void {
  const missing = groupIds.filter((id) => call.records.get(SecurityGroups, id)?.vpcId !== vpcId);
  if (missing.length > 0)
    throw new ServiceFault(
      "InvalidSecurityGroup",
      `One or more security groups are invalid: ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not in ${vpcId}`,
    );
}

function sameOrFault(
  found: LoadBalancer,
  wish: { scheme: string; subnetIds: readonly string[]; groupIds: readonly string[] },
): LoadBalancer {
  const sorted = (ids: readonly string[]): string[] => [...ids].sort();
  if (
    found.scheme === wish.scheme &&
    isDeepStrictEqual(sorted(found.nodes.map((node) => node.subnetId)), sorted(wish.subnetIds)) &&
    isDeepStrictEqual(sorted(found.groupIds), sorted(wish.groupIds))
  )
    return found;
  throw new ServiceFault(
    "DuplicateLoadBalancerName",
    `A load balancer with the same name '${found.name}' exists, but with different settings`,
  );
}

/** The node's name for the part, e.g. `0123456789abcdef-eu-west-3a`. */
export const nodeId = (balancer: Pick<LoadBalancer, "arn">, zone: string): string => `${lastPart(balancer.arn)}-${zone}`;
