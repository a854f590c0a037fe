import type { Maybe, Unknown } from "./maybe.js";
import type { Node, NodeId, SourcePlace } from "./node.js";

export interface Vpc extends Node {
  /** The first is its own; empty: it states none, and EC2 refuses it. */
  readonly cidrs: readonly Maybe<string>[];
  readonly dnsSupport: Maybe<boolean>;
  readonly dnsHostnames: Maybe<boolean>;
  readonly mainRouteTable: NodeId;
  readonly defaultGroup: NodeId;
  readonly defaultAcl: NodeId;
  readonly isDefault: boolean;
}

export interface Subnet extends Node {
  readonly vpc: Maybe<NodeId>;
  readonly cidr: Maybe<string>;
  /** By name, e.g. `eu-west-3a`; `zone 1`, `zone 2` … of a template whose region is not known (Fn::GetAZs): equal names are one zone. */
  readonly zone: Maybe<string>;
  readonly mapsPublicIp: Maybe<boolean>;
  /** Its own association, else its VPC's main one. */
  readonly routeTable: Maybe<NodeId>;
  readonly acl: Maybe<NodeId>;
}

export type RouteTarget =
  | { readonly kind: "local" }
  /** AWS shows it as such when its target is gone. */
  | { readonly kind: "blackhole" }
  | {
      readonly kind:
        | "internetGateway"
        | "natGateway"
        | "peering"
        | "instance"
        | "interface"
        | "gatewayEndpoint"
        | "vpnGateway"
        | "transitGateway"
        | "egressOnlyInternetGateway"
        | "other";
      readonly id: NodeId;
    };

export interface Route {
  /** An IPv4 CIDR; routes of IPv6 are left out. A gateway endpoint's has its service (`com.amazonaws.eu-west-3.s3`) instead. */
  readonly destination: Maybe<{ readonly cidr: string } | { readonly service: string }>;
  readonly target: Maybe<RouteTarget>;
  readonly place?: SourcePlace;
}

export interface RouteTable extends Node {
  readonly vpc: Maybe<NodeId>;
  /** With the local ones. */
  readonly routes: readonly Route[];
}

export interface InternetGateway extends Node {
  /** Undefined: attached to none. */
  readonly vpc: Maybe<NodeId> | undefined;
}

export interface NatGateway extends Node {
  readonly subnet: Maybe<NodeId>;
  readonly connectivity: "public" | "private";
}

/** Which packets a rule is about. */
export interface Traffic {
  /** IANA's number; `all`. */
  readonly protocol: number | "all";
  /** Destination ports, both included, of TCP and UDP; all when absent. */
  readonly ports?: readonly [from: number, to: number];
  /** Of ICMP; -1 is any. */
  readonly icmp?: readonly [type: number, code: number];
  /** What EC2 says of ports with which it takes no rule; then all of them are meant here, or what comes nearest. */
  readonly refused?: string;
}

export type Peer =
  | { readonly kind: "cidr"; readonly cidr: string }
  | { readonly kind: "group"; readonly group: Maybe<NodeId> }
  | { readonly kind: "prefixList"; readonly id: string; readonly cidrs: Maybe<readonly string[]> }
  /** Kept for findings about what is open to the world; reachability is of IPv4. */
  | { readonly kind: "ipv6"; readonly cidr: string };

export interface GroupRule {
  readonly direction: "ingress" | "egress";
  readonly traffic: Maybe<Traffic>;
  /** Source of ingress, destination of egress. */
  readonly peer: Maybe<Peer>;
  readonly description?: string;
  readonly place?: SourcePlace;
}

export interface SecurityGroup extends Node {
  readonly vpc: Maybe<NodeId>;
  /** With AWS's own (egress to all, where the group says nothing). */
  readonly rules: readonly GroupRule[];
}

export interface AclEntry {
  readonly number: Maybe<number>;
  readonly direction: "ingress" | "egress";
  readonly action: Maybe<"allow" | "deny">;
  readonly traffic: Maybe<Traffic>;
  readonly cidr: Maybe<string>;
  readonly place?: SourcePlace;
}

/** Without the last rule, which denies everything. */
export interface NetworkAcl extends Node {
  readonly vpc: Maybe<NodeId>;
  readonly entries: readonly AclEntry[];
}

export interface Peering extends Node {
  /** The other side may be in an account or a region that is not part of the graph. */
  readonly requester: Maybe<NodeId>;
  readonly accepter: Maybe<NodeId>;
  /** Active: accepted. CloudFormation accepts one in the same account and region by itself. */
  readonly active: Maybe<boolean>;
}

export interface GatewayEndpoint extends Node {
  readonly vpc: Maybe<NodeId>;
  /** e.g. `com.amazonaws.eu-west-3.s3`. */
  readonly service: Maybe<string>;
  readonly routeTables: readonly Maybe<NodeId>[];
}

/** The owner of an interface. */
export interface InterfaceOwner {
  readonly kind:
    | "instance"
    | "autoScalingGroup"
    | "balancer"
    | "database"
    | "natGateway"
    | "interfaceEndpoint"
    | "instanceConnectEndpoint"
    | "none";
  readonly id: NodeId;
}

/**
 * One end of packets. Things that AWS puts into a subnet have theirs here too: a balancer one for each of its subnets, an Auto Scaling
 * group one for each of its subnets, which stands for all instances there.
 */
export interface NetworkInterface extends Node {
  readonly owner: InterfaceOwner;
  /** It is in one of these: in several where AWS chooses (a database in its subnet group). Empty: not known. */
  readonly subnets: readonly NodeId[];
  /** Why, where `subnets` is not one. */
  readonly subnetUnknown?: Unknown;
  /** Its private address; unknown: one that AWS chooses in the subnet. */
  readonly address: Maybe<string>;
  readonly secondaryAddresses: readonly string[];
  readonly isPublic: Maybe<boolean>;
  /** Present where it is public. */
  readonly publicAddress?: Maybe<string>;
  readonly groups: readonly Maybe<NodeId>[];
  /** Does it have groups at all? A NAT gateway and a balancer made without them pass everything. */
  readonly filtered: boolean;
  readonly sourceDestCheck: Maybe<boolean>;
}
