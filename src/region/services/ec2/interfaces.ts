import { holdsAddress, nth, parseBlock, toAddress, toNumber } from "../../../addresses.js";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, remove, type Commit } from "../../records/records.js";
import { freePublicAddress, releasePublicAddress, takePublicAddress } from "./publicaddresses.js";
import { macOf, newId } from "./ids.js";
import { NetworkInterfaces, SecurityGroups, Subnets, Vpcs, type NetworkInterface, type Subnet } from "./records.js";

/** What an interface is wanted for. */
export interface InterfaceWish {
  readonly subnetId: string;
  /** Empty: the VPC's default group. A NAT gateway has none: `noGroups`. */
  readonly groupIds: readonly string[];
  readonly noGroups?: boolean;
  readonly description: string;
  readonly holder: NetworkInterface["holder"];
  readonly privateIp?: string;
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
 * Throws `InvalidSubnetID.NotFound`, `InvalidGroup.NotFound`, `InsufficientFreeAddressesInSubnet`, `InvalidIPAddress.InUse`.
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
  const interfaceId = newId("eni");
  return {
    interfaceId,
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    zone: subnet.zone,
    privateIp: privateAddress(subnet, wish.privateIp, others),
    mac: macOf(interfaceId),
    groupIds: wish.noGroups === true ? [] : groups(scope, subnet, wish.groupIds),
    description: wish.description,
    sourceDestCheck: wish.sourceDestCheck ?? true,
    holder: wish.holder,
    ...(wish.metadata === true ? { metadataPort: metadataPort(others) } : {}),
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

/** The changes that add a decided interface. */
export const interfaceChanges = (nic: NetworkInterface): Commit => [
  put(NetworkInterfaces, nic.interfaceId, nic),
  ...(nic.autoPublicIp === undefined ? [] : [takePublicAddress(nic.autoPublicIp)]),
];

/** The changes that remove every interface of a holder, and give back the public addresses that came with them. */
export const removeInterfacesOf = (scope: Scope, holder: NetworkInterface["holder"]): Commit =>
  scope.records
    .list(NetworkInterfaces)
    .filter((nic) => nic.holder.kind === holder.kind && nic.holder.id === holder.id)
    .flatMap((nic) => [
      remove(NetworkInterfaces, nic.interfaceId),
      ...(nic.autoPublicIp === undefined ? [] : [releasePublicAddress(nic.autoPublicIp)]),
    ]);

/** AWS keeps the first four and the last address of a subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
function privateAddress(subnet: Subnet, wanted: string | undefined, others: readonly NetworkInterface[]): string {
  const block = parseBlock(subnet.cidr);
  if (block === undefined) throw new ServiceFault("InternalError", `Subnet ${subnet.subnetId} has no valid block`, 500);
  const taken = new Set(others.filter((nic) => nic.subnetId === subnet.subnetId).map((nic) => nic.privateIp));
  const reserved = (value: number): boolean => value < block.base + 4 || value === block.base + block.size - 1;
  if (wanted !== undefined) {
    if (!holdsAddress(block, wanted) || reserved(toNumber(wanted)))
      throw new ServiceFault("InvalidParameterValue", `Address ${wanted} does not fall within the subnet's address range`);
    if (taken.has(wanted)) throw new ServiceFault("InvalidIPAddress.InUse", `Address ${wanted} is in use.`);
    return wanted;
  }
  for (let value = block.base + 4; value < block.base + block.size - 1; value++)
    if (!taken.has(toAddress(value))) return toAddress(value);
  throw new ServiceFault(
    "InsufficientFreeAddressesInSubnet",
    `There are not enough free addresses in subnet '${subnet.subnetId}' to satisfy the requested number of instances.`,
  );
}

function groups(scope: Scope, subnet: Subnet, wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0) {
    const vpc = scope.records.get(Vpcs, subnet.vpcId);
    return vpc === undefined ? [] : [vpc.defaultGroupId];
  }
  for (const groupId of wanted) {
    const group = scope.records.get(SecurityGroups, groupId);
    if (group === undefined) throw new ServiceFault("InvalidGroup.NotFound", `The security group '${groupId}' does not exist`);
    if (group.vpcId !== subnet.vpcId)
      throw new ServiceFault(
        "InvalidParameter",
        `Security group ${groupId} and subnet ${subnet.subnetId} belong to different networks.`,
      );
  }
  return wanted;
}

function metadataPort(others: readonly NetworkInterface[]): number {
  const taken = new Set(others.map((nic) => nic.metadataPort));
  let port = firstMetadataPort;
  while (taken.has(port)) port++;
  return port;
}

/** The VPC's resolver: the address at the VPC's base plus two. */
export const resolverOf = (vpcCidr: string): string => nth(vpcCidr, 2);
