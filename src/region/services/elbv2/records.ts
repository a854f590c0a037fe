import { recordType } from "../../records/records.js";
import type { Tags } from "../ec2/records.js";

/** The records of Elastic Load Balancing v2, each by its ARN; times are milliseconds since the epoch. */

export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly scheme: "internet-facing" | "internal";
  readonly vpcId: string;
  readonly dnsName: string;
  readonly groupIds: readonly string[];
  /** One per zone. */
  readonly nodes: readonly LoadBalancerNode[];
  /** `deleting` is not told to anyone: on AWS it is gone at once. The keeper ends its nodes and deletes the record. */
  readonly state: "provisioning" | "active" | "failed" | "deleting";
  readonly stateReason?: string;
  readonly createdAt: number;
  /** Those that differ from AWS's defaults. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Tags;
}
export const LoadBalancers = recordType<LoadBalancer>("elbv2:LoadBalancer");

export interface LoadBalancerNode {
  readonly zone: string;
  readonly subnetId: string;
  readonly interfaceId: string;
}

export interface Listener {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly protocol: "TCP";
  readonly port: number;
  readonly targetGroupArn: string;
  readonly tags: Tags;
}
export const Listeners = recordType<Listener>("elbv2:Listener");

export interface HealthCheck {
  readonly protocol: "TCP" | "HTTP";
  readonly port: number | "traffic-port";
  /** HTTP only. */
  readonly path?: string;
  /** HTTP only, as sent, e.g. `200-399`. */
  readonly matcher?: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly protocol: "TCP";
  readonly port: number;
  readonly vpcId: string;
  readonly targetType: "instance" | "ip";
  readonly healthCheck: HealthCheck;
  /** Those that differ from AWS's defaults. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly targets: readonly Target[];
  readonly tags: Tags;
}
export const TargetGroups = recordType<TargetGroup>("elbv2:TargetGroup");

export interface Target {
  /** An instance id or an address. */
  readonly id: string;
  readonly port: number;
  /** Of an `ip` target, as sent: a zone or `all`. */
  readonly zone?: string;
  /** When it was registered, or became usable again. */
  readonly since: number;
  /** A check has passed since then: from now on the group's own interval and thresholds judge it, and it gets traffic. */
  readonly settled: boolean;
  /**
   * `registering`: no check has ended; `checking`: none has passed, and it is too early to call it unhealthy. Either stays until the nodes
   * have been told that it has settled.
   */
  readonly health: "registering" | "checking" | "healthy" | "unhealthy";
  /** The zones whose node finds it healthy. */
  readonly healthyIn: readonly string[];
  /** What the node's program said of the last check, while not healthy. */
  readonly reason?: string;
  /** When a deregistered target is let go. */
  readonly drainedAt?: number;
}
