import type {
  AcceptVpcPeeringConnectionCommandInput,
  AcceptVpcPeeringConnectionCommandOutput,
  CreateVpcPeeringConnectionCommandInput,
  CreateVpcPeeringConnectionCommandOutput,
  DeleteVpcPeeringConnectionCommandInput,
  DeleteVpcPeeringConnectionCommandOutput,
  DescribeVpcPeeringConnectionsCommandInput,
  DescribeVpcPeeringConnectionsCommandOutput,
  ModifyVpcPeeringConnectionOptionsCommandInput,
  ModifyVpcPeeringConnectionOptionsCommandOutput,
  PeeringConnectionOptionsRequest,
  RejectVpcPeeringConnectionCommandInput,
  RejectVpcPeeringConnectionCommandOutput,
  VpcPeeringConnection as ApiPeering,
  VpcPeeringConnectionVpcInfo,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { enforced, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { describeRules, select } from "./lists.js";
import {
  acceptPeering,
  createPeering,
  deletePeering,
  expiryOf,
  peeringStateOf,
  rejectPeering,
  thePeering,
  visiblePeerings,
  type PeeringState,
} from "./peering.js";
import { Vpcs, type VpcPeeringConnection } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";

/** What AWS says of each state. */
const messages: Readonly<Record<PeeringState, (account: string) => string>> = {
  "pending-acceptance": (account) => `Pending Acceptance by ${account}`,
  active: () => "Active",
  rejected: (account) => `Rejected by ${account}`,
  deleted: (account) => `Deleted by ${account}`,
  expired: () => "Expired",
  failed: () => "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range",
};

export const peeringMessage = (call: Call, peering: VpcPeeringConnection): string =>
  messages[peeringStateOf(call, peering)](call.accountId);

/** Both options are off: a VPC's names are answered inside it alone. */
const options = { AllowDnsResolutionFromRemoteVpc: false };

const cidrOf = (call: Call, vpcId: string): string | undefined => call.records.get(Vpcs, vpcId)?.cidr;

function vpcInfo(call: Call, peering: VpcPeeringConnection, vpcId: string): VpcPeeringConnectionVpcInfo {
  const cidr = cidrOf(call, vpcId);
  return {
    VpcId: vpcId,
    OwnerId: call.accountId,
    Region: call.regionName,
    ...(cidr === undefined ? {} : { CidrBlock: cidr, CidrBlockSet: [{ CidrBlock: cidr }] }),
    ...(peering.state === "active"
      ? {
          PeeringOptions: {
            ...options,
            AllowEgressFromLocalClassicLinkToRemoteVpc: false,
            AllowEgressFromLocalVpcToRemoteClassicLink: false,
          },
        }
      : {}),
  };
}

const describe = (call: Call, peering: VpcPeeringConnection): ApiPeering => ({
  VpcPeeringConnectionId: peering.vpcPeeringConnectionId,
  RequesterVpcInfo: vpcInfo(call, peering, peering.requesterVpcId),
  AccepterVpcInfo: vpcInfo(call, peering, peering.accepterVpcId),
  Status: { Code: peeringStateOf(call, peering), Message: peeringMessage(call, peering) },
  ...(peering.state === "pending-acceptance" ? { ExpirationTime: new Date(expiryOf(peering)) } : {}),
  Tags: tagList(peering.tags),
});

const optionRules = within<PeeringConnectionOptionsRequest>({
  AllowDnsResolutionFromRemoteVpc: states(false),
  AllowEgressFromLocalClassicLinkToRemoteVpc: states(false),
  AllowEgressFromLocalVpcToRemoteClassicLink: states(false),
});

export const peeringOperations: readonly Operation[] = [
  operation<CreateVpcPeeringConnectionCommandInput, CreateVpcPeeringConnectionCommandOutput>(
    "ec2",
    "CreateVpcPeeringConnection",
    {
      VpcId: enforced,
      PeerVpcId: enforced,
      PeerOwnerId: enforced,
      PeerRegion: enforced,
      TagSpecifications: tagSpecifications,
      DryRun: states(false),
    },
    (call, input) => ({
      VpcPeeringConnection: describe(
        call,
        createPeering(call, {
          vpcId: input.VpcId ?? "",
          peerVpcId: input.PeerVpcId ?? "",
          peerOwnerId: input.PeerOwnerId,
          peerRegion: input.PeerRegion,
          tags: tagsAtCreation(input.TagSpecifications, "vpc-peering-connection"),
        }),
      ),
    }),
  ),
  operation<AcceptVpcPeeringConnectionCommandInput, AcceptVpcPeeringConnectionCommandOutput>(
    "ec2",
    "AcceptVpcPeeringConnection",
    { VpcPeeringConnectionId: enforced, DryRun: states(false) },
    async (call, input) => ({
      VpcPeeringConnection: describe(call, await acceptPeering(call, input.VpcPeeringConnectionId ?? "")),
    }),
  ),
  operation<RejectVpcPeeringConnectionCommandInput, RejectVpcPeeringConnectionCommandOutput>(
    "ec2",
    "RejectVpcPeeringConnection",
    { VpcPeeringConnectionId: enforced, DryRun: states(false) },
    (call, input) => {
      rejectPeering(call, input.VpcPeeringConnectionId ?? "");
      return { Return: true };
    },
  ),
  operation<DeleteVpcPeeringConnectionCommandInput, DeleteVpcPeeringConnectionCommandOutput>(
    "ec2",
    "DeleteVpcPeeringConnection",
    { VpcPeeringConnectionId: enforced, DryRun: states(false) },
    async (call, input) => {
      await deletePeering(call, input.VpcPeeringConnectionId ?? "");
      return { Return: true };
    },
  ),
  operation<DescribeVpcPeeringConnectionsCommandInput, DescribeVpcPeeringConnectionsCommandOutput>(
    "ec2",
    "DescribeVpcPeeringConnections",
    { ...describeRules, VpcPeeringConnectionIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(visiblePeerings(call), input, {
        id: (peering) => peering.vpcPeeringConnectionId,
        ids: input.VpcPeeringConnectionIds,
        notFound: ["InvalidVpcPeeringConnectionID.NotFound", "vpcPeeringConnection ID"],
        filters: {
          "vpc-peering-connection-id": (peering) => peering.vpcPeeringConnectionId,
          "requester-vpc-info.vpc-id": (peering) => peering.requesterVpcId,
          "requester-vpc-info.cidr-block": (peering) => cidrOf(call, peering.requesterVpcId),
          "requester-vpc-info.owner-id": () => call.accountId,
          "accepter-vpc-info.vpc-id": (peering) => peering.accepterVpcId,
          "accepter-vpc-info.cidr-block": (peering) => cidrOf(call, peering.accepterVpcId),
          "accepter-vpc-info.owner-id": () => call.accountId,
          "expiration-time": (peering) =>
            peering.state === "pending-acceptance" ? new Date(expiryOf(peering)).toISOString() : undefined,
          "status-code": (peering) => peeringStateOf(call, peering),
          "status-message": (peering) => peeringMessage(call, peering),
        },
      });
      return { VpcPeeringConnections: page.map((peering) => describe(call, peering)), NextToken };
    },
  ),
  operation<ModifyVpcPeeringConnectionOptionsCommandInput, ModifyVpcPeeringConnectionOptionsCommandOutput>(
    "ec2",
    "ModifyVpcPeeringConnectionOptions",
    {
      VpcPeeringConnectionId: enforced,
      RequesterPeeringConnectionOptions: optionRules,
      AccepterPeeringConnectionOptions: optionRules,
      DryRun: states(false),
    },
    (call, input) => {
      thePeering(call, input.VpcPeeringConnectionId);
      return {
        ...(input.RequesterPeeringConnectionOptions === undefined ? {} : { RequesterPeeringConnectionOptions: options }),
        ...(input.AccepterPeeringConnectionOptions === undefined ? {} : { AccepterPeeringConnectionOptions: options }),
      };
    },
  ),
];
