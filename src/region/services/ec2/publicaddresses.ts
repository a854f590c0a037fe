import { nth, parseBlock } from "../../../addresses.js";
import { internet } from "../../../parts/fabric/spec.js";
import type { Scope } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, recordType, remove, type Change } from "../../records/records.js";

/**
 * The public addresses in use, one record each. Global, because every region of this process shares the one simulated
 * internet.
 */
export interface PublicAddress {
  readonly publicIp: string;
}
export const PublicAddresses = recordType<PublicAddress>("ec2:PublicAddress", { global: true });

/** A free address of the pool; take it with `takePublicAddress` in the same commit as its holder. */
export function freePublicAddress(scope: Scope, alsoTaken: readonly string[] = []): string {
  const size = parseBlock(internet.publicPool)?.size ?? 0;
  for (let index = 10; index < size - 1; index++) {
    const address = nth(internet.publicPool, index);
    if (scope.records.get(PublicAddresses, address) === undefined && !alsoTaken.includes(address)) return address;
  }
  throw new ServiceFault("InsufficientAddressCapacity", "Not enough available addresses to satisfy the requested resource type");
}

export const takePublicAddress = (publicIp: string): Change => put(PublicAddresses, publicIp, { publicIp });
export const releasePublicAddress = (publicIp: string): Change => remove(PublicAddresses, publicIp);
