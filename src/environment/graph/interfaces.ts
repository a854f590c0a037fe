import type { EnvironmentBuilder } from "../builder.js";
import { isKnown, Unknown, type Maybe } from "../maybe.js";
import type { InterfaceOwner, NetworkInterface } from "../network.js";
import type { Node, NodeId } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { draftsOf, implied, unlessAbsent } from "./node.js";
import type { Reading } from "./reading.js";
import { groupType, instanceType, interfaceType, subnetType } from "./types.js";

/** What has an Elastic IP (an interface, or what has one), and which. */
export type PublicAddresses = ReadonlyMap<NodeId, PublicSide>;

/** Unknown, where the address hangs on a condition. */
export type PublicSide = Pick<NetworkInterface, "isPublic" | "publicAddress">;

const publicBy = (presence: Unknown | undefined, address: Maybe<string> | undefined): PublicSide => ({
  isPublic: presence ?? true,
  publicAddress: address ?? chosen,
});

/** Addresses that AWS gives, as a template cannot know them. */
const chosen = new Unknown("AWS chooses the address");

/** Elastic IPs, and which nodes have one. */
export function drawElasticIps(catalogue: Catalogue, builder: EnvironmentBuilder): PublicAddresses {
  const addresses = new Map<NodeId, PublicSide>();
  const eipType = "AWS::EC2::EIP";
  const holders = [instanceType, interfaceType];
  /** Who has which address, by the address's id. */
  const owners = new Map<NodeId, Maybe<NodeId>>();
  for (const { read, resource } of draftsOf(catalogue, "AWS::EC2::EIPAssociation")) {
    const address = read.either("AllocationId", "EIP").node(eipType);
    const holder = read.either("InstanceId", "NetworkInterfaceId").node(...holders);
    if (typeof address === "string" && holder !== undefined) owners.set(address, unlessAbsent(resource, holder));
    // An address of another stack, on an instance of this one.
    else if (typeof holder === "string") addresses.set(holder, publicBy(resource.presence, read.at("EIP").text()));
  }
  for (const { read, resource } of draftsOf(catalogue, "AWS::EC2::NatGateway")) {
    const address = read.at("AllocationId").node(eipType);
    if (typeof address === "string") owners.set(address, unlessAbsent(resource, resource.id));
  }
  for (const { read, resource } of draftsOf(catalogue, "AWS::ElasticLoadBalancingV2::LoadBalancer"))
    for (const mapping of read.at("SubnetMappings").list()) {
      const address = mapping.at("AllocationId").node(eipType);
      if (typeof address === "string") owners.set(address, unlessAbsent(resource, resource.id));
    }
  for (const { node, read, resource } of draftsOf(catalogue, eipType)) {
    const owner = owners.get(node.id) ?? read.at("InstanceId").node(instanceType);
    builder.add("elasticIps", { ...node, owner });
    const told = resource.attributes?.["PublicIp"];
    if (typeof owner === "string") addresses.set(owner, publicBy(resource.presence, typeof told === "string" ? told : undefined));
  }
  return addresses;
}

export interface InterfaceWish {
  readonly owner: InterfaceOwner;
  readonly subnets: readonly Maybe<NodeId>[];
  readonly address?: Maybe<string>;
  readonly secondaryAddresses?: readonly string[];
  readonly isPublic: Maybe<boolean>;
  readonly publicAddress?: Maybe<string>;
  readonly groups: readonly Maybe<NodeId>[];
  readonly filtered?: boolean;
  readonly sourceDestCheck?: Maybe<boolean>;
}

/** An interface of its own node, or one that AWS makes for its owner. */
export function interfaceOf(node: Node, wish: InterfaceWish): NetworkInterface {
  const subnets = wish.subnets.filter(isKnown);
  const unknown = wish.subnets.find((subnet) => subnet instanceof Unknown);
  const several = new Unknown(`AWS chooses the subnet among ${subnets.join(", ")}`);
  const subnetUnknown =
    unknown ??
    (subnets.length === 0 ? new Unknown(`${wish.owner.id} names no subnet`) : subnets.length > 1 ? several : undefined);
  return {
    ...node,
    owner: wish.owner,
    subnets,
    ...(subnetUnknown === undefined ? {} : { subnetUnknown }),
    address: wish.address ?? chosen,
    secondaryAddresses: wish.secondaryAddresses ?? [],
    isPublic: wish.isPublic,
    ...(wish.isPublic === false ? {} : { publicAddress: wish.publicAddress ?? chosen }),
    groups: wish.groups,
    filtered: wish.filtered ?? true,
    sourceDestCheck: wish.sourceDestCheck ?? true,
  };
}

export const impliedInterface = (owner: Node, suffix: string, wish: InterfaceWish): NetworkInterface =>
  interfaceOf(implied(owner, suffix, interfaceType), wish);

/** One interface for each subnet, named by it; where a subnet is not known, by its place in the list. */
export const interfacesBySubnet = (
  owner: Node,
  subnets: readonly Maybe<NodeId>[],
  wish: (subnet: Maybe<NodeId>) => Omit<InterfaceWish, "subnets">,
): readonly NetworkInterface[] =>
  subnets.map((subnet, index) =>
    impliedInterface(owner, typeof subnet === "string" ? subnet : `subnet ${index + 1}`, { ...wish(subnet), subnets: [subnet] }),
  );

/** The groups that are named, or the default one of the subnet's VPC. */
export function groupsOrDefault(
  builder: EnvironmentBuilder,
  named: readonly Maybe<NodeId>[],
  subnet: Maybe<NodeId> | undefined,
): readonly Maybe<NodeId>[] {
  if (named.length > 0) return named;
  if (subnet === undefined) return [new Unknown("it names neither groups nor a subnet")];
  if (subnet instanceof Unknown) return [subnet];
  const vpc = builder.get("subnets", subnet)?.vpc ?? new Unknown(`${subnet} is not part of what was read`);
  if (vpc instanceof Unknown) return [vpc];
  return [builder.get("vpcs", vpc)?.defaultGroup ?? new Unknown(`${vpc} is not part of what was read`)];
}

/** Interfaces that are resources of their own, NAT gateways' and endpoints'. */
export function drawInterfaces(catalogue: Catalogue, builder: EnvironmentBuilder, addresses: PublicAddresses): void {
  const attached = ownersOf(catalogue);
  for (const { node, read } of draftsOf(catalogue, interfaceType)) {
    const subnet = read.at("SubnetId").node(subnetType) ?? new Unknown(`${node.id} names no subnet`);
    const holder = attached.get(node.id);
    const side = addresses.get(node.id) ?? (holder?.first === true ? addresses.get(holder.instance) : undefined);
    builder.add(
      "interfaces",
      interfaceOf(node, {
        owner: holder === undefined ? { kind: "none", id: node.id } : { kind: "instance", id: holder.instance },
        subnets: [subnet],
        ...addressesOf(read),
        ...(side ?? { isPublic: false }),
        groups: groupsOrDefault(builder, read.at("GroupSet").nodes(groupType), subnet),
        sourceDestCheck: read.at("SourceDestCheck").flag(true),
      }),
    );
  }
  for (const nat of builder.list("natGateways"))
    builder.add(
      "interfaces",
      impliedInterface(nat, "eth0", {
        owner: { kind: "natGateway", id: nat.id },
        subnets: [nat.subnet],
        isPublic: nat.connectivity === "public",
        ...(nat.connectivity === "public" ? publicAddressOf(addresses.get(nat.id)) : {}),
        groups: [],
        filtered: false,
        sourceDestCheck: false,
      }),
    );
  drawEndpoints(catalogue, builder);
}

const publicAddressOf = (side: PublicSide | undefined): Pick<PublicSide, "publicAddress"> =>
  side?.publicAddress === undefined ? {} : { publicAddress: side.publicAddress };

/** Private addresses of an interface, in the two forms that EC2 has. */
export function addressesOf(read: Reading): Pick<InterfaceWish, "address" | "secondaryAddresses"> {
  const listed = read.at("PrivateIpAddresses").list();
  const isPrimary = (entry: Reading): boolean => entry.at("Primary").flag(false) === true;
  const primary = read.at("PrivateIpAddress").text() ?? listed.find(isPrimary)?.at("PrivateIpAddress").text();
  const secondary = listed
    .filter((entry) => !isPrimary(entry))
    .map((entry) => entry.at("PrivateIpAddress").text())
    .filter((address) => typeof address === "string");
  return { ...(primary === undefined ? {} : { address: primary }), secondaryAddresses: secondary };
}

/** The instances that interfaces of their own are attached to; `first`: it is the one that the instance begins with. */
function ownersOf(catalogue: Catalogue): ReadonlyMap<NodeId, { readonly instance: NodeId; readonly first: boolean }> {
  const owners = new Map<NodeId, { readonly instance: NodeId; readonly first: boolean }>();
  for (const { read } of draftsOf(catalogue, "AWS::EC2::NetworkInterfaceAttachment")) {
    const id = read.at("NetworkInterfaceId").node(interfaceType);
    const instance = read.at("InstanceId").node(instanceType);
    if (typeof id === "string" && typeof instance === "string") owners.set(id, { instance, first: false });
  }
  for (const { node, read } of draftsOf(catalogue, instanceType))
    for (const wish of read.at("NetworkInterfaces").list()) {
      const id = wish.at("NetworkInterfaceId").node(interfaceType);
      if (typeof id === "string") owners.set(id, { instance: node.id, first: wish.at("DeviceIndex").number(0) === 0 });
    }
  return owners;
}

function drawEndpoints(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  for (const { node, read } of draftsOf(catalogue, "AWS::EC2::VPCEndpoint")) {
    if (read.at("VpcEndpointType").text("Gateway") === "Gateway") continue;
    const interfaces = interfacesBySubnet(node, read.at("SubnetIds").nodes(subnetType), (subnet) => ({
      owner: { kind: "interfaceEndpoint", id: node.id },
      isPublic: false,
      groups: groupsOrDefault(builder, read.at("SecurityGroupIds").nodes(groupType), subnet),
    }));
    for (const each of interfaces) builder.add("interfaces", each);
  }
  for (const { node, read } of draftsOf(catalogue, "AWS::EC2::InstanceConnectEndpoint")) {
    const subnet = read.at("SubnetId").node(subnetType) ?? new Unknown(`${node.id} names no subnet`);
    builder.add(
      "interfaces",
      impliedInterface(node, "eth0", {
        owner: { kind: "instanceConnectEndpoint", id: node.id },
        subnets: [subnet],
        isPublic: false,
        groups: groupsOrDefault(builder, read.at("SecurityGroupIds").nodes(groupType), subnet),
      }),
    );
  }
}
