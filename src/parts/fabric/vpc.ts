import { linkName, namespaceName, type RegionLabel } from "../host/label.js";
import { Callers } from "./callers.js";
import { farEndOf, type EndWords, type FarEnd } from "./ends.js";
import { memo } from "../memo.js";
import { deliveryNumbers, routeTableNumbers, subnetGroup } from "./numbers.js";
import type { InterfaceSpec, NatGatewaySpec, RouteTableSpec, SubnetSpec, VpcSpec } from "./spec.js";

/** A VPC's spec with everything looked up once: what the planning functions read. */
export interface Vpc {
  readonly spec: VpcSpec;
  readonly label: RegionLabel;
  readonly zones: readonly string[];
  readonly subnets: ReadonlyMap<string, SubnetSpec>;
  readonly routeTables: ReadonlyMap<string, RouteTableSpec>;
  readonly interfaces: readonly PlacedInterface[];
  /** The same by zone: the same list as in the plan before where it is of the same interfaces, to remember things by. */
  readonly inZone: ReadonlyMap<string, readonly PlacedInterface[]>;
  readonly byId: ReadonlyMap<string, PlacedInterface>;
  readonly natGateways: ReadonlyMap<string, NatGatewaySpec & { readonly at: PlacedInterface }>;
  /** By zone; empty without gateway endpoints. */
  readonly callers: ReadonlyMap<string, number>;
  readonly tableOf: ReadonlyMap<string, number>;
  readonly deliveryOf: ReadonlyMap<string, number>;
}

/** An interface with its place and its names on this machine. */
export interface PlacedInterface extends InterfaceSpec {
  readonly vpcId: string;
  readonly label: RegionLabel;
  /** All its private addresses, the primary one first. */
  readonly addresses: readonly string[];
  readonly subnet: SubnetSpec;
  readonly zone: string;
  /** Device group of its subnet. */
  readonly group: number;
  /** Its device in the router of its zone. */
  readonly device: string;
  /** Its other end, and how the alias of its link tells of it. */
  readonly end: FarEnd;
  readonly words: EndWords;
  readonly natGatewayId?: string;
}

export const routerName = (label: RegionLabel, vpcId: string, zone: string): string =>
  namespaceName(label, "router", `${vpcId}-${zone}`);

export const internetName = (label: RegionLabel): string => namespaceName(label, "internet");

export const servicesName = (label: RegionLabel): string => namespaceName(label, "internet", "services");

/** The alias that every link of ours carries. */
export const aliasOf = (label: RegionLabel, owner: string, ...what: string[]): string =>
  ["sandtable", label.code, owner, ...what].join("/");

/** By all that an interface's place depends on, so that one that did not change is the same object in the next plan. */
const placed = memo((key): PlacedInterface => {
  const [nic, place] = JSON.parse(`[${key}]`) as [InterfaceSpec, Place];
  const { label, vpcId, vpcCidr, subnet, nat } = place;
  const words: EndWords =
    nat === undefined ? { kind: "eni", id: nic.interfaceId, attachedTo: nic.attachedTo } : { kind: "nat", id: nat };
  return {
    ...nic,
    vpcId,
    label,
    addresses: [nic.privateIp, ...(nic.secondaryIps ?? [])],
    subnet,
    zone: subnet.zone,
    group: subnetGroup(vpcCidr, subnet.cidr),
    device: linkName("e", nic.interfaceId),
    end: farEndOf(label, words),
    words,
    ...(nat === undefined ? {} : { natGatewayId: nat }),
  };
});

const lastPlaced = new WeakMap<InterfaceSpec, { readonly place: string; readonly nic: PlacedInterface }>();

function placedAt(nic: InterfaceSpec, place: string): PlacedInterface {
  const known = lastPlaced.get(nic);
  if (known?.place === place) return known.nic;
  const found = placed(`${JSON.stringify(nic)},${place}`);
  lastPlaced.set(nic, { place, nic: found });
  return found;
}

interface Place {
  readonly label: RegionLabel;
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly subnet: SubnetSpec;
  readonly nat?: string;
}

/** `callers`: see `callers.ts`; those of a VPC that is alone unless told. */
export function lookUp(spec: VpcSpec, label: RegionLabel, callers: Vpc["callers"] = new Callers().take(spec)): Vpc {
  const subnets = new Map(spec.subnets.map((subnet) => [subnet.subnetId, subnet]));
  const routeTables = new Map(spec.routeTables.map((table) => [table.routeTableId, table]));
  for (const subnet of spec.subnets)
    if (!routeTables.has(subnet.routeTableId))
      throw new Error(`${spec.vpcId}: ${subnet.subnetId} uses ${subnet.routeTableId}, which is not among its route tables`);

  const natOf = new Map(spec.natGateways.map((nat) => [nat.interfaceId, nat.natGatewayId]));
  const placeOf = (subnet: SubnetSpec, nat?: string): string =>
    JSON.stringify({ label, vpcId: spec.vpcId, vpcCidr: spec.cidr, subnet, nat } satisfies Place);
  const places = new Map(spec.subnets.map((subnet) => [subnet.subnetId, placeOf(subnet)]));
  const interfaces = spec.interfaces.map((nic) => {
    const [subnet, place] = [subnets.get(nic.subnetId), places.get(nic.subnetId)];
    if (subnet === undefined || place === undefined)
      throw new Error(`${spec.vpcId}: ${nic.interfaceId} is in ${nic.subnetId}, which is not among its subnets`);
    const nat = natOf.get(nic.interfaceId);
    return placedAt(nic, nat === undefined ? place : placeOf(subnet, nat));
  });
  const byId = new Map(interfaces.map((nic) => [nic.interfaceId, nic]));
  checkAttached(spec.vpcId, interfaces, byId);
  const natGateways = new Map(
    spec.natGateways.map((nat) => {
      const at = byId.get(nat.interfaceId);
      if (at === undefined)
        throw new Error(`${spec.vpcId}: ${nat.natGatewayId} has ${nat.interfaceId}, which is not among its interfaces`);
      return [nat.natGatewayId, { ...nat, at }];
    }),
  );
  const zones = [...new Set(spec.subnets.map((subnet) => subnet.zone))].sort();
  const delivered = spec.routeTables.flatMap(({ routes }) =>
    routes.flatMap(({ target }) => (target.kind === "interface" ? [target.interfaceId] : [])),
  );
  return {
    spec,
    label,
    zones,
    subnets,
    routeTables,
    interfaces,
    inZone: new Map(
      zones.map((zone) => [
        zone,
        asBefore(
          `${label.code} ${spec.vpcId} ${zone}`,
          interfaces.filter((nic) => nic.zone === zone),
        ),
      ]),
    ),
    byId,
    natGateways,
    callers,
    tableOf: routeTableNumbers(spec.routeTables.map((table) => table.routeTableId)),
    deliveryOf: deliveryNumbers([...new Set([...natOf.keys(), ...delivered])]),
  };
}

function checkAttached(vpcId: string, interfaces: readonly PlacedInterface[], byId: Vpc["byId"]): void {
  const taken = new Map<string, string>();
  for (const { interfaceId, attachedTo, zone, end } of interfaces) {
    if (attachedTo === undefined) continue;
    const primary = byId.get(attachedTo.interfaceId);
    const place = `${end.device} behind ${attachedTo.interfaceId}`;
    const problem =
      primary === undefined
        ? "which is not among its interfaces"
        : primary.attachedTo !== undefined || primary.natGatewayId !== undefined
          ? "which has no machine of its own"
          : primary.zone !== zone
            ? `which is in ${primary.zone}, not in ${zone}`
            : taken.has(place)
              ? `as ${taken.get(place)} is`
              : attachedTo.deviceIndex < 1
                ? "which has that device itself"
                : undefined;
    if (problem !== undefined) throw new Error(`${vpcId}: ${interfaceId} is attached as ${place}, ${problem}`);
    taken.set(place, interfaceId);
  }
}

const before = new Map<string, readonly PlacedInterface[]>();

function asBefore(place: string, list: readonly PlacedInterface[]): readonly PlacedInterface[] {
  const known = before.get(place);
  if (known?.length === list.length && known.every((nic, at) => nic === list[at])) return known;
  if (before.size >= 1000) before.clear();
  before.set(place, list);
  return list;
}
