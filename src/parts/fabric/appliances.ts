import { rulesAlone } from "./groups.js";
import { ranges } from "./numbers.js";
import { chain, type Piece } from "./text.js";
import type { PlacedInterface, Vpc } from "./vpc.js";

/**
 * What appliances hand on. Groups know a connection by the interface that admitted it (EC2 user guide, "Security group connection
 * tracking"), and the router of a zone tracks it once for all. So an appliance's groups leave no mark on connections of others, which
 * would say of their ends that these do not track them; and they ask their rules for what the appliance has not seen begin: of that
 * each has a bit of the connection's mark. Those beyond the last bit share it. What it has seen begin passes its groups, also where an end
 * of the connection does not track it: that is between the end and its own groups.
 */
export function applianceChains(vpc: Vpc, zone: string): Piece[] {
  const appliances = (vpc.inZone.get(zone) ?? []).filter((nic) => !nic.sourceDestCheck && nic.natGatewayId === undefined);
  if (appliances.length === 0) return [];
  return [
    ...appliances.flatMap((nic) => {
      const { ingress, egress } = rulesAlone(vpc, nic);
      return [...chain(`${nic.device}_in`, ingress), ...chain(`${nic.device}_out`, egress)];
    }),
    ...chain("appliances", appliances.flatMap(stepsOf)),
  ];
}

function stepsOf(nic: PlacedInterface, at: number): string[] {
  const bit = 2 ** Math.min(firstBit + at, lastBit);
  const own = `{ ${nic.addresses.join(", ")} }`;
  const to = `oifname "${nic.device}" ip daddr != ${own}`;
  const from = `iifname "${nic.device}" ip saddr != ${own}`;
  return [
    `${to} ct state new ct mark set ct mark | ${bit}`,
    `${to} ct state new jump groups_out`,
    `${to} ct state new goto ${nic.device}_in`,
    `${to} ct mark & ${bit} == 0 goto ${nic.device}_in`,
    `${to} ct state established jump groups_out`,
    `${to} ct state established accept`,
    `${from} ct state new jump ${nic.device}_out`,
    `${from} ct state new oifgroup != ${ranges.subnets} accept`,
    `${from} ct state new goto groups_in`,
    `${from} ct state established ct mark & ${bit} == 0 jump ${nic.device}_out`,
    `${from} ct state established oifgroup != ${ranges.subnets} accept`,
    `${from} ct state established goto groups_in`,
  ];
}

/** Bits 0 to 2 are the groups' own. */
const firstBit = 3;
const lastBit = 30;
