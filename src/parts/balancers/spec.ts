/** One node of a load balancer: HAProxy in the namespace of the node's network interface, one per zone. */
export interface BalancerNodeSpec {
  /** Unique name of the node, e.g. `0123456789abcdef-eu-west-3a`. */
  readonly id: string;
  readonly namespace: string;
  /** The node's own address, used to listen and as the source of connections to targets. */
  readonly address: string;
  readonly listeners: readonly ListenerSpec[];
}

export interface ListenerSpec {
  /** Unique within the balancer: the last part of the listener's ARN. */
  readonly id: string;
  readonly port: number;
  readonly targets: readonly TargetSpec[];
  readonly check: CheckSpec;
}

export interface TargetSpec {
  /** Unique within the group, e.g. `i-…:80`. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  /**
   * `initial`: checked every 500 ms and given no traffic until the first check passes (faster than AWS, said in the
   * README); `settled`: checked as the target group says; `draining`: finishes what it has.
   */
  readonly phase: "initial" | "settled" | "draining";
}

export interface CheckSpec {
  readonly protocol: "TCP" | "HTTP";
  readonly port: number | "traffic-port";
  readonly path?: string;
  /** Accepted status codes as HAProxy ranges, e.g. `200-399`. */
  readonly matcher?: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** What the node's own checks say of a target. */
export interface TargetHealth {
  readonly listenerId: string;
  readonly targetId: string;
  readonly state: "checking" | "healthy" | "unhealthy";
  /** HAProxy's words for the last check, e.g. `Connection refused`; empty when none ended yet. */
  readonly reason: string;
}
