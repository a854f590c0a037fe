import type { Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, remove } from "../../records/records.js";
import type { Tags } from "../ec2/records.js";
import { listenerArn } from "./arns.js";
import { theLoadBalancer } from "./loadbalancers.js";
import { Listeners, TargetGroups, type Listener, type LoadBalancer, type TargetGroup } from "./records.js";
import { detached, newTarget, theTargetGroup } from "./targets.js";

/** An action as clients state it: a target group directly, or as the one of a forward configuration. */
export interface ActionWish {
  readonly type?: string;
  readonly targetGroupArn?: string;
  readonly forwardTo?: readonly (string | undefined)[];
}

export interface ListenerWish {
  readonly loadBalancerArn: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly actions: readonly ActionWish[];
  readonly tags: Tags;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html */
export function createListener(call: Scope, wish: ListenerWish): Listener {
  const balancer = theLoadBalancer(call, wish.loadBalancerArn);
  if (wish.protocol === undefined) throw new ServiceFault("ValidationError", "A listener protocol must be specified");
  checkProtocol(wish.protocol);
  const port = checkPort(call, balancer.arn, wish.port);
  const group = groupFor(call, balancer, wish.actions);
  const used = call.records.list(Listeners).some((each) => each.targetGroupArn === group.arn);
  const listener: Listener = {
    arn: listenerArn(balancer.arn),
    loadBalancerArn: balancer.arn,
    protocol: "TCP",
    port,
    targetGroupArn: group.arn,
    tags: wish.tags,
  };
  call.commit(put(Listeners, listener.arn, listener), ...(used ? [] : [put(TargetGroups, group.arn, fresh(call, group))]));
  call.upkeep.nudge("balancer", balancer.arn);
  return listener;
}

/** What of a listener can be changed in place; what is not stated stays as it is. */
export type ListenerChange = Partial<Pick<ListenerWish, "protocol" | "port" | "actions" | "tags">>;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html */
export function modifyListener(call: Scope, arn: string, change: ListenerChange): Listener {
  const before = theListener(call, arn);
  const balancer = theLoadBalancer(call, before.loadBalancerArn);
  if (change.protocol !== undefined) checkProtocol(change.protocol);
  const after: Listener = {
    ...before,
    port: change.port === undefined ? before.port : checkPort(call, balancer.arn, change.port, arn),
    targetGroupArn: change.actions === undefined ? before.targetGroupArn : groupFor(call, balancer, change.actions).arn,
    tags: change.tags ?? before.tags,
  };
  const users = (groupArn: string): readonly Listener[] =>
    call.records.list(Listeners).filter((each) => each.arn !== arn && each.targetGroupArn === groupArn);
  const [left, taken] =
    after.targetGroupArn === before.targetGroupArn
      ? []
      : [before, after].map(({ targetGroupArn }) =>
          users(targetGroupArn).length > 0 ? undefined : call.records.get(TargetGroups, targetGroupArn),
        );
  call.commit(
    put(Listeners, arn, after),
    ...(left === undefined ? [] : [put(TargetGroups, left.arn, detached(left, call.now()))]),
    ...(taken === undefined ? [] : [put(TargetGroups, taken.arn, fresh(call, taken))]),
  );
  call.upkeep.nudge("balancer", balancer.arn);
  return after;
}

/** The group as one that a listener begins to use. */
const fresh = (call: Scope, group: TargetGroup): TargetGroup => ({
  ...group,
  targets: group.targets.map((target) => newTarget(target, call.now())),
});

function checkProtocol(protocol: string): void {
  if (protocol !== "TCP") throw new NotModelled(`listeners with the protocol ${protocol}`, "Only TCP is run for now.");
}

function checkPort(call: Scope, balancerArn: string, port: number | undefined, ownArn?: string): number {
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65535)
    throw new ServiceFault("ValidationError", `Listener port '${port}' must be from 1 to 65535`);
  const others = call.records.list(Listeners).filter((each) => each.loadBalancerArn === balancerArn && each.arn !== ownArn);
  if (others.some((each) => each.port === port))
    throw new ServiceFault("DuplicateListener", `A listener already exists on this port for this load balancer '${balancerArn}'`);
  return port;
}

/** The target group of the one action. */
function groupFor(call: Scope, balancer: LoadBalancer, actions: readonly ActionWish[]): TargetGroup {
  const group = theTargetGroup(call, forwardedTo(actions));
  if (group.vpcId !== balancer.vpcId)
    throw new ServiceFault(
      "InvalidConfigurationRequest",
      `The target group '${group.arn}' is not in the VPC of the load balancer '${balancer.arn}'`,
    );
  const users = call.records.list(Listeners).filter((each) => each.targetGroupArn === group.arn);
  if (users.some((each) => each.loadBalancerArn !== balancer.arn))
    throw new ServiceFault(
      "TargetGroupAssociationLimit",
      `The following target groups cannot be associated with more than one load balancer: ${group.arn}`,
    );
  return group;
}

export function deleteListener(call: Scope, arn: string): void {
  const listener = theListener(call, arn);
  const group = call.records.get(TargetGroups, listener.targetGroupArn);
  const shared = call.records.list(Listeners).some((each) => each.arn !== arn && each.targetGroupArn === listener.targetGroupArn);
  call.commit(
    remove(Listeners, arn),
    ...(group === undefined || shared ? [] : [put(TargetGroups, group.arn, detached(group, call.now()))]),
  );
  call.upkeep.nudge("balancer", listener.loadBalancerArn);
}

export function theListener(call: Pick<Scope, "records">, arn: string | undefined): Listener {
  const listener = arn === undefined ? undefined : call.records.get(Listeners, arn);
  if (listener === undefined) throw new ServiceFault("ListenerNotFound", `Listener '${arn}' not found`);
  return listener;
}

function forwardedTo(actions: readonly ActionWish[]): string {
  const [action, ...more] = actions;
  if (action === undefined || more.length > 0)
    throw new ServiceFault("ValidationError", "You must specify exactly one default action");
  if (action.type !== "forward")
    throw new ServiceFault(
      "InvalidLoadBalancerAction",
      `Action type '${action.type}' is not valid for a Network Load Balancer: use 'forward'`,
    );
  const named = [...new Set([action.targetGroupArn, ...(action.forwardTo ?? [])].filter((arn) => arn !== undefined))];
  const [arn, ...others] = named;
  if (arn === undefined) throw new ServiceFault("ValidationError", "A target group ARN must be specified");
  if (others.length > 0) throw new NotModelled("forwarding to more than one target group", "Name one target group.");
  return arn;
}
