import type { Scope } from "../../operations/call.js";
import { remove, type Commit } from "../../records/records.js";
import { NetworkInterfaces, type NetworkInterface } from "./records.js";

/** What an interface is wanted for. */
export interface InterfaceWish {
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  readonly description: string;
  readonly holder: NetworkInterface["holder"];
  readonly privateIp?: string;
  /** Take a public address from the pool that leaves with the interface. */
  readonly publicAddress?: boolean;
  readonly metadata?: boolean;
  readonly sourceDestCheck?: boolean;
}

/**
 * Decide a new network interface: picks a free address of the subnet, a MAC and, where wanted, a public address.
 * Changes nothing: put it into the holder's own commit with `put(NetworkInterfaces, …)`, then `upkeep.network(vpcId)`.
 * Throws `InvalidSubnetID.NotFound`, `InvalidGroup.NotFound`, `InsufficientFreeAddressesInSubnet`, `InvalidIPAddress.InUse`.
 * `alsoTaken`: interfaces decided in the same commit, whose addresses are not in the records yet.
 */
export declare function decideInterface(scope: Scope, wish: InterfaceWish, alsoTaken?: readonly NetworkInterface[]): NetworkInterface;

/** The changes that remove every interface of a holder. */
export const removeInterfacesOf = (scope: Scope, holder: NetworkInterface["holder"]): Commit =>
  scope.records
    .list(NetworkInterfaces)
    .filter((nic) => nic.holder.kind === holder.kind && nic.holder.id === holder.id)
    .map((nic) => remove(NetworkInterfaces, nic.interfaceId));
