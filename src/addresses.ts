import ipaddr from "ipaddr.js";

/** An IPv4 block as numbers: `base` is its first address, `size` how many it holds. */
export interface Block {
  readonly base: number;
  readonly prefix: number;
  readonly size: number;
}

/** `10.0.0.0/16` -> block; undefined when it is not an IPv4 CIDR. */
export function parseBlock(cidr: string): Block | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr)) return undefined;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const size = 2 ** (32 - prefix);
  const value = toNumber(address.toString());
  return { base: value - (value % size), prefix, size };
}

/** `100.68.0.18/18` -> `100.68.0.0/18`, as AWS does with the blocks of subnets, routes and rules; undefined when it is no CIDR. */
export const canonicalBlock = (cidr: string): string | undefined => {
  const block = parseBlock(cidr);
  return block === undefined ? undefined : `${toAddress(block.base)}/${block.prefix}`;
};

export const isAddress = (text: string): boolean => ipaddr.IPv4.isValidFourPartDecimal(text);

/** `10.0.0.1` -> 167772161. The text must be an IPv4 address. */
export const toNumber = (address: string): number =>
  ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);

/** 167772161 -> `10.0.0.1`. */
export const toAddress = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");

export const holds = (outer: Block, inner: Block): boolean =>
  inner.base >= outer.base && inner.base + inner.size <= outer.base + outer.size;

export const overlaps = (a: Block, b: Block): boolean => a.base < b.base + b.size && b.base < a.base + a.size;

export const holdsAddress = (block: Block, address: string): boolean => {
  const value = toNumber(address);
  return value >= block.base && value < block.base + block.size;
};

/** The n-th address of a CIDR, e.g. `nth("10.0.1.0/24", 2)` -> `10.0.1.2`. */
export const nth = (cidr: string, index: number): string => {
  const block = parseBlock(cidr);
  if (block === undefined) throw new TypeError(`${cidr} is not an IPv4 CIDR block`);
  return toAddress(block.base + index);
};
