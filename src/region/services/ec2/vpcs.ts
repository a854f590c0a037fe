import { overlaps, parseBlock, toAddress } from "../../../addresses.js";
import { internet } from "../../../parts/fabric/spec.js";
import type { Call } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, remove, type Commit } from "../../records/records.js";
import { allowAllEgress } from "./grouprules.js";
import { newId } from "./ids.js";
import { defaultNetworkAcl } from "./networkaclentries.js";
import { checkQuota, quotas } from "./quotas.js";
import {
  DefaultVpcDeletions,
  InternetGateways,
  NetworkAcls,
  NetworkInterfaces,
  RouteTables,
  SecurityGroups,
  Subnets,
  VpcEndpoints,
  VpcPeeringConnections,
  Vpcs,
  type Route,
  type RouteTable,
  type SecurityGroup,
  type Tags,
  type Vpc,
} from "./records.js";

type Reading = Pick<Call, "records">;

export interface VpcWish {
  readonly cidr: string;
  readonly enableDnsSupport?: boolean | undefined;
  readonly enableDnsHostnames?: boolean | undefined;
  readonly isDefault?: boolean;
  /** Routes of its main route table beside the local one. */
  readonly mainRoutes?: readonly Route[];
  readonly tags: Tags;
}

/** The one id of `DefaultVpcDeletions`. */
export const theDeletion = "default";

/**
 * A VPC with its main route table, its default security group and its default network ACL.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html
 */
export async function createVpc(call: Call, wish: VpcWish): Promise<Vpc> {
  checkQuota(quotas.vpcs, call.records.list(Vpcs).length + defaultToCome(call) + 1);
  const { vpc, changes } = newVpc({ ...wish, cidr: vpcBlock(wish.cidr) });
  checkNames(vpc);
  call.commit(...changes);
  await call.upkeep.network(vpc.vpcId);
  return vpc;
}

/** On AWS the default VPC is there from the first day, with an internet gateway: until it is made here, it is counted all the same. */
export const defaultToCome = ({ records }: Reading): 0 | 1 =>
  records.get(DefaultVpcDeletions, theDeletion) === undefined && !records.list(Vpcs).some((vpc) => vpc.isDefault === true)
    ? 1
    : 0;

/** The block in canonical form: AWS makes 100.68.0.18/18 to 100.68.0.0/18. Pure; throws `InvalidParameterValue`, `InvalidVpc.Range`. */
export function vpcBlock(cidr: string): string {
  const block = parseBlock(cidr);
  if (block === undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`,
    );
  if (block.prefix < 16 || block.prefix > 28) throw new ServiceFault("InvalidVpc.Range", `The CIDR '${cidr}' is invalid.`);
  for (const [reserved, what] of reservedBlocks) {
    const other = parseBlock(reserved);
    if (other === undefined || !overlaps(other, block)) continue;
    if (reserved === internet.cidr) throw new NotModelled(`a VPC in ${reserved}: ${what}`, "Choose another CIDR block.");
    throw new ServiceFault("InvalidVpc.Range", `The CIDR '${cidr}' is invalid: ${reserved} is ${what}.`);
  }
  return `${toAddress(block.base)}/${block.prefix}`;
}

/** Blocks that no network may be made of: https://www.rfc-editor.org/rfc/rfc6890 */
const reservedBlocks: readonly (readonly [cidr: string, what: string])[] = [
  ["0.0.0.0/8", "this host on this network"],
  ["127.0.0.0/8", "the loopback block"],
  ["169.254.0.0/16", "the link-local block"],
  ["224.0.0.0/3", "for multicast and future use"],
  [internet.cidr, "there the simulated internet has its addresses"],
];

/** A new VPC and the changes that make it. Pure but for the ids; `wish.cidr` is checked already. */
export function newVpc(wish: VpcWish): { vpc: Vpc; changes: Commit } {
  const vpcId = newId("vpc");
  const groupId = newId("sg");
  const group: SecurityGroup = {
    groupId,
    groupName: "default",
    description: "default VPC security group",
    vpcId,
    // Members of the default group may reach each other: its one inbound rule names the group itself.
    ingress: [{ ruleId: newId("sgr"), protocol: "-1", peer: { groupId } }],
    egress: [allowAllEgress()],
    tags: {},
  };
  const table: RouteTable = {
    routeTableId: newId("rtb"),
    vpcId,
    mainAssociationId: newId("rtbassoc"),
    routes: wish.mainRoutes ?? [],
    tags: {},
  };
  const acl = defaultNetworkAcl(vpcId);
  const vpc: Vpc = {
    vpcId,
    cidr: wish.cidr,
    enableDnsSupport: wish.enableDnsSupport ?? true,
    enableDnsHostnames: wish.enableDnsHostnames ?? false,
    mainRouteTableId: table.routeTableId,
    defaultGroupId: groupId,
    defaultNetworkAclId: acl.networkAclId,
    ...(wish.isDefault === true ? { isDefault: true } : {}),
    tags: wish.tags,
  };
  return {
    vpc,
    changes: [
      put(Vpcs, vpcId, vpc),
      put(RouteTables, table.routeTableId, table),
      put(SecurityGroups, groupId, group),
      put(NetworkAcls, acl.networkAclId, acl),
    ],
  };
}

/** Deletes the VPC with what was made with it; anything else in it is a DependencyViolation. */
export async function deleteVpc(call: Call, vpcId: string): Promise<void> {
  const vpc = theVpc(call, vpcId);
  const dependants = dependantsOf(call, vpc);
  if (dependants.length > 0)
    throw new ServiceFault(
      "DependencyViolation",
      `The vpc '${vpcId}' has dependencies and cannot be deleted. It still has ${dependants.join(", ")}.`,
    );
  call.commit(
    remove(Vpcs, vpcId),
    remove(RouteTables, vpc.mainRouteTableId),
    remove(SecurityGroups, vpc.defaultGroupId),
    ...(vpc.defaultNetworkAclId === undefined ? [] : [remove(NetworkAcls, vpc.defaultNetworkAclId)]),
    ...(vpc.isDefault === true ? [put(DefaultVpcDeletions, theDeletion, { at: call.now() })] : []),
  );
  await call.upkeep.network(vpcId);
}

function dependantsOf({ records }: Reading, vpc: Vpc): readonly string[] {
  const inside = <T extends { readonly vpcId?: string }>(items: readonly T[], counts: (item: T) => boolean = () => true) =>
    items.some((item) => item.vpcId === vpc.vpcId && counts(item));
  const peered = records
    .list(VpcPeeringConnections)
    .some(
      ({ state, requesterVpcId, accepterVpcId }) =>
        (state === "active" || state === "pending-acceptance") && [requesterVpcId, accepterVpcId].includes(vpc.vpcId),
    );
  return [
    inside(records.list(Subnets)) && "subnets",
    inside(records.list(InternetGateways)) && "an internet gateway",
    inside(records.list(NetworkInterfaces)) && "network interfaces",
    inside(records.list(SecurityGroups), (group) => group.groupId !== vpc.defaultGroupId) && "security groups",
    inside(records.list(RouteTables), (table) => table.routeTableId !== vpc.mainRouteTableId) && "route tables",
    inside(records.list(NetworkAcls), (acl) => acl.networkAclId !== vpc.defaultNetworkAclId) && "network ACLs",
    inside(records.list(VpcEndpoints)) && "endpoints",
    peered && "peering connections",
  ].filter((noun) => noun !== false);
}

export interface VpcAttributes {
  readonly enableDnsSupport?: boolean | undefined;
  readonly enableDnsHostnames?: boolean | undefined;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html */
export function modifyVpc(call: Call, vpcId: string | undefined, to: VpcAttributes): void {
  const vpc = theVpc(call, vpcId);
  const changed: Vpc = {
    ...vpc,
    enableDnsSupport: to.enableDnsSupport ?? vpc.enableDnsSupport,
    enableDnsHostnames: to.enableDnsHostnames ?? vpc.enableDnsHostnames,
  };
  if (to.enableDnsHostnames === true) checkNames(changed);
  call.commit(put(Vpcs, vpc.vpcId, changed));
  call.upkeep.nudge("names", vpc.vpcId);
}

function checkNames({ vpcId, enableDnsHostnames, enableDnsSupport }: Vpc): void {
  if (enableDnsHostnames && !enableDnsSupport)
    throw new ServiceFault(
      "InvalidParameterValue",
      `DNS hostnames of ${vpcId} can be enabled only while its DNS support is: set enableDnsSupport first.`,
    );
}

export function theVpc(call: Reading, vpcId: string | undefined): Vpc {
  const vpc = vpcId === undefined ? undefined : call.records.get(Vpcs, vpcId);
  if (vpc === undefined) throw new ServiceFault("InvalidVpcID.NotFound", `The vpc ID '${vpcId}' does not exist`);
  return vpc;
}
