import type { Said } from "../../described.js";
import { told } from "../../told.js";
import type { Block } from "../block.js";
import { nothing, physicalIdOf, settingsOf, tagsOf, type Mappers } from "../part.js";
import { subnetTypes, tableTypes, vpcTypes } from "./network.js";

/** Peering connections, endpoints and prefix lists. */
export const connectionMappers: Mappers = {
  aws_vpc_peering_connection: (block) => [
    {
      type: "AWS::EC2::VPCPeeringConnection",
      ...physicalIdOf(block),
      properties: told({
        VpcId: block.ref("vpc_id", ...vpcTypes),
        PeerVpcId: block.ref("peer_vpc_id", ...vpcTypes),
        PeerOwnerId: block.isUnknown("peer_owner_id") ? undefined : block.at("peer_owner_id"),
        PeerRegion: block.isUnknown("peer_region") ? undefined : block.at("peer_region"),
        Tags: tagsOf(block),
      }),
      // Terraform, unlike CloudFormation, leaves one unaccepted unless it is told to.
      attributes: { Status: accepted(block) ? "active" : "pending-acceptance" },
    },
  ],
  aws_vpc_peering_connection_accepter: nothing,
  aws_vpc_peering_connection_options: nothing,
  aws_vpc_endpoint: (block) => [
    {
      type: "AWS::EC2::VPCEndpoint",
      ...physicalIdOf(block),
      properties: told({
        VpcId: block.ref("vpc_id", ...vpcTypes),
        ServiceName: block.at("service_name"),
        VpcEndpointType: block.at("vpc_endpoint_type"),
        RouteTableIds: withPieces(
          block,
          "route_table_ids",
          "aws_vpc_endpoint_route_table_association",
          "route_table_id",
          tableTypes,
        ),
        SubnetIds: withPieces(block, "subnet_ids", "aws_vpc_endpoint_subnet_association", "subnet_id", subnetTypes),
        SecurityGroupIds: block.refs("security_group_ids", "aws_security_group", "aws_default_security_group"),
        PrivateDnsEnabled: block.at("private_dns_enabled"),
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_vpc_endpoint_route_table_association: nothing,
  aws_vpc_endpoint_subnet_association: nothing,
  aws_ec2_instance_connect_endpoint: (block) => [
    {
      type: "AWS::EC2::InstanceConnectEndpoint",
      ...physicalIdOf(block),
      properties: told({
        SubnetId: block.ref("subnet_id", ...subnetTypes),
        SecurityGroupIds: block.refs("security_group_ids", "aws_security_group", "aws_default_security_group"),
      }),
    },
  ],
  aws_ec2_managed_prefix_list: (block) => [
    {
      type: "AWS::EC2::PrefixList",
      ...physicalIdOf(block),
      properties: told({
        PrefixListName: block.at("name"),
        AddressFamily: block.at("address_family"),
        MaxEntries: block.at("max_entries"),
        Entries: [...block.blocks("entry"), ...settingsOf(block, "aws_ec2_managed_prefix_list_entry", "prefix_list_id")].map(
          (entry) => told({ Cidr: entry.at("cidr"), Description: entry.at("description") }),
        ),
      }),
    },
  ],
  aws_ec2_managed_prefix_list_entry: nothing,
};

function accepted(block: Block): boolean {
  return (
    block.flag("auto_accept") ||
    block.values["accept_status"] === "active" ||
    settingsOf(block, "aws_vpc_peering_connection_accepter", "vpc_peering_connection_id").some((each) => each.flag("auto_accept"))
  );
}

/** A list that is said by the resource itself, and by others that join two. */
function withPieces(block: Block, name: string, type: string, attribute: string, types: readonly string[]): Said | undefined {
  const joined = settingsOf(block, type, "vpc_endpoint_id").flatMap((piece) => {
    const of = piece.ref(attribute, ...types);
    return of === undefined ? [] : [of];
  });
  const all = [...(block.refs(name, ...types) ?? []), ...joined];
  return all.length === 0 ? undefined : all;
}
