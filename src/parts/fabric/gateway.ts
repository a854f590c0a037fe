import { linkName } from "../host/label.js";
import { wellKnown } from "./addresses.js";
import type { Edge } from "./edge.js";
import { groups, macOf, ranges } from "./numbers.js";
import type { Entry, LinkPlan } from "./plan.js";
import { internet } from "./spec.js";
import { chain, map, set, type Piece } from "./text.js";
import { aliasOf, internetName, routerName, type Vpc } from "./vpc.js";

/**
 * The internet gateway: a link of 1500 bytes from each zone's router to the internet, and one-to-one translation between public
 * and private addresses by the router's connection tracking (stateless translation broke path-MTU discovery). A flow is
 * carried only while the pair it was made with is in force, so that taking an address away cuts its flows, as on AWS.
 */

export const uplink = "igw";
const outside = (vpc: Vpc, zone: string): string => linkName("g", `${vpc.spec.vpcId} ${zone}`);

export const uplinkOf = (vpc: Vpc, zone: string): LinkPlan => ({
  a: {
    namespace: routerName(vpc.label, vpc.spec.vpcId, zone),
    name: uplink,
    mtu: 1500,
    group: groups.internetGateway,
    mac: macOf(vpc.spec.vpcId, zone, "inside"),
    alias: aliasOf(vpc.label, vpc.spec.vpcId, "igw", zone),
  },
  b: {
    namespace: internetName(vpc.label),
    name: outside(vpc, zone),
    mtu: 1500,
    group: groups.internetGateway,
    mac: macOf(vpc.spec.vpcId, zone, "outside"),
    alias: aliasOf(vpc.label, vpc.spec.vpcId, "igw", zone),
  },
});

export const uplinkEntries = (vpc: Vpc, zone: string): Entry[] => [
  `neigh ${wellKnown.toInternet} lladdr ${macOf(vpc.spec.vpcId, zone, "outside")} dev ${uplink} nud permanent`,
];

/** What the internet knows of this VPC: the public addresses in force, each in the router of its interface's zone. */
export function internetEntries(vpc: Vpc): Entry[] {
  return vpc.zones.flatMap((zone): Entry[] => [
    `neigh ${wellKnown.toVpc} lladdr ${macOf(vpc.spec.vpcId, zone, "inside")} dev ${outside(vpc, zone)} nud permanent`,
    ...publicAddresses(vpc, zone).map(
      ({ publicIp }): Entry =>
        `route ${publicIp}/32 via ${wellKnown.toVpc} dev ${outside(vpc, zone)} onlink src ${internet.host}`,
    ),
  ]);
}

const inward = "ct original ip daddr . ct reply ip saddr != @public_private drop";
const outward = "ct original ip saddr . ct reply ip daddr != @private_public drop";

/** What comes from the internet is not from the VPC's own addresses, goes into the VPC only, and by a pair that is in force. */
export const gatewayEdge = ({ spec }: Vpc): Edge | undefined =>
  spec.internetGatewayId === undefined
    ? undefined
    : {
        name: "internet",
        group: groups.internetGateway,
        arrivals: [
          `oifgroup ${ranges.edges} drop`,
          `ip saddr ${spec.cidr} drop`,
          `ct direction original ${inward}`,
          `ct direction reply ${outward}`,
        ],
        departures: [],
      };

export function gatewayChains(vpc: Vpc, zone: string): Piece[] {
  const pairs = publicAddresses(vpc, zone);
  const from = `iifgroup ${groups.internetGateway}`;
  const to = `oifgroup ${groups.internetGateway}`;
  return [
    ...map(
      "to_private",
      "ipv4_addr : ipv4_addr",
      pairs.map(({ publicIp, privateIp }) => `${publicIp} : ${privateIp}`),
    ),
    ...map(
      "to_public",
      "ipv4_addr : ipv4_addr",
      pairs.map(({ publicIp, privateIp }) => `${privateIp} : ${publicIp}`),
    ),
    ...set(
      "public_private",
      "ipv4_addr . ipv4_addr",
      pairs.map(({ publicIp, privateIp }) => `${publicIp} . ${privateIp}`),
    ),
    ...set(
      "private_public",
      "ipv4_addr . ipv4_addr",
      pairs.map(({ publicIp, privateIp }) => `${privateIp} . ${publicIp}`),
    ),
    ...chain("gateway_in", [`${from} dnat to ip daddr map @to_private`], "type nat hook prerouting priority dstnat"),
    ...chain("gateway_out", [`${to} snat to ip saddr map @to_public`], "type nat hook postrouting priority srcnat"),
    ...chain(
      "gateway_live",
      [`oifgroup != ${groups.internetGateway} accept`, `ct direction original ${outward}`, `ct direction reply ${inward}`],
      "type filter hook postrouting priority 300",
    ),
  ];
}

function publicAddresses(vpc: Vpc, zone: string): { publicIp: string; privateIp: string }[] {
  if (vpc.spec.internetGatewayId === undefined) return [];
  return vpc.spec.publicAddresses.flatMap(({ publicIp, interfaceId, privateIp }) => {
    const at = vpc.byId.get(interfaceId);
    return at?.zone === zone ? [{ publicIp, privateIp: privateIp ?? at.privateIp }] : [];
  });
}
