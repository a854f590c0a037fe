import {
  type ManagedPrefixList,
  type PrefixListEntry,
  paginateDescribeInstanceConnectEndpoints,
  paginateDescribeManagedPrefixLists,
  paginateDescribeVpcEndpoints,
  paginateDescribeVpcPeeringConnections,
  paginateGetManagedPrefixListEntries,
  type Ec2InstanceConnectEndpoint,
  type VpcEndpoint,
  type VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import type { Described, Said } from "../../described.js";
import type { Names } from "../names.js";
import { eachOf } from "../reading.js";
import { told } from "../../told.js";
import { documentOf, type ReadRoom, tagsOf } from "../room.js";

const peeringType = "AWS::EC2::VPCPeeringConnection";
const endpointType = "AWS::EC2::VPCEndpoint";
const connectType = "AWS::EC2::InstanceConnectEndpoint";
const listType = "AWS::EC2::PrefixList";

/** Peering connections, endpoints, and the prefix lists that routes and rules name. */
export const readConnections: ReadRoom = async (clients, reading) => {
  const client = await clients.ec2();
  const [peerings, endpoints, connects, lists] = await Promise.all([
    reading.all(
      "ec2:DescribeVpcPeeringConnections",
      [peeringType],
      paginateDescribeVpcPeeringConnections({ client }, {}),
      (page) => page.VpcPeeringConnections?.filter(({ Status }) => !ended.has(Status?.Code ?? "")),
    ),
    reading.all("ec2:DescribeVpcEndpoints", [endpointType], paginateDescribeVpcEndpoints({ client }, {}), (page) =>
      page.VpcEndpoints?.filter(({ State }) => !ended.has(State?.toLowerCase() ?? "")),
    ),
    reading.all(
      "ec2:DescribeInstanceConnectEndpoints",
      [connectType],
      paginateDescribeInstanceConnectEndpoints({ client }, {}),
      (page) => page.InstanceConnectEndpoints?.filter(({ State }) => State?.startsWith("delete") !== true),
    ),
    reading.all(
      "ec2:DescribeManagedPrefixLists",
      [listType],
      paginateDescribeManagedPrefixLists({ client }, {}),
      (page) => page.PrefixLists,
    ),
  ]);
  const entries = await eachOf(lists, ({ PrefixListId }) =>
    reading.all(
      "ec2:GetManagedPrefixListEntries",
      [listType],
      paginateGetManagedPrefixListEntries({ client }, { PrefixListId }),
      (page) => page.Entries,
    ),
  );
  return {
    register: (names) => {
      for (const { VpcPeeringConnectionId = "" } of peerings)
        names.register({ type: peeringType, physicalId: VpcPeeringConnectionId });
      for (const { VpcEndpointId = "" } of endpoints) names.register({ type: endpointType, physicalId: VpcEndpointId });
      for (const { InstanceConnectEndpointId = "" } of connects)
        names.register({ type: connectType, physicalId: InstanceConnectEndpointId });
      for (const { PrefixListId = "" } of lists) names.register({ type: listType, physicalId: PrefixListId });
    },
    describe: (names) => [
      ...peerings.map((peering) => describePeering(peering, names)),
      ...endpoints.map((endpoint) => describeEndpoint(endpoint, names)),
      ...connects.map((connect) => describeConnect(connect, names)),
      ...lists.map((list, index) => describeList(list, entries[index] ?? [], names)),
    ],
  };
};

/** States of what AWS still shows for a while. */
const ended = new Set(["deleted", "deleting", "rejected", "expired", "failed"]);

function describePeering(peering: VpcPeeringConnection, names: Names): Described {
  const { RequesterVpcInfo: requester, AccepterVpcInfo: accepter } = peering;
  return {
    id: names.idOf(peeringType, peering.VpcPeeringConnectionId),
    type: peeringType,
    physicalId: peering.VpcPeeringConnectionId,
    properties: told({
      VpcId: names.ref("AWS::EC2::VPC", requester?.VpcId ?? ""),
      PeerVpcId: names.ref("AWS::EC2::VPC", accepter?.VpcId ?? ""),
      PeerOwnerId: accepter?.OwnerId,
      PeerRegion: accepter?.Region,
      Tags: tagsOf(peering.Tags),
    }),
    attributes: told({ Status: peering.Status?.Code }),
  };
}

const describeEndpoint = (endpoint: VpcEndpoint, names: Names): Described => ({
  id: names.idOf(endpointType, endpoint.VpcEndpointId),
  type: endpointType,
  physicalId: endpoint.VpcEndpointId,
  properties: told({
    VpcId: names.ref("AWS::EC2::VPC", endpoint.VpcId ?? ""),
    ServiceName: endpoint.ServiceName,
    VpcEndpointType: endpoint.VpcEndpointType,
    RouteTableIds: someOf(names.refs("AWS::EC2::RouteTable", endpoint.RouteTableIds)),
    SubnetIds: someOf(names.refs("AWS::EC2::Subnet", endpoint.SubnetIds)),
    SecurityGroupIds: someOf(
      names.refs(
        "AWS::EC2::SecurityGroup",
        (endpoint.Groups ?? []).map(({ GroupId }) => GroupId),
      ),
    ),
    PrivateDnsEnabled: endpoint.PrivateDnsEnabled,
    PolicyDocument: documentOf(endpoint.PolicyDocument),
    Tags: tagsOf(endpoint.Tags),
  }),
});

const someOf = (list: readonly Said[]): Said | undefined => (list.length === 0 ? undefined : list);

const describeConnect = (connect: Ec2InstanceConnectEndpoint, names: Names): Described => ({
  id: names.idOf(connectType, connect.InstanceConnectEndpointId),
  type: connectType,
  physicalId: connect.InstanceConnectEndpointId,
  properties: told({
    SubnetId: names.ref("AWS::EC2::Subnet", connect.SubnetId ?? ""),
    SecurityGroupIds: names.refs("AWS::EC2::SecurityGroup", connect.SecurityGroupIds),
    PreserveClientIp: connect.PreserveClientIp,
    Tags: tagsOf(connect.Tags),
  }),
});

const describeList = (list: ManagedPrefixList, entries: readonly PrefixListEntry[], names: Names): Described => ({
  id: names.idOf(listType, list.PrefixListId),
  type: listType,
  physicalId: list.PrefixListId,
  // AWS's own have its account's name in place of an id.
  ...(list.OwnerId === "AWS" ? { implicit: true } : {}),
  properties: told({
    PrefixListName: list.PrefixListName,
    AddressFamily: list.AddressFamily,
    MaxEntries: list.MaxEntries,
    Entries: entries.map(({ Cidr, Description }) => told({ Cidr, Description })),
    Tags: tagsOf(list.Tags),
  }),
});
