import { createHash } from "node:crypto";
import { network } from "./addresses.js";
import { memo } from "../memo.js";

/**
 * Numbers the kernel wants where AWS has names. A number depends on its owner alone as far as possible, so that adding or
 * removing one thing does not renumber another (which would touch flows that have nothing to do with it).
 */

/** Device groups that are not subnets. 801-809, 811-819: kept for gateways to come; 901-: for later links of the fabric. */
export const groups = { internetGateway: 800, peering: 810, endpoint: 820, mesh: 900 } as const;

/** nftables ranges of device groups. */
export const ranges = { subnets: "1024-69999", edges: "800-820" } as const;

/** A subnet's device group: its place in the VPC, counted in /28, the smallest subnet there is. */
export const subnetGroup = (vpcCidr: string, subnetCidr: string): number =>
  1024 + ((network(subnetCidr).start - network(vpcCidr).start) >>> 4);

/** A kernel routing table (and the mark that selects it) per route table. */
export const routeTableNumbers = (routeTableIds: readonly string[]): ReadonlyMap<string, number> =>
  spread(routeTableIds, 0x1_0000);

/** The same for packets that another zone's router sent to an interface of this one, see `nat.ts`. */
export const deliveryNumbers = (interfaceIds: readonly string[]): ReadonlyMap<string, number> => spread(interfaceIds, 0x20_0000);

const slots = 0x10_0000;

const slotOf = memo((id) => createHash("sha256").update(id).digest().readUInt32BE(0) % slots);

/** By hash; when two meet, the one that sorts later moves on. */
function spread(ids: readonly string[], base: number): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  const numbers = new Map<string, number>();
  for (const id of [...ids].sort()) {
    let slot = slotOf(id);
    while (taken.has(slot)) slot = (slot + 1) % slots;
    taken.add(slot);
    numbers.set(id, base + slot);
  }
  return numbers;
}

/** A locally administered MAC for an end of a link that carries no interface of AWS's. */
export const macOf = (...owner: string[]): string => macOfText(owner.join(" "));

const macOfText = memo((owner) => {
  const bytes = createHash("sha256").update(owner).digest().subarray(0, 4);
  return `02:ee:${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`;
});
