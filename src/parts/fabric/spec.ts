/**
 * What the fabric is asked to make: one value per VPC, and one for the simulated internet. Plain data, in AWS's nouns;
 * the fabric plans links, routes and nftables text from it (pure) and then makes the kernel match.
 */
export interface VpcSpec {
  readonly vpcId: string;
  /** e.g. `10.0.0.0/16`. */
  readonly cidr: string;
  readonly subnets: readonly SubnetSpec[];
  readonly routeTables: readonly RouteTableSpec[];
  readonly securityGroups: readonly SecurityGroupSpec[];
  readonly interfaces: readonly InterfaceSpec[];
  readonly natGateways: readonly NatGatewaySpec[];
  /** Set when an internet gateway is attached. */
  readonly internetGatewayId?: string;
  /** One-to-one public addresses in force (Elastic IPs and auto-assigned ones). */
  readonly publicAddresses: readonly PublicAddressSpec[];
  /** Every network ACL that a subnet names. */
  readonly networkAcls?: readonly NetworkAclSpec[];
  /** Active peering connections; the other VPC's spec names the same. */
  readonly peerings?: readonly PeeringSpec[];
  readonly gatewayEndpoints?: readonly GatewayEndpointSpec[];
  /** Faults in force, as part of the wish: they last until they are no longer named, also over a restart. */
  readonly faults?: readonly FaultSpec[];
}

/** Where a fault is. A place that the VPC does not have is no error: a zone's fault is wished of every VPC. */
export type FaultPlace = { readonly zone: string } | { readonly interfaceId: string };

export type FaultSpec =
  /**
   * Nothing passes: the border of a zone, to other zones, the internet, peered VPCs and services, while its inside lives; or all
   * that an interface sends and is sent, also of the resolver and the metadata service.
   */
  | { readonly kind: "cut"; readonly at: FaultPlace }
  /** This much of what passes there is lost, each way: 0 to 100, in steps of 0.01. Whole segments, before they are cut up for a wire. */
  | { readonly kind: "loss"; readonly at: FaultPlace; readonly percent: number }
  /**
   * Each round trip over it takes so much longer: up to a minute, in steps of a microsecond; what several faults ask for adds up. The
   * delay is on one way, that out of the zone or that to the interface, as a sender's own devices are not the fabric's. Only where
   * the kernel has netem; `applyVpc` throws `LatencyNotPossible` elsewhere.
   */
  | { readonly kind: "latency"; readonly at: FaultPlace; readonly milliseconds: number };

export interface SubnetSpec {
  readonly subnetId: string;
  readonly cidr: string;
  /** e.g. `eu-west-3a`. */
  readonly zone: string;
  readonly routeTableId: string;
  /** Unset: everything passes, both ways. */
  readonly networkAclId?: string;
}

/** A network ACL: stateless, at the subnet's edge; the first rule that matches decides, and none is a drop. */
export interface NetworkAclSpec {
  readonly networkAclId: string;
  /** Ordered, the lowest rule number first, without the last `*`. */
  readonly ingress: readonly AclRuleSpec[];
  readonly egress: readonly AclRuleSpec[];
}

export interface AclRuleSpec {
  readonly action: "allow" | "deny";
  /** As in `GroupRuleSpec`. */
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly cidr: string;
}

/** A peering connection seen from one of its VPCs. Not transitive: what comes in by it is only for this VPC's own addresses. */
export interface PeeringSpec {
  readonly peeringId: string;
  readonly peer: {
    readonly vpcId: string;
    readonly cidr: string;
    readonly subnets: readonly { readonly cidr: string; readonly zone: string }[];
    /** Security groups of the other VPC that rules here name, as their members' addresses at this moment. */
    readonly groups: readonly { readonly groupId: string; readonly addresses: readonly string[] }[];
  };
}

/** A gateway endpoint of S3: routes to its prefix list lead to the region's service and not to the internet. */
export interface GatewayEndpointSpec {
  readonly endpointId: string;
  /** The service's addresses, e.g. `198.19.1.0/24`. */
  readonly cidrs: readonly string[];
}

export interface RouteTableSpec {
  readonly routeTableId: string;
  /** Without the local route, which every table has. */
  readonly routes: readonly RouteSpec[];
}

export interface RouteSpec {
  readonly destination: string;
  readonly target:
    | { readonly kind: "internet-gateway" }
    | { readonly kind: "nat-gateway"; readonly natGatewayId: string }
    /** An appliance: the packet is handed to this interface as it is. */
    | { readonly kind: "interface"; readonly interfaceId: string }
    | { readonly kind: "peering"; readonly peeringId: string }
    | { readonly kind: "gateway-endpoint"; readonly endpointId: string }
    | { readonly kind: "blackhole" };
}

export interface SecurityGroupSpec {
  readonly groupId: string;
  readonly ingress: readonly GroupRuleSpec[];
  readonly egress: readonly GroupRuleSpec[];
}

export interface GroupRuleSpec {
  /** `tcp`, `udp`, `icmp`, a protocol number as text, or `-1` for all. */
  readonly protocol: string;
  /** Port range, or ICMP type (from) and code (to); -1 is all. */
  readonly fromPort?: number;
  readonly toPort?: number;
  /** The other end: a CIDR or the members of a group. */
  readonly peer: { readonly cidr: string } | { readonly groupId: string };
}

export interface InterfaceSpec {
  readonly interfaceId: string;
  readonly subnetId: string;
  readonly privateIp: string;
  /** Further private addresses. */
  readonly secondaryIps?: readonly string[];
  /** e.g. `02:0a:00:00:00:01`. */
  readonly mac: string;
  readonly groupIds: readonly string[];
  /** `instance`, `database`, `balancer`: a namespace of its own, in which the owner's processes run. `bare`: the same with nothing in it. */
  readonly sourceDestCheck: boolean;
  /**
   * A further interface of the machine behind that (primary) interface, which is of the same zone: its end is `eth<deviceIndex>`
   * there, from 1. Unset: `eth0` of a namespace of its own.
   */
  readonly attachedTo?: { readonly interfaceId: string; readonly deviceIndex: number };
  /**
   * Where a caller of 169.254.169.254:80 through this interface is led: this TCP port on the router's 169.254.169.254,
   * so that it is known by the listener it came through. Unset: the interface has no metadata service.
   */
  readonly metadataPort?: number;
}

export interface NatGatewaySpec {
  readonly natGatewayId: string;
  /** Its interface is among `interfaces`. */
  readonly interfaceId: string;
}

export interface PublicAddressSpec {
  /** Inside 198.18.0.0/15. */
  readonly publicIp: string;
  readonly interfaceId: string;
  /** Which of the interface's addresses; unset: its primary one. */
  readonly privateIp?: string;
}

/** Addresses of the simulated internet (198.18.0.0/15), fixed. */
export const internet = {
  cidr: "198.18.0.0/15",
  /** Public addresses of VPCs are taken from here. */
  publicPool: "198.18.0.0/17",
  /** A host of the internet, where `sandtable internet` runs commands and loopback publishing starts from. */
  host: "198.19.0.10",
  /** The internet's resolver. */
  resolver: "198.19.0.53",
  /** The AWS endpoints that machines call. */
  endpoints: "198.19.0.80",
  /** The forward proxy that admits the package mirrors of this host. */
  packageProxy: "198.19.0.88",
  /** Addresses of the region's services that gateway endpoints lead to. */
  services: "198.19.1.0/24",
  /** S3, over the internet and behind gateway endpoints. */
  s3: "198.19.1.1",
} as const;
