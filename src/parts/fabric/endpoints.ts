import { linkName } from "../host/label.js";
import { wellKnown } from "./addresses.js";
import { callerPrefix } from "./callers.js";
import type { Edge } from "./edge.js";
import { groups, macOf } from "./numbers.js";
import type { Entry, LinkPlan } from "./plan.js";
import { chain, type Piece } from "./text.js";
import { aliasOf, routerName, servicesName, type Vpc } from "./vpc.js";

/**
 * Gateway endpoints: a link from each zone's router to the namespace of the region's services. On it a VPC's addresses are
 * exchanged, prefix by prefix, for ones that no other VPC has (`callers.ts`), so that equal CIDRs stay apart and answers come back to
 * the router they left by; it is how a service knows who called.
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
    `route ${prefixOf(vpc, zone)} via ${wellKnown.toVpc} dev ${far(vpc, zone)} onlink`,
  ]);

/** Nobody calls from there, and only the VPC's own addresses call. */
export const endpointEdge = (vpc: Vpc): Edge | undefined =>
  hasEndpoint(vpc)
    ? {
        name: "services",
        group: groups.endpoint,
        arrivals: ["ct state new drop"],
        departures: [`ip saddr != ${vpc.spec.cidr} drop`],
      }
    : undefined;

export function endpointChains(vpc: Vpc, zone: string): Piece[] {
  if (!hasEndpoint(vpc)) return [];
  const { cidr } = vpc.spec;
  return chain(
    "endpoint_out",
    [`oifgroup ${groups.endpoint} snat ip prefix to ip saddr map { ${cidr} : ${prefixOf(vpc, zone)} }`],
    "type nat hook postrouting priority srcnat",
  );
}

const prefixOf = ({ spec, callers }: Vpc, zone: string): string => callerPrefix(spec.cidr, callers.get(zone) ?? 0);
