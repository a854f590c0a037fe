import { isAddress, nth, parseBlock, toAddress, toNumber } from "../../../addresses.js";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove, type Commit } from "../../records/records.js";
import { freePublicAddress, releasePublicAddress, takePublicAddress } from "./publicaddresses.js";
import { macOf, newId } from "./ids.js";
import { checkQuota, quotas } from "./quotas.js";
import {
  Addresses,
  NetworkInterfaces,
  SecurityGroups,
  Subnets,
  Vpcs,
  type NetworkInterface,
  type Subnet,
  type Tags,
} from "./records.js";

/** What an interface is wanted for. */
export interface InterfaceWish {
  readonly subnetId: string;
  /** Empty: the VPC's default group. A NAT gateway has none: `noGroups`. */
  readonly groupIds: readonly string[];
  readonly noGroups?: boolean;
  readonly description: string;
  readonly holder: NetworkInterface["holder"];
  readonly attachment?: NetworkInterface["attachment"];
  readonly privateIp?: string | undefined;
  /** Further addresses: these, and so many more. */
  readonly secondaryIps?: readonly string[] | undefined;
  readonly secondaryCount?: number | undefined;
  readonly tags?: Tags | undefined;
  /** Take a public address from the pool that leaves with the interface. */
  readonly publicAddress?: boolean;
  readonly metadata?: boolean;
  readonly sourceDestCheck?: boolean;
}

/** The first metadata port of a VPC's routers; see `InterfaceSpec.metadataPort`. */
const firstMetadataPort = 20_000;

/**
 * Decide a new network interface: picks a free address of the subnet, a MAC and, where wanted, a public address.
 * Changes nothing: put it into the holder's own commit with `...interfaceChanges(nic)`, then `upkeep.network(vpcId)`.
 * Throws `InvalidSubnetID.NotFound`, `InvalidGroup.NotFound`, `NetworkInterfaceLimitExceeded`, `SecurityGroupsPerInterfaceLimitExceeded`,
 * `InsufficientFreeAddressesInSubnet`, `InvalidIPAddress.InUse`.
 * `alsoTaken`: interfaces decided in the same commit, whose addresses are not in the records yet.
 */
export function decideInterface(
  scope: Scope,
  wish: InterfaceWish,
  alsoTaken: readonly NetworkInterface[] = [],
): NetworkInterface {
  const subnet = scope.records.get(Subnets, wish.subnetId);
  if (subnet === undefined) throw new ServiceFault("InvalidSubnetID.NotFound", `The subnet ID '${wish.subnetId}' does not exist`);
  const others = [...scope.records.list(NetworkInterfaces), ...alsoTaken];
  checkQuota(quotas.interfaces, others.length + 1);
  const interfaceId = newId("eni");
  const taken = addressesIn(others, subnet.subnetId);
  const [privateIp = ""] = pickAddresses(subnet, taken, {
    stated: wish.privateIp === undefined ? [] : [wish.privateIp],
    count: 1,
  });
  const secondaryIps = pickAddresses(subnet, new Set([...taken, privateIp]), {
    stated: wish.secondaryIps ?? [],
    count: (wish.secondaryIps?.length ?? 0) + (wish.secondaryCount ?? 0),
  });
  return {
    interfaceId,
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    zone: subnet.zone,
    privateIp,
    ...(secondaryIps.length === 0 ? {} : { secondaryIps }),
    mac: macOf(interfaceId),
    groupIds: wish.noGroups === true ? [] : checkedGroups(scope, subnet, wish.groupIds),
    description: wish.description,
    sourceDestCheck: wish.sourceDestCheck ?? true,
    holder: wish.holder,
    ...(wish.attachment === undefined ? {} : { attachment: wish.attachment }),
    ...(wish.tags === undefined ? {} : { tags: wish.tags }),
    ...(wish.metadata === true ? { metadataPort: freeMetadataPort(others) } : {}),
    ...(wish.publicAddress === true
      ? {
          autoPublicIp: freePublicAddress(
            scope,
            alsoTaken.flatMap((nic) => nic.autoPublicIp ?? []),
          ),
        }
      : {}),
  };
}

export function theInterface(scope: Pick<Scope, "records">, interfaceId: string | undefined): NetworkInterface {
  const nic = interfaceId === undefined ? undefined : scope.records.get(NetworkInterfaces, interfaceId);
  if (nic === undefined)
    throw new ServiceFault("InvalidNetworkInterfaceID.NotFound", `The networkInterface ID '${interfaceId}' does not exist`);
  return nic;
}

/** An interface that is the user's to change. One that a service made for itself is not: `AuthFailure`. */
export function ownInterface(scope: Pick<Scope, "records">, interfaceId: string): NetworkInterface {
  const nic = theInterface(scope, interfaceId);
  if (nic.holder.kind !== "none" && nic.holder.kind !== "instance")
    throw new ServiceFault(
      "AuthFailure",
      `You do not have permission to access the specified resource: ${interfaceId} belongs to ${nic.holder.id}.`,
    );
  return nic;
}

/** The changes that add a decided interface. */
export const interfaceChanges = (nic: NetworkInterface): Commit => [
  put(NetworkInterfaces, nic.interfaceId, nic),
  ...(nic.autoPublicIp === undefined ? [] : [takePublicAddress(nic.autoPublicIp)]),
];

/**
 * The changes when a holder goes: its interfaces go with it, but those that an instance's attachment keeps are free again. Public
 * addresses that came with them are given back, Elastic IPs of those that go are free.
 */
export const removeInterfacesOf = (scope: Scope, holder: NetworkInterface["holder"]): Commit =>
  scope.records
    .list(NetworkInterfaces)
    .filter((nic) => nic.holder.kind === holder.kind && nic.holder.id === holder.id)
    .flatMap((nic) => (nic.attachment?.deleteOnTermination === false ? freedInterface(nic) : removeInterface(scope, nic)));

export const removeInterface = (scope: Scope, nic: NetworkInterface): Commit => [
  remove(NetworkInterfaces, nic.interfaceId),
  ...(nic.autoPublicIp === undefined ? [] : [releasePublicAddress(nic.autoPublicIp)]),
  ...freedAddresses(scope, nic.interfaceId),
];

/** An interface that outlives what it was attached to. */
export function freedInterface({ attachment: _ended, metadataPort: _closed, autoPublicIp, ...nic }: NetworkInterface): Commit {
  return [
    put(NetworkInterfaces, nic.interfaceId, { ...nic, holder: { kind: "none", id: "" } }),
    ...(autoPublicIp === undefined ? [] : [releasePublicAddress(autoPublicIp)]),
  ];
}

/** The Elastic IPs of an interface, or of some of its addresses, without their association. */
export const freedAddresses = (scope: Scope, interfaceId: string, privateIps?: readonly string[]): Commit =>
  scope.records.list(Addresses).flatMap(({ association, ...address }) => {
    const its =
      association?.interfaceId === interfaceId &&
      (privateIps === undefined || (association.privateIp !== undefined && privateIps.includes(association.privateIp)));
    return its ? [put(Addresses, address.allocationId, address)] : [];
  });

/** Every private address of an interface, the primary one first. */
export const addressesOf = (nic: NetworkInterface): readonly string[] => [nic.privateIp, ...(nic.secondaryIps ?? [])];

export function checkAddressCount(nic: NetworkInterface, most: number): void {
  if (addressesOf(nic).length > most)
    throw new ServiceFault(
      "PrivateIpAddressLimitExceeded",
      `Number of private addresses will exceed limit: ${nic.interfaceId} may have ${most}.`,
    );
}

/** Addresses that are taken in a subnet. */
export const addressesIn = (nics: readonly NetworkInterface[], subnetId: string): ReadonlySet<string> =>
  new Set(nics.filter((nic) => nic.subnetId === subnetId).flatMap(addressesOf));

/**
 * `count` free addresses of a subnet, the stated ones among them. AWS keeps the first four and the last address of a subnet:
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
export function pickAddresses(
  subnet: Subnet,
  taken: ReadonlySet<string>,
  wanted: { readonly stated: readonly string[]; readonly count: number },
): readonly string[] {
  const block = parseBlock(subnet.cidr);
  if (block === undefined) throw new ServiceFault("InternalError", `Subnet ${subnet.subnetId} has no valid block`, 500);
  const [first, end] = [block.base + 4, block.base + block.size - 1];
  const picked = new Set<string>();
  for (const address of wanted.stated) {
    if (!isAddress(address))
      throw new ServiceFault(
        "InvalidParameterValue",
        `Value (${address}) for parameter PrivateIpAddress is invalid. Invalid IPv4 address.`,
      );
    const value = toNumber(address);
    if (value < first || value >= end)
      throw new ServiceFault("InvalidParameterValue", `Address ${address} does not fall within the subnet's address range`);
    if (taken.has(address) || picked.has(address))
      throw new ServiceFault("InvalidIPAddress.InUse", `Address ${address} is in use.`);
    picked.add(address);
  }
  for (let value = first; value < end && picked.size < wanted.count; value++)
    if (!taken.has(toAddress(value))) picked.add(toAddress(value));
  if (picked.size < wanted.count)
    throw new ServiceFault(
      "InsufficientFreeAddressesInSubnet",
      `There are not enough free addresses in subnet '${subnet.subnetId}' to satisfy the requested number of instances.`,
    );
  return [...picked];
}

/** The groups of an interface: those wanted, which must be of its VPC, or the VPC's default group. */
export function checkedGroups(
  scope: Pick<Scope, "records">,
  subnet: Pick<Subnet, "subnetId" | "vpcId">,
  wanted: readonly string[],
): readonly string[] {
  const groupIds = [...new Set(wanted)];
  if (groupIds.length === 0) {
    const vpc = scope.records.get(Vpcs, subnet.vpcId);
    return vpc === undefined ? [] : [vpc.defaultGroupId];
  }
  checkQuota(quotas.groupsPerInterface, groupIds.length);
  for (const groupId of groupIds) {
    const group = scope.records.get(SecurityGroups, groupId);
    if (group === undefined) throw new ServiceFault("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
    if (group.vpcId !== subnet.vpcId)
      throw new ServiceFault(
        "InvalidParameter",
        `Security group ${groupId} and subnet ${subnet.subnetId} belong to different networks.`,
      );
  }
  return groupIds;
}

export function freeMetadataPort(others: readonly NetworkInterface[]): number {
  const taken = new Set(others.map((nic) => nic.metadataPort));
  let port = firstMetadataPort;
  while (taken.has(port)) port++;
  return port;
}

/** The VPC's resolver: the address at the VPC's base plus two. */
export const resolverOf = (vpcCidr: string): string => nth(vpcCidr, 2);
