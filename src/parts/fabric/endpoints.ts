import { createHash } from "node:crypto";
import { linkName } from "../host/label.js";
import { addressOf, network, wellKnown } from "./addresses.js";
import { groups, macOf } from "./numbers.js";
import type { Entry, LinkPlan } from "./plan.js";
import { chain, type Piece } from "./text.js";
import { aliasOf, routerName, servicesName, type Vpc } from "./vpc.js";

/**
 * Gateway endpoints: a link from each zone's router to the namespace of the region's services. On it a VPC's addresses are
 * exchanged, prefix by prefix, for ones that no other VPC has, so that equal CIDRs stay apart and answers come back to the router they
 * left by; `callerPrefix` is how a service knows who called.
 */

export const endpointDevice = "vpce";
const far = (vpc: Vpc, zone: string): string => linkName("s", `${vpc.spec.vpcId} ${zone}`);

export const hasEndpoint = (vpc: Vpc): boolean => (vpc.spec.gatewayEndpoints ?? []).length > 0;

export const endpointLink = (vpc: Vpc, zone: string): LinkPlan => ({
  a: {
    namespace: routerName(vpc.label, vpc.spec.vpcId, zone),
    name: endpointDevice,
    mtu: 9001,
    group: groups.endpoint,
    mac: macOf(vpc.spec.vpcId, zone, "endpoint"),
    alias: aliasOf(vpc.label, vpc.spec.vpcId, "vpce", zone),
  },
  b: {
    namespace: servicesName(vpc.label),
    name: far(vpc, zone),
    mtu: 9001,
    group: groups.endpoint,
    mac: macOf(vpc.spec.vpcId, zone, "services"),
    alias: aliasOf(vpc.label, vpc.spec.vpcId, "vpce", zone),
  },
});

export const endpointEntries = (vpc: Vpc, zone: string): Entry[] => [
  `neigh ${wellKnown.toServices} lladdr ${macOf(vpc.spec.vpcId, zone, "services")} dev ${endpointDevice} nud permanent`,
];

/** What the services' namespace knows of this VPC: where answers go. */
export const servicesEntries = (vpc: Vpc): Entry[] =>
  vpc.zones.flatMap((zone): Entry[] => [
    `neigh ${wellKnown.toVpc} lladdr ${macOf(vpc.spec.vpcId, zone, "endpoint")} dev ${far(vpc, zone)} nud permanent`,
    `route ${callerPrefix(vpc.spec.vpcId, vpc.spec.cidr, zone)} via ${wellKnown.toVpc} dev ${far(vpc, zone)} onlink`,
  ]);

/** Nobody calls from there, and only the VPC's own addresses call. */
export const endpointEdge = (vpc: Vpc): string[] =>
  hasEndpoint(vpc)
    ? [`iifgroup ${groups.endpoint} ct state new drop`, `oifgroup ${groups.endpoint} ip saddr != ${vpc.spec.cidr} drop`]
    : [];

export function endpointChains(vpc: Vpc, zone: string): Piece[] {
  if (!hasEndpoint(vpc)) return [];
  const { vpcId, cidr } = vpc.spec;
  return chain(
    "endpoint_out",
    [`oifgroup ${groups.endpoint} snat ip prefix to ip saddr map { ${cidr} : ${callerPrefix(vpcId, cidr, zone)} }`],
    "type nat hook postrouting priority srcnat",
  );
}

/**
 * The addresses under which a zone of a VPC calls services: the VPC's own with the first 16 bits exchanged for ones derived from
 * its id. They exist in the services' namespace only. Unicast, and not 127/8, 169/8 or 198/8, which are in use there.
 */
export function callerPrefix(vpcId: string, cidr: string, zone: string): string {
  const { start, prefix } = network(cidr);
  const slot = createHash("sha256").update(`${vpcId} ${zone}`).digest().readUInt32BE(0) % (firsts.length * 256);
  const top = ((firsts[slot >>> 8] ?? 1) * 256 + (slot & 255)) * 0x1_0000;
  return `${addressOf(top + (start % 0x1_0000))}/${prefix}`;
}

const firsts = Array.from({ length: 223 }, (_, index) => index + 1).filter((first) => ![127, 169, 198].includes(first));
