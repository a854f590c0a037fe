import { parseBlock, toAddress, toNumber, isAddress, type Block } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, known, type Unknown } from "../../environment/maybe.js";
import type { NetworkInterface, Subnet } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";

/** An interface in one of the subnets where it may be. */
export interface Placed {
  readonly nic: NetworkInterface;
  readonly subnet: Subnet;
  readonly vpc: NodeId;
  /** Its address is one of these; one where it is known. */
  readonly low: number;
  readonly high: number;
}

/** What filters and routes see of an end: addresses, as numbers, and who has them. */
export interface Spot {
  readonly low: number;
  readonly high: number;
  readonly placed?: Placed;
  readonly kind: "interface" | "internet" | "address" | "service";
  /** Of the internet: it stands for all that no rule names more closely. */
  readonly isAny?: boolean;
  /** Of a service: the gateway endpoint that leads to it. */
  readonly endpoint?: NodeId;
}

/** Is an end that is somewhere among its addresses in a block? */
export type Within = "yes" | "no" | "perhaps";

export function within({ low, high, kind }: Spot, block: Block): Within {
  // Addresses of a service are public ones that AWS may change; only what covers everything surely covers them.
  if (kind === "service") return block.prefix === 0 ? "yes" : isPublicBlock(block) ? "perhaps" : "no";
  const last = block.base + block.size - 1;
  if (low >= block.base && high <= last) return "yes";
  return high < block.base || low > last ? "no" : "perhaps";
}

/** Any address. */
export const nowhere = { low: 0, high: 2 ** 32 - 1 } as const;

export const spotOf = (placed: Placed): Spot => ({ low: placed.low, high: placed.high, placed, kind: "interface" });

export const spotText = ({ low, high, placed, kind, isAny }: Spot): string => {
  if (kind === "service") return "the service";
  if (isAny === true) return "the internet";
  if (placed !== undefined && low === nowhere.low && high === nowhere.high) return placed.nic.name;
  const address = low === high ? toAddress(low) : `an address of ${toAddress(low)}-${toAddress(high)}`;
  if (placed !== undefined) return `${placed.nic.name} (${address})`;
  return kind === "internet" ? `the internet (${address})` : address;
};

/** What AWS keeps of a subnet: its first four addresses and its last one (VPC user guide, "Subnet CIDR blocks"). */
const reserved = { first: 4, last: 1 } as const;

/** Blocks that are nobody's on the internet (IANA's special-purpose registry), but for 198.18.0.0/15, the internet of the local region. */
const special = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
].flatMap((cidr) => parseBlock(cidr) ?? []);

const isPublicBlock = (block: Block): boolean =>
  !special.some((each) => block.base >= each.base && block.base + block.size <= each.base + each.size);

export const isInternetAddress = (address: number): boolean =>
  !special.some((each) => address >= each.base && address < each.base + each.size);

/** The interface in each of its subnets; none where it is not known which these are, or of which VPC. */
export function placesOf(environment: Environment, nic: NetworkInterface): Placed[] {
  return nic.subnets.flatMap((id): Placed[] => {
    const subnet = environment.subnets.get(id);
    const vpc = subnet === undefined ? undefined : known(subnet.vpc);
    if (subnet === undefined || vpc === undefined) return [];
    return [{ nic, subnet, vpc, ...addressesOf(nic, subnet) }];
  });
}

function addressesOf(nic: NetworkInterface, subnet: Subnet): { readonly low: number; readonly high: number } {
  if (isKnown(nic.address) && isAddress(nic.address)) {
    const address = toNumber(nic.address);
    return { low: address, high: address };
  }
  const block = isKnown(subnet.cidr) ? parseBlock(subnet.cidr) : undefined;
  if (block === undefined) return nowhere;
  return { low: block.base + reserved.first, high: block.base + block.size - 1 - reserved.last };
}

export const whyNowhere = (nic: NetworkInterface): string => {
  const why: Unknown | undefined = nic.subnetUnknown;
  return why === undefined
    ? `which subnet and VPC ${nic.name} is in is not known`
    : `which subnet ${nic.name} is in is not known: ${why.why}`;
};
