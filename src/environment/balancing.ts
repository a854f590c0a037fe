import type { Maybe } from "./maybe.js";
import type { Node, NodeId, SourcePlace } from "./node.js";

export interface Balancer extends Node {
  readonly kind: "network" | "application" | "gateway";
  readonly scheme: Maybe<"internet-facing" | "internal">;
  readonly subnets: readonly Maybe<NodeId>[];
  readonly interfaces: readonly NodeId[];
  readonly crossZone: Maybe<boolean>;
  readonly deletionProtection: Maybe<boolean>;
  readonly dropsInvalidHeaders: Maybe<boolean>;
  readonly accessLogs: Maybe<boolean>;
  readonly webAcl: Maybe<NodeId> | undefined;
}

export type Action =
  | { readonly kind: "forward"; readonly targetGroups: readonly Maybe<NodeId>[] }
  | { readonly kind: "redirect"; readonly protocol: Maybe<string>; readonly port: Maybe<string> }
  | { readonly kind: "fixedResponse"; readonly status: Maybe<string> }
  | { readonly kind: "other"; readonly name: string };

export interface ListenerRule {
  readonly priority: Maybe<number> | "default";
  readonly actions: readonly Action[];
  readonly place?: SourcePlace;
}

export interface Listener extends Node {
  readonly balancer: Maybe<NodeId>;
  readonly port: Maybe<number>;
  /** TCP, UDP, TCP_UDP, TLS, HTTP, HTTPS. */
  readonly protocol: Maybe<string>;
  readonly certificates: readonly Maybe<string>[];
  /** The default one is the last. */
  readonly rules: readonly ListenerRule[];
}

export interface HealthCheck {
  readonly protocol: Maybe<string>;
  /** `traffic-port`: the target's own. */
  readonly port: Maybe<number | "traffic-port">;
  readonly path: Maybe<string> | undefined;
  /** Seconds. */
  readonly interval: Maybe<number>;
  /** Seconds. */
  readonly timeout: Maybe<number>;
  readonly healthyThreshold: Maybe<number>;
  readonly unhealthyThreshold: Maybe<number>;
}

export interface TargetGroup extends Node {
  readonly vpc: Maybe<NodeId> | undefined;
  readonly protocol: Maybe<string>;
  readonly port: Maybe<number>;
  readonly targetKind: Maybe<"instance" | "ip" | "lambda" | "alb">;
  /** Instances, Auto Scaling groups, addresses. */
  readonly targets: readonly Target[];
  readonly healthCheck: HealthCheck;
  /** Does the target see the client's address, rather than the balancer's? */
  readonly preservesClient: Maybe<boolean>;
}

export interface Target {
  readonly target: Maybe<{ readonly node: NodeId } | { readonly address: string }>;
  readonly port: Maybe<number>;
}
