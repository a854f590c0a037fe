import { createHash } from "node:crypto";
import { addressOf, network } from "./addresses.js";
import type { VpcSpec } from "./spec.js";

/**
 * The addresses under which a zone of a VPC calls the services behind gateway endpoints: the VPC's own with the first 16 bits
 * exchanged for ones that no other zone and no other VPC of this fabric has. They exist in the services' namespace only.
 */
export class Callers {
  readonly #slots = new Map<string, number>();
  readonly #owners = new Map<number, string>();

  /** The slots of a VPC's zones, by zone, as it has endpoints or not. Those that it no longer needs are free for others. */
  take(spec: VpcSpec): ReadonlyMap<string, number> {
    const zones = (spec.gatewayEndpoints ?? []).length === 0 ? [] : [...new Set(spec.subnets.map(({ zone }) => zone))].sort();
    this.release(spec.vpcId, zones);
    return new Map(zones.map((zone) => [zone, this.#slotOf(nameOf(spec.vpcId, zone))]));
  }

  /** Free those of a VPC but for these zones. */
  release(vpcId: string, but: readonly string[] = []): void {
    const kept = new Set(but.map((zone) => nameOf(vpcId, zone)));
    for (const [name, slot] of this.#slots)
      if (name.startsWith(nameOf(vpcId, "")) && !kept.has(name)) {
        this.#slots.delete(name);
        this.#owners.delete(slot);
      }
  }

  /** Whose address this is, as a service sees it; undefined where it is nobody's. */
  whose(address: string): { readonly vpcId: string; readonly zone: string } | undefined {
    const [first = 0, second = 0] = address.split(".").map(Number);
    const name = this.#owners.get(firsts.indexOf(first) * 256 + second);
    const [vpcId, zone] = name?.split(" ") ?? [];
    return vpcId === undefined || zone === undefined ? undefined : { vpcId, zone };
  }

  /** By hash, so that it is the same after a restart; where two meet, the one that comes later moves on. */
  #slotOf(name: string): number {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    if (this.#owners.size >= callerSlots) throw new Error(`${name}: all ${callerSlots} callers of gateway endpoints are taken`);
    let slot = hashedSlot(name);
    while (this.#owners.has(slot)) slot = (slot + 1) % callerSlots;
    this.#slots.set(name, slot);
    this.#owners.set(slot, name);
    return slot;
  }
}

const nameOf = (vpcId: string, zone: string): string => `${vpcId} ${zone}`;

/** Unicast, and not 127/8, 169/8 or 198/8, which are in use in the services' namespace. */
const firsts = Array.from({ length: 223 }, (_, index) => index + 1).filter((first) => ![127, 169, 198].includes(first));

export const callerSlots = firsts.length * 256;

const hashedSlot = (name: string): number => createHash("sha256").update(name).digest().readUInt32BE(0) % callerSlots;

/** The prefix that a VPC's CIDR is exchanged for. */
export function callerPrefix(cidr: string, slot: number): string {
  const { start, prefix } = network(cidr);
  const top = ((firsts[slot >>> 8] ?? 1) * 256 + (slot & 255)) * 0x1_0000;
  return `${addressOf(top + (start % 0x1_0000))}/${prefix}`;
}
