import { linkName, type RegionLabel } from "../host/label.js";
import { network, nth, wellKnown } from "./addresses.js";
import { endWords, firstDevice, tableOf } from "./ends.js";
import { endpointDevice, endpointEntries, endpointLink, hasEndpoint, servicesEntries } from "./endpoints.js";
import { latencyEntries } from "./faults.js";
import { internetEntries, uplink, uplinkEntries, uplinkOf } from "./gateway.js";
import { deliveryEntries, natRuleset } from "./nat.js";
import { memo, memoOf } from "../memo.js";
import { groups, macOf } from "./numbers.js";
import { linkKeyOf, NamespaceDraft, type Entry, type FabricPlan, type LinkPlan, type NamespacePlan } from "./plan.js";
import { routeTableEntries } from "./routes.js";
import { routerRuleset } from "./rulesets.js";
import type { VpcSpec } from "./spec.js";
import { hostSysctls, natSysctls, routerSysctls } from "./sysctls.js";
import { aliasOf, internetName, lookUp, routerName, servicesName, type PlacedInterface, type Vpc } from "./vpc.js";

/**
 * What the kernel shall hold for a VPC: one router namespace per zone, joined with each other and (with an internet gateway)
 * with the internet; behind each interface a namespace of its own. Pure. Throws an `Error` on a spec whose parts do not
 * belong together, which is a fault of the caller.
 */
export function planVpc(spec: VpcSpec, label: RegionLabel, callers?: Vpc["callers"]): FabricPlan {
  const vpc = lookUp(spec, label, callers);
  const links = [
    ...vpc.zones.flatMap((zone, at) => vpc.zones.slice(at + 1).map((other) => betweenZones(vpc, zone, other))),
    ...(spec.internetGatewayId === undefined ? [] : vpc.zones.map((zone) => uplinkOf(vpc, zone))),
    ...(hasEndpoint(vpc) ? vpc.zones.map((zone) => endpointLink(vpc, zone)) : []),
    ...vpc.interfaces.map(interfaceLink),
  ];
  const namespaces = [
    ...vpc.zones.map((zone) => router(vpc, zone)),
    ...ends(vpc.interfaces),
    ...(spec.internetGatewayId === undefined ? [] : [internetSide(vpc)]),
    ...(hasEndpoint(vpc) ? [servicesSide(vpc)] : []),
  ];
  return {
    owner: spec.vpcId,
    namespaces: new Map(namespaces.map((namespace) => [namespace.name, namespace])),
    links: new Map(links.map((link) => [linkKeyOf(link.a), link])),
    guests: new Set((spec.peerings ?? []).map(({ peeringId }) => peeringId)),
  };
}

function router(vpc: Vpc, zone: string): NamespacePlan {
  const fixed: NamespaceDraft["fixed"] = {
    name: routerName(vpc.label, vpc.spec.vpcId, zone),
    is: `the router of ${vpc.spec.vpcId} in ${zone}`,
    kind: "router",
    entriesAre: "ours",
    sysctls: routerSysctls,
  };
  return { ...fixed, entries: entriesOfRouter(fixed, vpc, zone), nft: routerRuleset(vpc, zone) };
}

/** Remembered by router: a change of groups and rules, the most frequent there is, leaves what its interfaces need there as it is. */
interface Remembered {
  readonly of: string;
  readonly parts: readonly (readonly Entry[])[];
  readonly entries: ReadonlySet<Entry>;
}
const remembered = new Map<string, Remembered>();

/** All that a router's entries depend on but for the interfaces of its zone. */
const dependenciesOf = memoOf(({ spec, callers, deliveryOf, byId }: Vpc): string => {
  const { securityGroups: _groups, interfaces: _interfaces, networkAcls: _acls, publicAddresses: _public, ...rest } = spec;
  return JSON.stringify([rest, [...callers], [...deliveryOf], [...deliveryOf.keys()].map((id) => byId.get(id))]);
});

function entriesOfRouter(fixed: NamespaceDraft["fixed"], vpc: Vpc, zone: string): ReadonlySet<Entry> {
  const of = dependenciesOf(vpc);
  const parts = (vpc.inZone.get(zone) ?? []).map(routerEntries);
  const known = remembered.get(fixed.name);
  if (known?.of === of && known.parts.length === parts.length && known.parts.every((part, at) => part === parts[at]))
    return known.entries;
  const draft = new NamespaceDraft(fixed);
  draft.add(
    `addr ${wellKnown.metadata}/32 dev lo`,
    `addr ${wellKnown.resolver}/32 dev lo`,
    `addr ${nth(vpc.spec.cidr, 2)}/32 dev lo`,
    `route blackhole ${vpc.spec.cidr}`,
  );
  for (const subnet of vpc.spec.subnets) {
    if (subnet.zone === zone) {
      draft.add(`addr ${nth(subnet.cidr, 1)}/32 dev lo`);
      // A subnet as large as the VPC shares the VPC's blackhole.
      draft.add(`route blackhole ${subnet.cidr}`);
    } else draft.add(`route ${subnet.cidr} via ${wellKnown.nextZone} dev ${linkName("z", subnet.zone)} onlink`);
  }
  for (const other of vpc.zones)
    if (other !== zone)
      draft.add(
        `neigh ${wellKnown.nextZone} lladdr ${macOf(vpc.spec.vpcId, other, zone)} dev ${linkName("z", other)} nud permanent`,
      );
  for (const part of parts) draft.add(...part);
  draft.add(...routeTableEntries(vpc, zone), ...deliveryEntries(vpc, zone));
  if (vpc.spec.internetGatewayId !== undefined) draft.add(...uplinkEntries(vpc, zone));
  if (hasEndpoint(vpc)) draft.add(...endpointEntries(vpc, zone));
  const border = [
    ...vpc.zones.flatMap((other) => (other === zone ? [] : [linkName("z", other)])),
    ...(vpc.spec.internetGatewayId === undefined ? [] : [uplink]),
    ...(hasEndpoint(vpc) ? [endpointDevice] : []),
  ];
  draft.add(...latencyEntries(vpc, zone, { border, interfaces: true }));
  if (remembered.size >= 1000) remembered.clear();
  remembered.set(fixed.name, { of, parts, entries: draft.entries });
  return draft.entries;
}

/** The same list for an interface of which only what does not concern the router has changed. */
const routerEntries = memoOf((nic: PlacedInterface): readonly Entry[] =>
  entriesAt(`${nic.mac} ${nic.device} ${nic.addresses.join(" ")}`),
);

const entriesAt = memo((key): readonly Entry[] => {
  const [mac = "", device = "", ...addresses] = key.split(" ");
  return addresses.flatMap((address): Entry[] => [
    `neigh ${address} lladdr ${mac} dev ${device} nud permanent`,
    `route ${address}/32 dev ${device}`,
  ]);
});

/** One for each interface that is not a further one of a machine. */
function ends(interfaces: readonly PlacedInterface[]): NamespacePlan[] {
  const attached = new Map<string, PlacedInterface[]>();
  for (const nic of interfaces)
    if (nic.attachedTo !== undefined) attached.set(nic.end.namespace, [...(attached.get(nic.end.namespace) ?? []), nic]);
  return interfaces.flatMap((nic) => {
    if (nic.attachedTo !== undefined) return [];
    const end = interfaceEnd(nic);
    const further = attached.get(end.name)?.flatMap(furtherEntries) ?? [];
    return [further.length === 0 ? end : { ...end, entries: new Set([...end.entries, ...further]) }];
  });
}

/** The namespace behind an interface: a plain host for whoever lives there, or a NAT gateway, which is all ours. */
const interfaceEnd = memoOf((nic: PlacedInterface): NamespacePlan => {
  const isNat = nic.natGatewayId !== undefined;
  const draft = new NamespaceDraft({
    name: nic.end.namespace,
    is: nic.natGatewayId ?? nic.interfaceId,
    kind: "end",
    entriesAre: isNat ? "ours" : "theirs",
    sysctls: isNat ? natSysctls : hostSysctls,
  });
  draft.add(...endEntries(nic));
  return draft.done(isNat ? [natRuleset(nic)] : undefined);
});

const endEntries = (nic: PlacedInterface): Entry[] => [
  `addr ${nic.privateIp}/${network(nic.subnet.cidr).prefix} dev ${firstDevice}`,
  // As Amazon Linux does by itself from the metadata.
  ...(nic.secondaryIps ?? []).map((address): Entry => `addr ${address}/32 dev ${firstDevice}`),
  `route default via ${nth(nic.subnet.cidr, 1)} dev ${firstDevice}`,
];

/**
 * A further interface of a machine, as Amazon Linux sets it up: what has one of its addresses leaves by it, as a table of its own
 * says, and would otherwise meet the source check of another one. The main table does not learn of its subnet: what the
 * machine sends by its first interface goes on as before.
 */
function furtherEntries({
  end: { device },
  attachedTo,
  subnet,
  addresses,
  privateIp,
  secondaryIps = [],
}: PlacedInterface): Entry[] {
  const table = tableOf(attachedTo?.deviceIndex ?? 0);
  return [
    `addr ${privateIp}/${network(subnet.cidr).prefix} dev ${device} noprefixroute`,
    ...secondaryIps.map((address): Entry => `addr ${address}/32 dev ${device}`),
    ...addresses.map((address): Entry => `rule pref ${table} from ${address} lookup ${table}`),
    `route ${subnet.cidr} dev ${device} table ${table}`,
    `route default via ${nth(subnet.cidr, 1)} dev ${device} table ${table}`,
  ];
}

const internetSide = (vpc: Vpc): NamespacePlan => ({
  name: internetName(vpc.label),
  is: `the internet's side of ${vpc.spec.vpcId}`,
  kind: "router",
  entriesAre: "guests",
  sysctls: new Map(),
  entries: new Set(internetEntries(vpc)),
});

const servicesSide = (vpc: Vpc): NamespacePlan => ({
  name: servicesName(vpc.label),
  is: `the services' side of ${vpc.spec.vpcId}`,
  kind: "router",
  entriesAre: "guests",
  sysctls: new Map(),
  entries: new Set(servicesEntries(vpc)),
});

const interfaceLink = memoOf((nic: PlacedInterface): LinkPlan => ({
  a: {
    namespace: routerName(nic.label, nic.vpcId, nic.zone),
    name: nic.device,
    mtu: 9001,
    group: nic.group,
    mac: macOf(nic.interfaceId),
    alias: aliasOf(nic.label, nic.vpcId, ...endWords(nic.words)),
  },
  b: {
    namespace: nic.end.namespace,
    name: nic.end.device,
    mtu: 9001,
    group: 0,
    mac: nic.mac,
    alias: aliasOf(nic.label, nic.vpcId, nic.interfaceId),
  },
}));

const betweenZones = (vpc: Vpc, zone: string, other: string): LinkPlan => {
  const end = (at: string, to: string): LinkPlan["a"] => ({
    namespace: routerName(vpc.label, vpc.spec.vpcId, at),
    name: linkName("z", to),
    mtu: 9001,
    group: groups.mesh,
    mac: macOf(vpc.spec.vpcId, at, to),
    alias: aliasOf(vpc.label, vpc.spec.vpcId, "zones", at, to),
  });
  return { a: end(zone, other), b: end(other, zone) };
};
