import type { NameSpec } from "../../../parts/names/spec.js";
import type { Records } from "../../records/records.js";
import { NetworkInterfaces } from "../ec2/records.js";
import { existing } from "./loadbalancers.js";
import { Listeners, TargetGroups, type LoadBalancer, type LoadBalancerNode } from "./records.js";

type Where = { readonly records: Records };

/**
 * The names of load balancers. `NAME` answers the nodes whose zone is healthy, or all when none is; `ZONE.NAME` the node of
 * that zone. An internet-facing one answers public addresses everywhere, an internal one private addresses everywhere, so
 * both views are alike, as on AWS. Pure.
 */
export const balancerNames = (where: Where, _options: { readonly view: "internet" | "vpc" } = { view: "vpc" }): NameSpec[] =>
  existing(where).flatMap((balancer) => {
    const all = balancer.nodes.map((node) => ({ zone: node.zone, addresses: addressesOf(where.records, balancer, node) }));
    const healthy = healthyZones(where.records, balancer);
    const chosen = all.filter((node) => healthy.has(node.zone));
    return [
      { name: balancer.dnsName, addresses: (chosen.length > 0 ? chosen : all).flatMap((node) => node.addresses) },
      ...all.map((node) => ({ name: `${node.zone}.${balancer.dnsName}`, addresses: node.addresses })),
    ];
  });

/**
 * The zones whose node finds a healthy target in every target group that the load balancer forwards to
 * (`target_group_health.dns_failover.minimum_healthy_targets.count` is 1).
 */
export function healthyZones(records: Records, balancer: LoadBalancer): ReadonlySet<string> {
  const groups = records
    .list(Listeners)
    .filter((listener) => listener.loadBalancerArn === balancer.arn)
    .flatMap((listener) => records.get(TargetGroups, listener.targetGroupArn) ?? []);
  const fit = (zone: string): boolean =>
    groups.every(({ targets }) =>
      targets.some(
        ({ drainedAt, health, healthyIn }) => drainedAt === undefined && health === "healthy" && healthyIn.includes(zone),
      ),
    );
  return new Set(groups.length === 0 ? [] : balancer.nodes.map((node) => node.zone).filter(fit));
}

function addressesOf(records: Records, balancer: LoadBalancer, node: LoadBalancerNode): string[] {
  const nic = records.get(NetworkInterfaces, node.interfaceId);
  const address = balancer.scheme === "internal" ? nic?.privateIp : nic?.autoPublicIp;
  return address === undefined ? [] : [address];
}

export interface PublishedListener {
  readonly loadBalancerName: string;
  /** Of the stack that made it. */
  readonly stackName: string | undefined;
  readonly port: number;
  /** Of the nodes, those of healthy zones first. */
  readonly publicIps: readonly string[];
}

/** What a browser on the host may reach on loopback: the listeners of internet-facing load balancers. Pure. */
export const publishedListeners = ({ records }: Where): PublishedListener[] =>
  existing({ records })
    .filter((balancer) => balancer.scheme === "internet-facing")
    .flatMap((balancer) => {
      const healthy = healthyZones(records, balancer);
      const nodes = [...balancer.nodes].sort((a, b) => Number(healthy.has(b.zone)) - Number(healthy.has(a.zone)));
      return records
        .list(Listeners)
        .filter((listener) => listener.loadBalancerArn === balancer.arn)
        .map((listener) => ({
          loadBalancerName: balancer.name,
          stackName: balancer.tags["aws:cloudformation:stack-name"],
          port: listener.port,
          publicIps: nodes.flatMap((node) => addressesOf(records, balancer, node)),
        }));
    });
