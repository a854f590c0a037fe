import { toAddress } from "../../addresses.js";
import { known } from "../../environment/maybe.js";
import type { RouteTable } from "../../environment/network.js";
import type { Passage } from "./passage.js";
import type { Placed } from "./places.js";

/** The route that is missing, as exactly as the environment's own gateways let it be said. */
export function routeAdvice({ lookup, destination, source }: Passage, at: Placed, table: RouteTable): string {
  const { environment } = lookup;
  const add = (cidr: string, target: string): string => `add to ${table.name} a route for ${cidr} to ${target}`;
  if (destination.kind === "service") return `associate ${table.name} with the gateway endpoint`;
  if (destination.placed !== undefined) {
    const { vpc } = destination.placed;
    const cidr = environment.vpcs
      .get(vpc)
      ?.cidrs.map((each) => known(each))
      .find((each) => each !== undefined);
    const peering = [...environment.peerings.values()].find(
      ({ requester, accepter }) => (requester === at.vpc && accepter === vpc) || (requester === vpc && accepter === at.vpc),
    );
    const target = peering?.name ?? `a peering connection between ${lookup.vpcName(at.vpc)} and ${lookup.vpcName(vpc)}`;
    return add(cidr ?? `the addresses of ${lookup.vpcName(vpc)}`, target);
  }
  if (destination.kind === "address") return add(`${toAddress(destination.low)}/32`, "what leads there");
  if (source.placed?.nic.isPublic === true)
    return add("0.0.0.0/0", lookup.gatewayOf(at.vpc)?.name ?? "an internet gateway that is attached to the VPC");
  const nat = [...environment.natGateways.values()].find(
    (each) => each.connectivity === "public" && known(environment.subnets.get(known(each.subnet, ""))?.vpc ?? at.vpc) === at.vpc,
  );
  return add("0.0.0.0/0", nat?.name ?? "a public NAT gateway, as it has no public address");
}
