import { known } from "../../environment/maybe.js";
import type { NetworkAcl, Subnet } from "../../environment/network.js";
import type { Filters, Passing } from "./filters.js";
import type { Lookup } from "./lookup.js";
import { spotOf, type Placed, type Spot } from "./places.js";
import { clientPorts } from "./steps.js";

/**
 * What a load balancer that keeps the client's address can hand to a target of its VPC. The target's groups must admit the client, or name
 * a group of the balancer; answers find back to the balancer by themselves, without routes, and ACLs see the client's address on them
 * (ELB user guide for Network Load Balancers, "Client IP preservation", "Network ACLs").
 */
export function throughKeeper(
  lookup: Lookup,
  filters: Filters,
  { client, at, to }: { readonly client: Spot; readonly at: Placed; readonly to: Placed },
): Passing {
  const { space } = filters;
  const both = (a: Passing, b: Passing): Passing => ({
    sure: space.intersection(a.sure, b.sure),
    may: space.intersection(a.may, b.may),
  });
  const target = spotOf(to);
  const ofClient = filters.ofInterface(to.nic, "ingress", client, true);
  const ofNode = filters.ofMembers(to.nic, at.nic.groups);
  const groups = both(filters.ofInterface(at.nic, "egress", target, true), {
    sure: space.union(ofClient.sure, ofNode.sure),
    may: space.union(ofClient.may, ofNode.may),
  });
  if (at.subnet.id === to.subnet.id) return groups;
  const there = both(
    filters.ofAcl(aclOf(lookup, at.subnet), "egress", target),
    filters.ofAcl(aclOf(lookup, to.subnet), "ingress", client),
  );
  const back = both(
    filters.ofAcl(aclOf(lookup, to.subnet), "egress", client),
    filters.ofAcl(aclOf(lookup, at.subnet), "ingress", target),
  );
  const answered = { sure: space.answeredBy(back.sure, clientPorts), may: space.answeredBy(back.may, clientPorts) };
  return [there, answered].reduce(both, groups);
}

const aclOf = (lookup: Lookup, subnet: Subnet): NetworkAcl | undefined => lookup.environment.acls.get(known(subnet.acl, ""));
