import { recordType } from "../../records/records.js";
import type { GroupRuleSpec } from "../../../parts/fabric/spec.js";
import type { Association } from "./associations.js";

/** The records of EC2. Ids are AWS's (`vpc-` and 17 hexadecimal digits); times are milliseconds since the epoch. */

export type Tags = Readonly<Record<string, string>>;

export interface Vpc {
  readonly vpcId: string;
  readonly cidr: string;
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
  readonly mainRouteTableId: string;
  readonly defaultGroupId: string;
  readonly defaultNetworkAclId?: string;
  /** Unset: the set that AWS makes for every account. `default`: no options at all. */
  readonly dhcpOptionsId?: string;
  /** What a stack's association with that set took the place of. */
  readonly dhcpOptionsReplaced?: DhcpOptionsAssociation | undefined;
  readonly isDefault?: boolean;
  readonly tags: Tags;
}
export const Vpcs = recordType<Vpc>("ec2:Vpc");

/** Kept, as `default`, once the default VPC was deleted: it does not come back by itself, as on AWS. */
export const DefaultVpcDeletions = recordType<{ readonly at: number }>("ec2:DefaultVpcDeletion");

/** It has no id of its own on AWS: that of the set stands for it. */
export type DhcpOptionsAssociation = Association<DhcpOptionsAssociation>;

export interface RouteTableAssociation extends Association<RouteTableAssociation> {
  readonly routeTableId: string;
}

export interface NetworkAclAssociation extends Association<NetworkAclAssociation> {
  readonly networkAclId: string;
}

export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly mapPublicIpOnLaunch: boolean;
  /** Undefined: the VPC's main route table. */
  readonly routeTable?: RouteTableAssociation | undefined;
  /** Undefined: the VPC's default network ACL. */
  readonly networkAcl?: NetworkAclAssociation | undefined;
  /** The subnet of its zone in a default VPC. */
  readonly defaultForAz?: boolean;
  readonly tags: Tags;
}
export const Subnets = recordType<Subnet>("ec2:Subnet");

export interface Route {
  /** A CIDR, or a prefix list's id. */
  readonly destination: string;
  /** An internet gateway or a gateway endpoint. */
  readonly gatewayId?: string;
  readonly natGatewayId?: string;
  readonly interfaceId?: string;
  /** As sent, when the route names an instance: its primary interface is `interfaceId`. */
  readonly instanceId?: string;
  readonly vpcPeeringConnectionId?: string;
}

export interface RouteTable {
  readonly routeTableId: string;
  readonly vpcId: string;
  /** Association id of the main association; only the VPC's main table has one. */
  readonly mainAssociationId?: string;
  readonly routes: readonly Route[];
  readonly tags: Tags;
}
export const RouteTables = recordType<RouteTable>("ec2:RouteTable");

export interface NetworkAclEntry {
  readonly ruleNumber: number;
  readonly egress: boolean;
  readonly action: "allow" | "deny";
  /** A protocol number as text, `-1` for all. */
  readonly protocol: string;
  readonly cidr: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
}

export interface NetworkAcl {
  readonly networkAclId: string;
  readonly vpcId: string;
  readonly isDefault: boolean;
  readonly entries: readonly NetworkAclEntry[];
  readonly tags: Tags;
}
export const NetworkAcls = recordType<NetworkAcl>("ec2:NetworkAcl");

export interface DhcpOptions {
  readonly dhcpOptionsId: string;
  /** By AWS's keys: `domain-name`, `domain-name-servers` … */
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly tags: Tags;
}
export const DhcpOptionsSets = recordType<DhcpOptions>("ec2:DhcpOptions");

export interface VpcPeeringConnection {
  readonly vpcPeeringConnectionId: string;
  readonly requesterVpcId: string;
  readonly accepterVpcId: string;
  readonly state: "pending-acceptance" | "active" | "rejected" | "deleted" | "failed";
  readonly createdAt: number;
  /** When it was rejected, deleted or failed: it stays visible for two hours. */
  readonly endedAt?: number;
  readonly tags: Tags;
}
export const VpcPeeringConnections = recordType<VpcPeeringConnection>("ec2:VpcPeeringConnection");

export interface VpcEndpoint {
  readonly vpcEndpointId: string;
  readonly vpcId: string;
  /** e.g. `com.amazonaws.eu-west-3.s3`. */
  readonly serviceName: string;
  readonly routeTableIds: readonly string[];
  /** JSON, as sent. */
  readonly policyDocument?: string;
  readonly createdAt: number;
  readonly tags: Tags;
}
export const VpcEndpoints = recordType<VpcEndpoint>("ec2:VpcEndpoint");

export interface PrefixList {
  readonly prefixListId: string;
  readonly prefixListName: string;
  readonly maxEntries: number;
  readonly version: number;
  /** Whether it was ever modified: AWS then calls its state `modify-complete`. */
  readonly modified?: boolean;
  readonly entries: readonly { readonly cidr: string; readonly description?: string }[];
  readonly tags: Tags;
}
/** Managed prefix lists of the account; AWS's own (of S3) is not a record. */
export const PrefixLists = recordType<PrefixList>("ec2:PrefixList");

export interface InternetGateway {
  readonly internetGatewayId: string;
  readonly vpcId?: string;
  readonly tags: Tags;
}
export const InternetGateways = recordType<InternetGateway>("ec2:InternetGateway");

export interface AddressAssociation extends Association<AddressAssociation> {
  readonly interfaceId: string;
  /** Unset: the interface's primary address. */
  readonly privateIp?: string;
}

export interface Address {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly association?: AddressAssociation | undefined;
  /** What it had until a stack's association of another Elastic IP, `by`, took its private address. */
  readonly displaced?: { readonly by: string; readonly association: AddressAssociation } | undefined;
  readonly tags: Tags;
}
export const Addresses = recordType<Address>("ec2:Address");

export interface NatGateway {
  readonly natGatewayId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly interfaceId: string;
  readonly allocationId: string;
  readonly state: "available" | "deleted";
  readonly createdAt: number;
  /** Shown for an hour after this, as on AWS. */
  readonly deletedAt?: number;
  readonly tags: Tags;
}
export const NatGateways = recordType<NatGateway>("ec2:NatGateway");

export interface GroupRule extends Omit<GroupRuleSpec, "peer"> {
  readonly ruleId: string;
  readonly description?: string;
  /** A prefix list is its entries at any moment. */
  readonly peer: GroupRuleSpec["peer"] | { readonly prefixListId: string };
  readonly tags?: Tags;
}

export interface SecurityGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly description: string;
  readonly vpcId: string;
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
  readonly tags: Tags;
}
export const SecurityGroups = recordType<SecurityGroup>("ec2:SecurityGroup");

export interface NetworkInterface {
  readonly interfaceId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly privateIp: string;
  readonly secondaryIps?: readonly string[];
  readonly mac: string;
  readonly groupIds: readonly string[];
  readonly description: string;
  readonly sourceDestCheck: boolean;
  /** Who holds it: deleting the holder deletes it. */
  readonly holder:
    | { readonly kind: "instance"; readonly id: string }
    | { readonly kind: "nat-gateway"; readonly id: string }
    | { readonly kind: "database"; readonly id: string }
    | { readonly kind: "balancer"; readonly id: string }
    /** Made by CreateNetworkInterface and not attached: `available`. It stays until it is deleted. */
    | { readonly kind: "none"; readonly id: "" };
  /** How an instance holds it; unset: as the primary interface that was made with the instance and goes with it. */
  readonly attachment?: {
    readonly attachmentId: string;
    readonly deviceIndex: number;
    readonly deleteOnTermination: boolean;
    /** Milliseconds since the epoch. */
    readonly attachedAt: number;
  };
  /** Port of its metadata listener on the router; see `InterfaceSpec.metadataPort`. */
  readonly metadataPort?: number;
  /** A public address that came with it (not an Elastic IP) and leaves with it. */
  readonly autoPublicIp?: string;
  readonly tags?: Tags;
}
export const NetworkInterfaces = recordType<NetworkInterface>("ec2:NetworkInterface");

export interface Instance {
  readonly instanceId: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly interfaceId: string;
  readonly keyName?: string;
  readonly instanceProfileArn?: string;
  /** Base64, as sent. */
  readonly userData?: string;
  readonly httpTokens: "optional" | "required";
  readonly httpPutResponseHopLimit: number;
  /** What the user wants of it; `since` is when that was asked. */
  readonly wish: "running" | "stopped" | "terminated";
  readonly wishedAt: number;
  readonly state: "pending" | "running" | "stopping" | "stopped" | "shutting-down" | "terminated";
  /** Why it is in this state, AWS's `StateReason`. */
  readonly stateReason?: { readonly code: string; readonly message: string };
  readonly launchedAt: number;
  readonly reservationId: string;
  readonly monitoring: boolean;
  /** Whether starting it assigns a public address. */
  readonly publicAddress: boolean;
  /** True until the keeper has rebooted it. */
  readonly rebootWished?: boolean;
  /** It was stopped to be changed, and is to be started again. */
  readonly interrupted?: true;
  /** The request's idempotency token. */
  readonly clientToken?: string;
  readonly tags: Tags;
}
export const Instances = recordType<Instance>("ec2:Instance", { sealed: ["userData"] });
