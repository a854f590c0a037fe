import { subnetGroup } from "./numbers.js";
import { protocolText } from "./protocols.js";
import type { AclRuleSpec, NetworkAclSpec } from "./spec.js";
import { chain, map, set, type Piece } from "./text.js";
import type { Vpc } from "./vpc.js";

/**
 * Network ACLs (VPC user guide, "Network ACL basics"): at the edge of a subnet, on the way out of it and on the way in, each
 * packet by itself; a connection that lives is cut by the next packet that is not admitted. Within a subnet they do not hold, nor
 * for the resolver and the metadata service, which are not forwarded. An ACL that begins by admitting everything, as the
 * default one does, costs nothing. To admit is to return to what is looked at next.
 */
export function aclChains(vpc: Vpc, zone: string): Piece[] {
  const acls = new Map((vpc.spec.networkAcls ?? []).map((acl) => [acl.networkAclId, acl]));
  const subnets = vpc.spec.subnets.flatMap((subnet) => {
    const acl = subnet.zone === zone && subnet.networkAclId !== undefined ? acls.get(subnet.networkAclId) : undefined;
    return acl === undefined ? [] : [{ group: subnetGroup(vpc.spec.cidr, subnet.cidr), acl }];
  });
  const inward = subnets.filter(({ acl }) => !admitsAll(acl.ingress));
  const outward = subnets.filter(({ acl }) => !admitsAll(acl.egress));
  if (inward.length === 0 && outward.length === 0) return [];
  const distinct = (list: typeof subnets): NetworkAclSpec[] => [...new Set(list.map(({ acl }) => acl))];
  return [
    ...set(
      "same_subnet",
      "devgroup . devgroup",
      subnets.map(({ group }) => `${group} . ${group}`),
    ),
    ...distinct(inward).flatMap((acl) => chain(`${nameOf(acl)}_in`, [...rulesOf(acl.ingress, "saddr"), "drop"])),
    ...distinct(outward).flatMap((acl) => chain(`${nameOf(acl)}_out`, [...rulesOf(acl.egress, "daddr"), "drop"])),
    ...map(
      "acl_in",
      "devgroup : verdict",
      inward.map(({ group, acl }) => `${group} : jump ${nameOf(acl)}_in`),
    ),
    ...map(
      "acl_out",
      "devgroup : verdict",
      outward.map(({ group, acl }) => `${group} : jump ${nameOf(acl)}_out`),
    ),
    ...chain("acls", [
      ...(outward.length === 0 ? [] : ["iifgroup vmap @acl_out"]),
      ...(inward.length === 0 ? [] : ["oifgroup vmap @acl_in"]),
    ]),
  ];
}

/** What leads there: nothing within a subnet. */
export const aclStep = (pieces: readonly Piece[]): string[] =>
  pieces.length === 0 ? [] : ["iifgroup . oifgroup != @same_subnet jump acls"];

const nameOf = (acl: NetworkAclSpec): string => acl.networkAclId.replaceAll("-", "_");

/** The fabric carries IPv4 only: a rule about IPv6 decides about nothing that could come. */
const isIpv4 = (rule: AclRuleSpec): boolean => !rule.cidr.includes(":");

const matchOf = (rule: AclRuleSpec, end: "saddr" | "daddr"): string =>
  [...(rule.cidr === "0.0.0.0/0" ? [] : [`ip ${end} ${rule.cidr}`]), ...protocolText(rule)].join(" ");

const rulesOf = (rules: readonly AclRuleSpec[], end: "saddr" | "daddr"): string[] =>
  rules.filter(isIpv4).map((rule) => `${matchOf(rule, end)} ${rule.action === "allow" ? "return" : "drop"}`.trimStart());

function admitsAll(rules: readonly AclRuleSpec[]): boolean {
  const first = rules.find(isIpv4);
  return first?.action === "allow" && matchOf(first, "saddr") === "";
}
