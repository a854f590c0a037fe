import type { BalancerNodeSpec, TargetSpec } from "../../../parts/balancers/spec.js";
import type { Records } from "../../records/records.js";
import { NetworkInterfaces } from "../ec2/records.js";
import { lastPart } from "./arns.js";
import { nodeId } from "./loadbalancers.js";
import { Listeners, TargetGroups, type LoadBalancer, type LoadBalancerNode, type TargetGroup } from "./records.js";
import { usedFrom } from "./targethealth.js";
import { targetPlace } from "./targets.js";

/**
 * What each node of a load balancer must run: records -> specs. Pure. Targets that are stopped or gone are left out, and
 * so are those that a node does not use. `namespaceOf` names the namespace of a network interface.
 */
export const nodeSpecs = (
  records: Records,
  balancer: LoadBalancer,
  namespaceOf: (interfaceId: string) => string,
): BalancerNodeSpec[] =>
  balancer.nodes.flatMap((node) => {
    const nic = records.get(NetworkInterfaces, node.interfaceId);
    if (nic === undefined) return [];
    const listeners = records.list(Listeners).filter((listener) => listener.loadBalancerArn === balancer.arn);
    return [
      {
        id: nodeId(balancer, node.zone),
        namespace: namespaceOf(node.interfaceId),
        address: nic.privateIp,
        listeners: listeners.flatMap((listener) => {
          const group = records.get(TargetGroups, listener.targetGroupArn);
          if (group === undefined) return [];
          const targets = targetSpecs(records, balancer, node, group);
          return [{ id: lastPart(listener.arn), port: listener.port, targets, check: group.healthCheck }];
        }),
      },
    ];
  });

const targetSpecs = (records: Records, balancer: LoadBalancer, node: LoadBalancerNode, group: TargetGroup): TargetSpec[] =>
  group.targets.flatMap((target) => {
    const place = targetPlace(records, group, target);
    if ("unusable" in place || !usedFrom(node.zone, place.zone, balancer, group)) return [];
    const phase = target.drainedAt !== undefined ? "draining" : target.settled ? "settled" : "initial";
    return [{ id: targetId(target), address: place.address, port: target.port, phase }];
  });

/** A target's name for the part. */
export const targetId = (target: { readonly id: string; readonly port: number }): string => `${target.id}:${target.port}`;
