import type { RegionLabel } from "../host/label.js";
import { wellKnown } from "./addresses.js";
import { latencyEntries } from "./faults.js";
import { groups, macOf } from "./numbers.js";
import { peeringDevice } from "./peering.js";
import { linkKeyOf, type Entry, type FabricPlan, type LinkPlan, type NamespacePlan } from "./plan.js";
import { peeringRoutes } from "./routes.js";
import type { VpcSpec } from "./spec.js";
import { aliasOf, lookUp, routerName, type Vpc } from "./vpc.js";

/**
 * A peering connection belongs to neither of its VPCs: it is an owner of its own, a guest in the routers of both. It has a link
 * from each zone of the one to each zone of the other, so that a packet passes the routers of its two ends and no third zone; and the
 * routes that lead over these links, in the tables of both. It is there while both VPCs are and both name it. What admits
 * packets on it is in the rulesets of the two VPCs, each for its own side.
 */
export function planPeering(peeringId: string, one: VpcSpec, other: VpcSpec, label: RegionLabel): FabricPlan {
  // Always seen from the same side.
  const [a, b] = [one, other].sort((left, right) => (left.vpcId < right.vpcId ? -1 : 1)).map((spec) => lookUp(spec, label));
  if (a === undefined || b === undefined) throw new Error(`${peeringId}: a connection has two VPCs`);
  const links = a.zones.flatMap((zone) => b.zones.map((far) => linkBetween(peeringId, { a, b, zone, far })));
  const namespaces = [
    ...a.zones.map((zone) => side(peeringId, a, zone, b)),
    ...b.zones.map((zone) => side(peeringId, b, zone, a)),
  ];
  return {
    owner: peeringId,
    namespaces: new Map(namespaces.map((namespace) => [namespace.name, namespace])),
    links: new Map(links.map((link) => [linkKeyOf(link.a), link])),
  };
}

/** The wish that a connection has nothing in the routers of these VPCs. */
export function planNoPeering(peeringId: string, specs: readonly VpcSpec[], label: RegionLabel): FabricPlan {
  const namespaces = specs.flatMap((spec) => {
    const vpc = lookUp(spec, label);
    return vpc.zones.map((zone) => guest(peeringId, vpc, zone, []));
  });
  return { owner: peeringId, namespaces: new Map(namespaces.map((each) => [each.name, each])), links: new Map() };
}

function side(peeringId: string, vpc: Vpc, zone: string, other: Vpc): NamespacePlan {
  const subnets = other.spec.subnets.map(({ cidr, zone: far }) => ({ cidr, device: peeringDevice(peeringId, far) }));
  return guest(peeringId, vpc, zone, [
    ...other.zones.map(
      (far): Entry =>
        `neigh ${wellKnown.toPeer} lladdr ${macOf(peeringId, other.spec.vpcId, far, zone)} dev ${peeringDevice(peeringId, far)} nud permanent`,
    ),
    ...peeringRoutes(vpc, zone, peeringId, subnets),
    ...latencyEntries(vpc, zone, { border: other.zones.map((far) => peeringDevice(peeringId, far)), interfaces: false }),
  ]);
}

const guest = (peeringId: string, vpc: Vpc, zone: string, entries: readonly Entry[]): NamespacePlan => ({
  name: routerName(vpc.label, vpc.spec.vpcId, zone),
  is: `${peeringId} in the router of ${vpc.spec.vpcId} in ${zone}`,
  kind: "router",
  entriesAre: "guests",
  sysctls: new Map(),
  entries: new Set(entries),
});

function linkBetween(peeringId: string, { a, b, zone, far }: { a: Vpc; b: Vpc; zone: string; far: string }): LinkPlan {
  const end = (vpc: Vpc, here: string, there: string): LinkPlan["a"] => ({
    namespace: routerName(vpc.label, vpc.spec.vpcId, here),
    name: peeringDevice(peeringId, there),
    mtu: 9001,
    group: groups.peering,
    mac: macOf(peeringId, vpc.spec.vpcId, here, there),
    alias: aliasOf(vpc.label, peeringId, vpc.spec.vpcId, here, there),
  });
  return { a: end(a, zone, far), b: end(b, far, zone) };
}
