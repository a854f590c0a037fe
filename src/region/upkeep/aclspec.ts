import type { AclRuleSpec, NetworkAclSpec } from "../../parts/fabric/spec.js";
import type { Records } from "../records/records.js";
import { inOrder } from "../services/ec2/networkaclentries.js";
import { associationOf } from "../services/ec2/networkacls.js";
import { NetworkAcls, type NetworkAcl, type NetworkAclEntry, type Subnet } from "../services/ec2/records.js";

/** The numbers that the fabric knows by their names; see `GroupRuleSpec`. */
const names: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp" };

/** The network ACL that a subnet's packets are held against. */
export function aclOf(records: Records, subnet: Subnet): NetworkAcl | undefined {
  const association = associationOf({ records }, subnet);
  return association === undefined ? undefined : records.get(NetworkAcls, association.networkAclId);
}

export const aclSpec = (acl: NetworkAcl): NetworkAclSpec => ({
  networkAclId: acl.networkAclId,
  ingress: inOrder(acl, false).map(ruleSpec),
  egress: inOrder(acl, true).map(ruleSpec),
});

function ruleSpec(entry: NetworkAclEntry): AclRuleSpec {
  const from = entry.icmpType ?? entry.fromPort;
  const to = entry.icmpCode ?? entry.toPort;
  return {
    action: entry.action,
    protocol: names[entry.protocol] ?? entry.protocol,
    ...(from === undefined ? {} : { fromPort: from }),
    ...(to === undefined ? {} : { toPort: to }),
    cidr: entry.cidr,
  };
}
