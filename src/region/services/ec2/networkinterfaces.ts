import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { attachmentOf } from "./attachments.js";
import { instanceType } from "./instancetypes.js";
import {
  addressesIn,
  checkAddressCount,
  checkedGroups,
  decideInterface,
  freedAddresses,
  interfaceChanges,
  ownInterface,
  pickAddresses,
  removeInterface,
  theInterface,
} from "./interfaces.js";
import { Instances, NetworkInterfaces, type NetworkInterface, type Tags } from "./records.js";
import { theSubnet } from "./subnets.js";

type Reads = Pick<Call, "records">;

export interface NetworkInterfaceWish {
  readonly subnetId: string;
  readonly description?: string | undefined;
  readonly groupIds?: readonly string[] | undefined;
  readonly privateIp?: string | undefined;
  readonly secondaryIps?: readonly string[] | undefined;
  readonly secondaryCount?: number | undefined;
  readonly sourceDestCheck?: boolean | undefined;
  readonly tags: Tags;
}

/**
 * An interface of the user's own, attached to nothing: a namespace with its addresses and nothing in it.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html
 */
export async function createNetworkInterface(call: Call, wish: NetworkInterfaceWish): Promise<NetworkInterface> {
  const subnet = theSubnet(call, wish.subnetId);
  const secondaryIps = wish.secondaryIps ?? [];
  const nic = decideInterface(call, {
    subnetId: subnet.subnetId,
    groupIds: wish.groupIds ?? [],
    description: wish.description ?? "",
    holder: { kind: "none", id: "" },
    ...(wish.privateIp === undefined ? {} : { privateIp: wish.privateIp }),
    secondaryIps,
    secondaryCount: wish.secondaryCount ?? 0,
    sourceDestCheck: wish.sourceDestCheck ?? true,
    tags: wish.tags,
  });
  checkAddressCount(nic, limitOf(call, nic));
  call.commit(...interfaceChanges(nic));
  await call.upkeep.network(nic.vpcId);
  return nic;
}

export async function deleteNetworkInterface(call: Call, interfaceId: string): Promise<void> {
  const nic = theInterface(call, interfaceId);
  if (nic.holder.kind !== "none")
    throw new ServiceFault("InvalidParameterValue", `Network interface '${interfaceId}' is currently in use.`);
  call.commit(...removeInterface(call, nic));
  await call.upkeep.network(nic.vpcId);
}

/** What ModifyNetworkInterfaceAttribute changes; unset stays. */
export interface InterfaceAttributes {
  readonly description?: string | undefined;
  readonly groupIds?: readonly string[] | undefined;
  readonly sourceDestCheck?: boolean | undefined;
  readonly deleteOnTermination?: boolean | undefined;
}

/** The kernel has changed groups and checks before this resolves. */
export async function modifyNetworkInterface(call: Call, interfaceId: string, to: InterfaceAttributes): Promise<void> {
  const nic = ownInterface(call, interfaceId);
  const groupIds = to.groupIds === undefined ? nic.groupIds : checkedGroups(call, nic, to.groupIds);
  if (to.deleteOnTermination !== undefined && nic.holder.kind !== "instance")
    throw new ServiceFault("InvalidAttachmentID.NotFound", `The interface ${interfaceId} is not attached to an instance.`);
  call.commit(
    put(NetworkInterfaces, interfaceId, {
      ...nic,
      groupIds,
      description: to.description ?? nic.description,
      sourceDestCheck: to.sourceDestCheck ?? nic.sourceDestCheck,
      ...(to.deleteOnTermination === undefined
        ? {}
        : { attachment: { ...attachmentOf(call, nic), deleteOnTermination: to.deleteOnTermination } }),
    }),
  );
  if (to.groupIds !== undefined || to.sourceDestCheck !== undefined) await call.upkeep.network(nic.vpcId);
}

export interface AddressesWish {
  readonly stated?: readonly string[] | undefined;
  readonly count?: number | undefined;
  /** Take stated addresses from interfaces that have them as secondary ones. */
  readonly reassign?: boolean | undefined;
}

/** Gives an interface secondary private addresses; returns the new ones. */
export async function assignAddresses(call: Call, interfaceId: string, wish: AddressesWish): Promise<readonly string[]> {
  const nic = ownInterface(call, interfaceId);
  const stated = wish.stated ?? [];
  if (stated.length > 0 === (wish.count !== undefined))
    throw new ServiceFault(
      stated.length > 0 ? "InvalidParameterCombination" : "MissingParameter",
      "Either private IP addresses or the count of secondary addresses must be specified, and not both",
    );
  const others = call.records.list(NetworkInterfaces).filter((other) => other.subnetId === nic.subnetId);
  const losers = others.filter((other) => other.secondaryIps?.some((address) => stated.includes(address)));
  if (losers.length > 0 && wish.reassign !== true)
    throw new ServiceFault(
      "Resource.AlreadyAssigned",
      `An address of ${stated.join(", ")} is already assigned to ${losers[0]?.interfaceId}.`,
    );
  const kept = others.map((other) => without(other, stated));
  const added = pickAddresses(theSubnet(call, nic.subnetId), addressesIn(kept, nic.subnetId), {
    stated,
    count: wish.count ?? stated.length,
  });
  const before = without(nic, stated);
  const now = { ...before, secondaryIps: [...(before.secondaryIps ?? []), ...added] };
  checkAddressCount(now, limitOf(call, nic));
  call.commit(
    // What it has already it keeps, with the Elastic IP on it.
    ...losers
      .filter((other) => other.interfaceId !== interfaceId)
      .flatMap((other) => [
        put(NetworkInterfaces, other.interfaceId, without(other, stated)),
        ...freedAddresses(call, other.interfaceId, stated),
      ]),
    put(NetworkInterfaces, interfaceId, now),
  );
  await call.upkeep.network(nic.vpcId);
  return added;
}

/** Takes secondary addresses away, and the Elastic IPs that are on them. */
export async function unassignAddresses(call: Call, interfaceId: string, addresses: readonly string[]): Promise<void> {
  const nic = ownInterface(call, interfaceId);
  const unknown = addresses.filter((address) => !(nic.secondaryIps ?? []).includes(address));
  if (unknown.length > 0)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Some of the specified addresses are not assigned to interface ${interfaceId} as secondary ones: ${unknown.join(", ")}`,
    );
  call.commit(put(NetworkInterfaces, interfaceId, without(nic, addresses)), ...freedAddresses(call, interfaceId, addresses));
  await call.upkeep.network(nic.vpcId);
}

const without = (nic: NetworkInterface, addresses: readonly string[]): NetworkInterface => ({
  ...nic,
  secondaryIps: (nic.secondaryIps ?? []).filter((address) => !addresses.includes(address)),
});

/** Of an interface that is attached to nothing: as many as the largest type takes. */
const mostAddresses = 50;

const limitOf = (call: Reads, { holder }: NetworkInterface): number => {
  const instance = holder.kind === "instance" ? call.records.get(Instances, holder.id) : undefined;
  return instance === undefined ? mostAddresses : instanceType(instance.instanceType).addressesPerInterface;
};
