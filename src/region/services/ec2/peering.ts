import { overlaps, parseBlock } from "../../../addresses.js";
import type { Call, Scope } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put, remove, type Commit } from "../../records/records.js";
import { newId } from "./ids.js";
import { VpcPeeringConnections, Vpcs, type Tags, type VpcPeeringConnection } from "./records.js";
import { theVpc } from "./vpcs.js";

type Reading = Pick<Call, "records">;

/** A request that nobody answers expires: https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-lifecycle */
const pendingFor = 7 * 24 * 3_600_000;
/** What is over stays visible for two hours. */
const endedShownFor = 2 * 3_600_000;

export type PeeringState = VpcPeeringConnection["state"] | "expired";

export const peeringStateOf = (scope: Pick<Scope, "now">, peering: VpcPeeringConnection): PeeringState =>
  peering.state === "pending-acceptance" && scope.now() >= peering.createdAt + pendingFor ? "expired" : peering.state;

export const expiryOf = (peering: VpcPeeringConnection): number => peering.createdAt + pendingFor;

/** The connections that can be seen: what is over goes after two hours. */
export const visiblePeerings = (scope: Pick<Scope, "now" | "records">): readonly VpcPeeringConnection[] =>
  scope.records
    .list(VpcPeeringConnections)
    .filter(({ endedAt }) => endedAt === undefined || scope.now() < endedAt + endedShownFor);

export interface PeeringWish {
  readonly vpcId: string;
  readonly peerVpcId: string;
  readonly peerOwnerId?: string | undefined;
  readonly peerRegion?: string | undefined;
  readonly tags: Tags;
}

/**
 * A request to peer two VPCs of this account and region. Blocks that overlap, or a peer that does not exist, are no error of the
 * request: the connection is `failed`, as on AWS.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcPeeringConnection.html
 */
export function createPeering(call: Call, wish: PeeringWish): VpcPeeringConnection {
  if (wish.peerOwnerId !== undefined && wish.peerOwnerId !== call.accountId)
    throw new NotModelled(`peering with a VPC of another account (${wish.peerOwnerId})`);
  if (wish.peerRegion !== undefined && wish.peerRegion !== call.regionName)
    throw new NotModelled(`peering with a VPC of another region (${wish.peerRegion})`);
  const requester = theVpc(call, wish.vpcId);
  if (wish.peerVpcId === "") throw new ServiceFault("MissingParameter", "The request must contain the parameter peerVpcId");
  const accepter = call.records.get(Vpcs, wish.peerVpcId);
  const known = call.records
    .list(VpcPeeringConnections)
    .find(
      (other) =>
        ["active", "pending-acceptance"].includes(peeringStateOf(call, other)) &&
        [other.requesterVpcId, other.accepterVpcId].sort().join() === [requester.vpcId, wish.peerVpcId].sort().join(),
    );
  if (known !== undefined)
    throw new ServiceFault(
      "VpcPeeringConnectionAlreadyExists",
      `A VPC peering connection (${known.vpcPeeringConnectionId}) between ${requester.vpcId} and ${wish.peerVpcId} already exists.`,
    );
  const possible = accepter !== undefined && !overlapping(requester.cidr, accepter.cidr);
  const peering: VpcPeeringConnection = {
    vpcPeeringConnectionId: newId("pcx"),
    requesterVpcId: requester.vpcId,
    accepterVpcId: wish.peerVpcId,
    state: possible ? "pending-acceptance" : "failed",
    createdAt: call.now(),
    ...(possible ? {} : { endedAt: call.now() }),
    tags: wish.tags,
  };
  call.commit(...forgotten(call), put(VpcPeeringConnections, peering.vpcPeeringConnectionId, peering));
  return peering;
}

function overlapping(a: string, b: string): boolean {
  const [one, other] = [parseBlock(a), parseBlock(b)];
  return one !== undefined && other !== undefined && overlaps(one, other);
}

/** The changes that remove what nobody can see any more. */
const forgotten = (call: Call): Commit => {
  const visible = new Set(visiblePeerings(call));
  return call.records
    .list(VpcPeeringConnections)
    .filter((peering) => !visible.has(peering))
    .map((peering) => remove(VpcPeeringConnections, peering.vpcPeeringConnectionId));
};

export async function acceptPeering(call: Call, id: string): Promise<VpcPeeringConnection> {
  const peering = thePeering(call, id);
  const active = { ...peering, state: "active" } as const;
  inState(call, peering, "active", "pending-acceptance");
  call.commit(put(VpcPeeringConnections, id, active));
  await applyBoth(call, peering);
  return active;
}

export function rejectPeering(call: Call, id: string): void {
  const peering = thePeering(call, id);
  inState(call, peering, "rejected", "pending-acceptance");
  call.commit(put(VpcPeeringConnections, id, { ...peering, state: "rejected", endedAt: call.now() }));
}

/** Routes over it stay, as `blackhole`. */
export async function deletePeering(call: Call, id: string): Promise<void> {
  const peering = thePeering(call, id);
  inState(call, peering, "deleted", "active", "pending-acceptance", "expired");
  call.commit(put(VpcPeeringConnections, id, { ...peering, state: "deleted", endedAt: call.now() }));
  if (peering.state === "active") await applyBoth(call, peering);
}

async function applyBoth(call: Call, { requesterVpcId, accepterVpcId }: VpcPeeringConnection): Promise<void> {
  await Promise.all([call.upkeep.network(requesterVpcId), call.upkeep.network(accepterVpcId)]);
}

function inState(call: Call, peering: VpcPeeringConnection, to: PeeringState, ...from: readonly PeeringState[]): void {
  const state = peeringStateOf(call, peering);
  if (!from.includes(state))
    throw new ServiceFault(
      "InvalidStateTransition",
      `Invalid state transition for ${peering.vpcPeeringConnectionId}, attempted to transition from ${state} to ${to}`,
    );
}

export function thePeering(call: Reading & Pick<Scope, "now">, id: string | undefined): VpcPeeringConnection {
  const peering = visiblePeerings(call).find((each) => each.vpcPeeringConnectionId === id);
  if (peering === undefined)
    throw new ServiceFault("InvalidVpcPeeringConnectionID.NotFound", `The vpcPeeringConnection ID '${id}' does not exist`);
  return peering;
}
