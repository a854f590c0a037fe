import { isUnknown } from "../../environment/maybe.js";
import type { Peering } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";
import type { Passage } from "./passage.js";
import { isPublicEnd, whoHas } from "./passage.js";
import { spotOf, spotText, type Placed, type Spot } from "./places.js";

/** Into a VPC, to a public address of it. */
export function fromInternet(passage: Passage, to: Spot): void {
  const { placed } = to;
  if (placed === undefined) {
    passage.stop(() => ({
      step: "address",
      at: { id: spotText(to), name: spotText(to) },
      why: `nothing of the environment has ${spotText(to)}`,
    }));
    return;
  }
  const gateway = passage.lookup.gatewayOf(placed.vpc);
  if (!isPublicEnd(passage, placed)) return;
  if (gateway === undefined) {
    const loose = passage.lookup.looseGateways[0];
    if (loose !== undefined)
      passage.doubt(() => ({
        step: "gateway",
        at: loose,
        why: `whether it is attached to ${passage.lookup.vpcName(placed.vpc)} is not known`,
      }));
    else
      passage.stop(
        () => ({
          step: "gateway",
          at: { id: placed.vpc, name: passage.lookup.vpcName(placed.vpc) },
          why: "no internet gateway is attached to the VPC",
        }),
        () => `attach an internet gateway to ${passage.lookup.vpcName(placed.vpc)}`,
      );
    return;
  }
  if (!passage.isPresent(gateway)) return;
  passage.pass(() => ({
    step: "gateway",
    at: gateway,
    why: `it exchanges the public address of ${placed.nic.name} for the private one`,
  }));
  passage.deliver(placed, undefined);
}

/** Out of the VPC: to the internet, or to a service. */
export function throughGateway(passage: Passage, at: Placed, kind: "internetGateway" | "gatewayEndpoint", id: NodeId): void {
  if (kind === "internetGateway") toInternet(passage, at, id);
  else toService(passage, id);
}

/** Only what has a public address passes, as the gateway exchanges addresses one to one (VPC user guide, "Internet gateway basics"). */
function toInternet(passage: Passage, at: Placed, id: NodeId): void {
  const { lookup, source, destination } = passage;
  const gateway = lookup.environment.internetGateways.get(id);
  if (gateway === undefined || isUnknown(gateway.vpc)) {
    const named = gateway ?? { id, name: id };
    passage.doubt(() => ({ step: "gateway", at: named, why: "to which VPC it is attached is not known" }));
    return;
  }
  if (!passage.isPresent(gateway)) return;
  if (gateway.vpc !== at.vpc) {
    passage.stop(
      () => ({ step: "gateway", at: gateway, why: `it is not attached to ${lookup.vpcName(at.vpc)}` }),
      () => `attach ${gateway.name} to ${lookup.vpcName(at.vpc)}`,
    );
    return;
  }
  if (destination.kind !== "internet") {
    passage.stop(() => ({ step: "gateway", at: gateway, why: `the internet does not carry ${spotText(destination)}` }));
    return;
  }
  if (source.placed === undefined || source.placed.vpc !== at.vpc) {
    passage.stop(() => ({ step: "gateway", at: gateway, why: `${spotText(source)} is not of this VPC` }));
    return;
  }
  if (at.nic.id !== source.placed.nic.id && source.placed.nic.isPublic !== true && at.nic.isPublic !== false) {
    passage.doubt(() => ({
      step: "nat",
      at: at.nic,
      why: "whether its system translates the addresses of what it forwards cannot be seen; without that the internet gateway refuses it",
    }));
    return;
  }
  if (!isPublicEnd(passage, source.placed)) return;
  passage.pass(() => ({ step: "gateway", at: gateway, why: `it sends under the public address of ${spotText(source)}` }));
  passage.arrived(destination);
}

function toService(passage: Passage, id: NodeId): void {
  const { lookup, destination } = passage;
  const endpoint = lookup.environment.gatewayEndpoints.get(id);
  if (endpoint === undefined) {
    passage.doubt(() => ({ step: "endpoint", at: { id, name: id }, why: "it is not part of what was read" }));
    return;
  }
  if (!passage.isPresent(endpoint)) return;
  passage.pass(() => ({ step: "endpoint", at: endpoint, why: "it leads to its service" }));
  passage.arrived(destination);
}

/** AWS makes no connection between VPCs whose blocks overlap (VPC peering guide, "VPC peering limitations"). Ends the walk there. */
function canPeer(passage: Passage, peering: Peering, one: NodeId, other: NodeId): boolean {
  const { lookup } = passage;
  const overlap = lookup.overlap(one, other);
  if (overlap === undefined) return true;
  const [here, there] = [lookup.vpcName(one), lookup.vpcName(other)];
  passage.stop(
    () => ({
      step: "peering",
      at: peering,
      why: `AWS does not make it, as the blocks of ${here} (${overlap[0]}) and ${there} (${overlap[1]}) overlap`,
    }),
    () => `give ${here} and ${there} blocks that share no address`,
  );
  return false;
}

/** For the addresses of its two VPCs alone: nothing goes on beyond (VPC peering guide, "Unsupported VPC peering configurations"). */
export function throughPeering(passage: Passage, at: Placed, id: NodeId): void {
  const { lookup, source, destination } = passage;
  const peering = lookup.environment.peerings.get(id);
  if (peering === undefined) {
    passage.doubt(() => ({ step: "peering", at: { id, name: id }, why: "it is not part of what was read" }));
    return;
  }
  if (!passage.isPresent(peering)) return;
  const { active, requester, accepter } = peering;
  if (active === false) {
    passage.stop(
      () => ({ step: "peering", at: peering, why: "it is not active" }),
      () => `accept the peering connection ${peering.name}`,
    );
    return;
  }
  const other = requester === at.vpc ? accepter : accepter === at.vpc ? requester : undefined;
  if (other === undefined && !isUnknown(requester) && !isUnknown(accepter)) {
    passage.stop(() => ({ step: "peering", at: peering, why: `it does not belong to ${lookup.vpcName(at.vpc)}` }));
    return;
  }
  if (other !== undefined && !isUnknown(other) && !canPeer(passage, peering, at.vpc, other)) return;
  if (source.placed?.vpc !== at.vpc) {
    passage.stop(() => ({
      step: "peering",
      at: peering,
      why: `${spotText(source)} is of neither of its VPCs: peering is not transitive`,
    }));
    return;
  }
  if (isUnknown(active) || other === undefined || isUnknown(other)) {
    const why = isUnknown(active)
      ? `whether it is active is not known: ${active.why}`
      : "which VPC is on its other side is not known";
    passage.doubt(() => ({ step: "peering", at: peering, why }));
    return;
  }
  const isThere =
    destination.placed?.vpc === other || (destination.kind === "address" && lookup.vpcsWith(destination.low).includes(other));
  if (!isThere) {
    const isRead = lookup.environment.vpcs.has(other);
    const why = isRead
      ? `${spotText(destination)} is not in ${lookup.vpcName(other)}, and peering is not transitive`
      : "the VPC on its other side is not part of what was read";
    if (isRead || destination.kind !== "address") passage.stop(() => ({ step: "peering", at: peering, why }));
    else passage.doubt(() => ({ step: "peering", at: peering, why }));
    return;
  }
  const to = destination.placed ?? whoHas(passage, other);
  if (to === undefined) return;
  passage.pass(() => ({ step: "peering", at: peering, why: `it leads to ${spotText(spotOf(to))} in ${lookup.vpcName(other)}` }));
  passage.deliver(to, undefined);
}
