import { chain, type Piece } from "./text.js";
import type { PlacedInterface } from "./vpc.js";

/**
 * Groups know a connection by the interface that admitted it (EC2 user guide, "Security group connection tracking"). The router of a
 * zone tracks it once for all: what an appliance is to hand on faces the rules of its groups unless that appliance has seen
 * the connection begin. Each has a bit of the connection's mark for it; those beyond the last bit share it.
 */
export function applianceChain(here: readonly PlacedInterface[], listName: (nic: PlacedInterface) => string): Piece[] {
  const lines = here
    .filter((nic) => !nic.sourceDestCheck && nic.natGatewayId === undefined)
    .flatMap((nic, at) => {
      const bit = 2 ** Math.min(firstBit + at, lastBit);
      const own = `{ ${nic.addresses.join(", ")} }`;
      const list = listName(nic);
      return [
        `oifname "${nic.device}" ip daddr != ${own} ct state new ct mark set ct mark | ${bit}`,
        `oifname "${nic.device}" ip daddr != ${own} ct mark & ${bit} == 0 goto ${list}_in`,
        `iifname "${nic.device}" ip saddr != ${own} ct state established ct mark & ${bit} == 0 jump ${list}_out`,
      ];
    });
  return lines.length === 0 ? [] : chain("appliances", lines);
}

/** Bits 0 to 2 are the groups' own. */
const firstBit = 3;
const lastBit = 30;
