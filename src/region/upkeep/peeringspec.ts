import type { PeeringSpec } from "../../parts/fabric/spec.js";
import type { Records } from "../records/records.js";
import { NetworkInterfaces, SecurityGroups, Subnets, VpcPeeringConnections, Vpcs, type Vpc } from "../services/ec2/records.js";

/** Active peering connections seen from one VPC, with what it has to know of the other ones. Pure. */
export const peeringSpecs = (records: Records, vpcId: string): readonly PeeringSpec[] =>
  records.list(VpcPeeringConnections).flatMap((peering) => {
    const otherId = otherEnd(peering, vpcId);
    const other = otherId === undefined ? undefined : records.get(Vpcs, otherId);
    return peering.state !== "active" || other === undefined
      ? []
      : [{ peeringId: peering.vpcPeeringConnectionId, peer: peerSpec(records, vpcId, other) }];
  });

/** The VPCs that are peered with this one: what they know of it changes with it. */
export const peersOf = (records: Records, vpcId: string): readonly string[] =>
  records.list(VpcPeeringConnections).flatMap((peering) => (peering.state === "active" ? (otherEnd(peering, vpcId) ?? []) : []));

function otherEnd(
  { requesterVpcId, accepterVpcId }: { readonly requesterVpcId: string; readonly accepterVpcId: string },
  vpcId: string,
): string | undefined {
  if (requesterVpcId === vpcId) return accepterVpcId;
  return accepterVpcId === vpcId ? requesterVpcId : undefined;
}

function peerSpec(records: Records, vpcId: string, other: Vpc): PeeringSpec["peer"] {
  const theirs = new Set(records.list(SecurityGroups).flatMap((group) => (group.vpcId === other.vpcId ? [group.groupId] : [])));
  const named = new Set(
    records
      .list(SecurityGroups)
      .filter((group) => group.vpcId === vpcId)
      .flatMap((group) => [...group.ingress, ...group.egress])
      .flatMap(({ peer }) => ("groupId" in peer && theirs.has(peer.groupId) ? [peer.groupId] : [])),
  );
  const interfaces = records.list(NetworkInterfaces).filter((nic) => nic.vpcId === other.vpcId);
  return {
    vpcId: other.vpcId,
    cidr: other.cidr,
    subnets: records
      .list(Subnets)
      .filter((subnet) => subnet.vpcId === other.vpcId)
      .map(({ cidr, zone }) => ({ cidr, zone })),
    groups: [...named].map((groupId) => ({
      groupId,
      addresses: interfaces
        .filter((nic) => nic.groupIds.includes(groupId))
        .flatMap((nic) => [nic.privateIp, ...(nic.secondaryIps ?? [])]),
    })),
  };
}
