import type { Environment } from "../environment/environment.js";
import { isKnown, isUnknown, Unknown, type Maybe } from "../environment/maybe.js";
import type { NetworkInterface } from "../environment/network.js";
import type { NodeId } from "../environment/node.js";

/** The zone of a subnet. */
export function zoneOf(environment: Environment, subnet: Maybe<NodeId>): Maybe<string> {
  if (isUnknown(subnet)) return subnet;
  return environment.subnets.get(subnet)?.zone ?? new Unknown(`${subnet} is no subnet of this environment`);
}

/** Zones, each once; and what is not known about them, where something is not. */
export interface Zones {
  readonly names: readonly string[];
  readonly unknown?: Unknown;
}

export function zonesOf(environment: Environment, subnets: readonly Maybe<NodeId>[]): Zones {
  const zones = subnets.map((subnet) => zoneOf(environment, subnet));
  const unknown = zones.find(isUnknown);
  return { names: [...new Set(zones.filter(isKnown))], ...(unknown === undefined ? {} : { unknown }) };
}

/** The zones of interfaces, of which each is in one of its subnets. */
export const zonesOfInterfaces = (environment: Environment, interfaces: readonly NodeId[]): Zones => {
  const nodes = interfaces.map((id) => environment.interfaces.get(id)).filter((node) => node !== undefined);
  const zones = zonesOf(environment, nodes.flatMap(placesOf));
  return nodes.length === 0 ? { names: [], unknown: new Unknown("no interface of it is known") } : zones;
};

const placesOf = (node: NetworkInterface): readonly Maybe<NodeId>[] =>
  node.subnets.length > 0 ? node.subnets : [node.subnetUnknown ?? new Unknown(`the subnet of ${node.name} is not said`)];

/** Does a subnet's route table lead to an internet gateway: is it, in AWS's word, public? */
export function leadsToInternet(environment: Environment, subnet: NodeId): Maybe<boolean> {
  const table = environment.subnets.get(subnet)?.routeTable;
  if (table === undefined) return new Unknown(`${subnet} is no subnet of this environment`);
  if (isUnknown(table)) return table;
  const routes = environment.routeTables.get(table)?.routes ?? [];
  for (const { target } of routes) if (isKnown(target) && target.kind === "internetGateway") return true;
  return routes.map(({ target }) => target).find(isUnknown) ?? false;
}
