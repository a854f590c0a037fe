import { linkName } from "../host/label.js";
import type { Edge } from "./edge.js";
import { groups, ranges } from "./numbers.js";
import type { Vpc } from "./vpc.js";

/** The device of a router that leads over a peering connection to a zone of the other VPC: one name to know all of them by. */
export const peeringDevice = (peeringId: string, zone: string): string =>
  `${peeringDevices(peeringId)}${linkName("z", zone).slice(1, 5)}`;

const peeringDevices = (peeringId: string): string => linkName("p", peeringId).slice(0, 9);

/**
 * The edge of a VPC to its peers. Not transitive (VPC peering guide, "Unsupported VPC peering configurations"): what comes in is from
 * the peer's own addresses and for this VPC's own (arrivals are routed by the main table alone), and leaves by no gateway, no
 * endpoint and no other peering, whatever the route tables say; nor may an appliance send another's packets to a peer.
 */
export function peeringEdge(vpc: Vpc): Edge | undefined {
  const peerings = vpc.spec.peerings ?? [];
  if (peerings.length === 0) return undefined;
  return {
    name: "peers",
    group: groups.peering,
    arrivals: [
      `oifgroup ${ranges.edges} drop`,
      `ip daddr != ${vpc.spec.cidr} drop`,
      ...peerings.map(({ peeringId, peer }) => `iifname "${peeringDevices(peeringId)}*" ip saddr != ${peer.cidr} drop`),
    ],
    departures: [`ip saddr != ${vpc.spec.cidr} drop`],
  };
}
