import ipaddr from "ipaddr.js";
import { memo } from "../memo.js";

/** Link-local addresses that AWS gives its services, and those that only the fabric's own links use as next hops. */
export const wellKnown = {
  /** Instance metadata. */
  metadata: "169.254.169.254",
  /** The resolver, beside the VPC's base+2. */
  resolver: "169.254.169.253",
  /** Next hops of links without addresses; each has a permanent neighbour per link, so one word per direction is enough. */
  nextZone: "169.254.255.1",
  toInternet: "169.254.254.1",
  toVpc: "169.254.253.1",
  toPeer: "169.254.252.1",
  toServices: "169.254.251.1",
} as const;

/** IPv4 address as an unsigned number. */
export const numberOf = (address: string): number =>
  ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);

export const addressOf = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");

/** First address and prefix length of a CIDR. */
export const network = memo((cidr): { readonly start: number; readonly prefix: number } => {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const size = 2 ** (32 - prefix);
  const given = numberOf(address.toString());
  return { start: given - (given % size), prefix };
});

/** The n-th address of a CIDR: base+1 is a subnet's gateway, base+2 of the VPC its resolver. */
export const nth = (cidr: string, n: number): string => addressOf(network(cidr).start + n);

/** Is every address of `inner` in `outer`? */
export function contains(outer: string, inner: string): boolean {
  const [a, b] = [network(outer), network(inner)];
  return a.prefix <= b.prefix && b.start - (b.start % 2 ** (32 - a.prefix)) === a.start;
}
