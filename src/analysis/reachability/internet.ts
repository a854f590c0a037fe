import { parseBlock, toAddress, type Block } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown } from "../../environment/maybe.js";
import type { NodeId } from "../../environment/node.js";
import { isInternetAddress, type Spot } from "./places.js";

/** Every block that a rule, an entry or a route names, by where it counts; of groups, all or `only` these. */
export function blocksOf(
  environment: Environment,
  only?: ReadonlySet<NodeId>,
): { readonly network: readonly Block[]; readonly groups: readonly Block[] } {
  const network = new Set<string>();
  const groups = new Set<string>();
  for (const { cidrs } of environment.vpcs.values()) for (const cidr of cidrs) if (isKnown(cidr)) network.add(cidr);
  for (const table of environment.routeTables.values())
    for (const { destination } of table.routes) if (isKnown(destination) && "cidr" in destination) network.add(destination.cidr);
  for (const acl of environment.acls.values()) for (const { cidr } of acl.entries) if (isKnown(cidr)) network.add(cidr);
  for (const group of environment.securityGroups.values())
    for (const { peer } of only === undefined || only.has(group.id) ? group.rules : []) {
      if (!isKnown(peer)) continue;
      if (peer.kind === "cidr") groups.add(peer.cidr);
      if (peer.kind === "prefixList" && isKnown(peer.cidrs)) for (const cidr of peer.cidrs) groups.add(cidr);
    }
  const read = (cidrs: ReadonlySet<string>): Block[] => [...cidrs].flatMap((cidr) => parseBlock(cidr) ?? []);
  return { network: read(network), groups: read(groups) };
}

/** Where addresses begin to be told apart, in order: what lies between two of them is on the same side of every block. */
export function cutsOf(blocks: readonly Block[]): Float64Array {
  const cuts = new Set([0]);
  for (const { base, size } of blocks) cuts.add(base).add(base + size);
  return Float64Array.from(cuts).sort();
}

/** Number of the stretch that an address is in. */
export function stretchOf(cuts: Float64Array, address: number): number {
  let [low, high] = [0, cuts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((cuts[middle] ?? 0) <= address) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What AWS's customers call "the internet" in a rule: blocks of this size and larger. */
const broad = 8;

/**
 * One address for each part of the internet that blocks tell apart. `isAny` are those that no block longer than a /8 names: "the
 * internet" is any of them, so that a rule for one office does not open anything to it.
 */
export function internetSpots(blocks: readonly Block[]): Spot[] {
  const edges = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
  ];
  const cuts = cutsOf([...blocks, ...edges.flatMap((cidr) => parseBlock(cidr) ?? [])]);
  const found = new Map<string, { readonly spot: Spot; readonly size: number }>();
  for (const [at, low] of cuts.entries()) {
    if (!isInternetAddress(low) || low >= 2 ** 32) continue;
    const size = (cuts[at + 1] ?? 2 ** 32) - low;
    const around = blocks.filter(({ base, size: length }) => low >= base && low < base + length);
    const key = around
      .map(({ base, prefix }) => `${toAddress(base)}/${prefix}`)
      .sort()
      .join();
    const isAny = around.every(({ prefix }) => prefix <= broad);
    // Of the largest stretch, and not at its edge.
    const address = size > 16 ? low + 10 : low;
    if ((found.get(key)?.size ?? 0) < size)
      found.set(key, { spot: { low: address, high: address, kind: "internet", ...(isAny ? { isAny } : {}) }, size });
  }
  return [...found.values()].map(({ spot }) => spot);
}
