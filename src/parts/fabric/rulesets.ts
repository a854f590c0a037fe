import { aclChains, aclStep } from "./acls.js";
import { contains, nth, wellKnown } from "./addresses.js";
import { applianceChains } from "./appliances.js";
import { endpointChains, endpointEdge } from "./endpoints.js";
import { faultChains } from "./faults.js";
import { gatewayChains, gatewayEdge } from "./gateway.js";
import { groupChains, groupSteps } from "./groups.js";
import { metadataChains, metadataInput } from "./metadata.js";
import { memoOf } from "../memo.js";
import { deliveryRuleset, destinationCheck } from "./nat.js";
import { ranges, subnetGroup } from "./numbers.js";
import { peeringEdge } from "./peering.js";
import { chain, map, set, type Piece, type Table } from "./text.js";
import type { PlacedInterface, Vpc } from "./vpc.js";

/**
 * The nftables text of the router of one zone. What is forwarded passes one chain, as each hook costs every packet: the edges,
 * network ACLs (out of a subnet, into one), groups of the sender, groups of the receiver. What is not admitted is dropped
 * without an answer.
 */
export function routerRuleset(vpc: Vpc, zone: string): Table[] {
  const here = vpc.inZone.get(zone) ?? [];
  const marks = vpc.spec.subnets
    .filter((subnet) => subnet.zone === zone)
    .map(
      (subnet) => `${subnetGroup(vpc.spec.cidr, subnet.cidr)} : 0x${(vpc.tableOf.get(subnet.routeTableId) ?? 0).toString(16)}`,
    );
  const acls = aclChains(vpc, zone);
  const edges = [gatewayEdge(vpc), peeringEdge(vpc), endpointEdge(vpc)].flatMap((edge) => edge ?? []);
  const appliances = applianceChains(vpc, zone);
  const pieces = [
    ...map("route_table", "devgroup : mark", marks),
    ...sourceSets(here),
    // Before connection tracking, which a forged packet could mislead.
    ...chain(
      "prerouting",
      [
        `iifgroup != ${ranges.subnets} accept`,
        "iifname . ip saddr != @own_address iifname != @unchecked drop",
        `${routedBeyond(vpc, zone)}meta mark set iifgroup map @route_table`,
      ],
      "type filter hook prerouting priority raw",
    ),
    ...metadataChains(here),
    ...(vpc.spec.internetGatewayId === undefined ? [] : gatewayChains(vpc, zone)),
    ...endpointChains(vpc, zone),
    ...acls,
    ...groupChains(vpc, zone),
    ...appliances,
    ...edges.flatMap(({ name, arrivals }) => chain(`from_${name}`, arrivals)),
    ...chain(
      "forward",
      [
        ...edges.map(({ name, group }) => `iifgroup ${group} jump from_${name}`),
        ...edges.flatMap(({ group, departures }) => departures.map((rule) => `oifgroup ${group} ${rule}`)),
        ...destinationCheck(vpc, zone),
        ...aclStep(acls),
        ...(appliances.length === 0 ? [] : ["jump appliances"]),
        ...groupSteps,
      ],
      "type filter hook forward priority 0",
    ),
    ...faultChains(vpc, zone),
    ...chain(
      "input",
      [
        `iifname "lo" accept`,
        `iifgroup ${ranges.subnets} ip daddr { ${nth(vpc.spec.cidr, 2)}, ${wellKnown.resolver} } udp dport 53 accept`,
        `iifgroup ${ranges.subnets} ip daddr { ${nth(vpc.spec.cidr, 2)}, ${wellKnown.resolver} } tcp dport 53 accept`,
        metadataInput,
      ],
      "type filter hook input priority 0; policy drop",
    ),
    ...chain("output", icmpOfRouters, "type filter hook output priority 0"),
  ];
  return [{ family: "ip", name: "vpc", pieces }, ...deliveryRuleset(vpc, zone)];
}

/** Within the VPC the local route decides, and a table need not be asked, unless one of the zone has a more specific route. */
function routedBeyond(vpc: Vpc, zone: string): string {
  const used = vpc.spec.subnets.flatMap((subnet) =>
    subnet.zone === zone ? (vpc.routeTables.get(subnet.routeTableId)?.routes ?? []) : [],
  );
  return used.some(({ destination }) => contains(vpc.spec.cidr, destination)) ? "" : `ip daddr != ${vpc.spec.cidr} `;
}

const sourceSets = memoOf((here: readonly PlacedInterface[]): readonly Piece[] => {
  const isChecked = (nic: PlacedInterface): boolean => nic.natGatewayId === undefined && nic.sourceDestCheck;
  const unchecked = here.filter((nic) => !isChecked(nic)).map((nic) => `"${nic.device}"`);
  return [
    ...set("own_address", "ifname . ipv4_addr", here.filter(isChecked).flatMap(ownAddresses)),
    ...set("unchecked", "ifname", unchecked),
  ];
});

const ownAddresses = memoOf((nic: PlacedInterface): string[] => nic.addresses.map((address) => `"${nic.device}" . ${address}`));

/** Of the ICMP that a router makes, only path-MTU discovery shows on AWS. */
const icmpOfRouters = [
  "icmp type { redirect, time-exceeded } drop",
  "icmp type destination-unreachable icmp code != frag-needed drop",
];
