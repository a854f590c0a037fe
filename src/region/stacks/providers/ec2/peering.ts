import { ServiceFault } from "../../../operations/fault.js";
import { enforced } from "../../../operations/members.js";
import { acceptPeering, createPeering, deletePeering, peeringStateOf, thePeering } from "../../../services/ec2/peering.js";
import { peeringMessage } from "../../../services/ec2/peeringoperations.js";
import { VpcPeeringConnections } from "../../../services/ec2/records.js";
import type { ResourceProvider } from "../../provider.js";
import { optionalText, tagRules, tagsOf, text, unlessGone } from "../properties.js";
import { retag } from "./retag.js";

/** In one account CloudFormation accepts the connection itself. A role and a region to assume it in are for others; they are refused. */
export const vpcPeeringConnection: ResourceProvider = {
  type: "AWS::EC2::VPCPeeringConnection",
  record: VpcPeeringConnections,
  properties: { VpcId: enforced, PeerVpcId: enforced, PeerOwnerId: enforced, PeerRegion: enforced, Tags: tagRules },
  attributes: { Id: (_call, id) => id },
  create: (call, properties, naming) =>
    Promise.resolve(
      createPeering(call, {
        vpcId: text(properties, "VpcId"),
        peerVpcId: text(properties, "PeerVpcId"),
        peerOwnerId: optionalText(properties, "PeerOwnerId"),
        peerRegion: optionalText(properties, "PeerRegion"),
        tags: tagsOf(properties, naming),
      }).vpcPeeringConnectionId,
    ),
  settled: async (call, id) => {
    const peering = thePeering(call, id);
    const state = peeringStateOf(call, peering);
    if (state === "pending-acceptance") await acceptPeering(call, id);
    else if (state !== "active")
      throw new ServiceFault(
        "NotStabilized",
        `VpcPeeringConnection failed to stabilize. Message: ${peeringMessage(call, peering)}`,
      );
  },
  update: retag,
  delete: (call, id) =>
    // What failed or is over is gone.
    unlessGone(["InvalidVpcPeeringConnectionID.NotFound", "InvalidStateTransition"], () => deletePeering(call, id)),
};
