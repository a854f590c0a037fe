import type { Said } from "../../described.js";
import { told } from "../../told.js";
import type { Block } from "../block.js";
import { itself, nothing, physicalIdOf, settingsOf, tagsOf, vpcOf, type Mapper, type Mappers, type Part } from "../part.js";

export const vpcTypes = ["aws_vpc", "aws_default_vpc"] as const;
export const subnetTypes = ["aws_subnet", "aws_default_subnet"] as const;
export const tableTypes = ["aws_route_table", "aws_default_route_table", ...vpcTypes] as const;

/** VPCs, subnets, gateways and routes. */
export const networkMappers: Mappers = {
  aws_vpc: vpc,
  aws_default_vpc: vpc,
  aws_vpc_ipv4_cidr_block_association: (block) => [
    {
      type: "AWS::EC2::VPCCidrBlock",
      properties: told({ VpcId: block.ref("vpc_id", ...vpcTypes), CidrBlock: block.at("cidr_block") }),
    },
  ],
  aws_subnet: subnet,
  aws_default_subnet: subnet,
  aws_internet_gateway: (block) => {
    const VpcId = block.ref("vpc_id", ...vpcTypes);
    return [
      { type: "AWS::EC2::InternetGateway", ...physicalIdOf(block), properties: told({ Tags: tagsOf(block) }) },
      ...(VpcId === undefined ? [] : [attachment(block, VpcId)]),
    ];
  },
  aws_internet_gateway_attachment: (block) => [
    {
      type: "AWS::EC2::VPCGatewayAttachment",
      properties: told({
        InternetGatewayId: block.ref("internet_gateway_id", "aws_internet_gateway"),
        VpcId: block.ref("vpc_id", ...vpcTypes),
      }),
    },
  ],
  aws_nat_gateway: (block) => [
    {
      type: "AWS::EC2::NatGateway",
      ...physicalIdOf(block),
      properties: told({
        SubnetId: block.ref("subnet_id", ...subnetTypes),
        AllocationId: block.ref("allocation_id", "aws_eip"),
        ConnectivityType: block.at("connectivity_type"),
        PrivateIpAddress: block.at("private_ip"),
        Tags: tagsOf(block),
      }),
    },
  ],
  aws_eip: (block) => [
    {
      type: "AWS::EC2::EIP",
      ...physicalIdOf(block, "allocation_id"),
      properties: told({ Domain: "vpc", InstanceId: block.ref("instance", "aws_instance"), Tags: tagsOf(block) }),
      attributes: told({ PublicIp: block.isUnknown("public_ip") ? undefined : block.at("public_ip") }),
    },
    ...(block.ref("network_interface", "aws_network_interface") === undefined || block.at("instance") !== undefined
      ? []
      : [
          {
            suffix: "association",
            type: "AWS::EC2::EIPAssociation",
            properties: told({
              AllocationId: itself(block),
              NetworkInterfaceId: block.ref("network_interface", "aws_network_interface"),
            }),
          },
        ]),
  ],
  aws_eip_association: (block) => [
    {
      type: "AWS::EC2::EIPAssociation",
      properties: told({
        AllocationId: block.ref("allocation_id", "aws_eip"),
        InstanceId: block.ref("instance_id", "aws_instance"),
        NetworkInterfaceId: block.ref("network_interface_id", "aws_network_interface"),
      }),
    },
  ],
  aws_route_table: (block) => [table(block), ...inlineRoutes(block)],
  aws_default_route_table: (block) => [{ ...table(block), implicit: true }, ...inlineRoutes(block)],
  aws_route: (block) => [route(block, block.ref("route_table_id", ...tableTypes))],
  aws_route_table_association: (block) => {
    // One for a gateway is for what comes in through it, which is not what a subnet's is for.
    const SubnetId = block.ref("subnet_id", ...subnetTypes);
    if (SubnetId === undefined) return [];
    const RouteTableId = block.ref("route_table_id", ...tableTypes);
    return [{ type: "AWS::EC2::SubnetRouteTableAssociation", properties: told({ SubnetId, RouteTableId }) }];
  },
  // Told by its VPC.
  aws_main_route_table_association: nothing,
  aws_vpc_dhcp_options: nothing,
  aws_vpc_dhcp_options_association: nothing,
};

function vpc(block: Block): readonly Part[] {
  const isDefault = block.resource.type === "aws_default_vpc";
  const [main] = settingsOf(block, "aws_main_route_table_association", "vpc_id");
  const MainRouteTable = main?.ref("route_table_id", ...tableTypes);
  return [
    {
      type: "AWS::EC2::VPC",
      ...physicalIdOf(block),
      properties: told({
        CidrBlock: block.isUnknown("cidr_block") && isDefault ? "172.31.0.0/16" : block.at("cidr_block"),
        EnableDnsSupport: block.isUnknown("enable_dns_support") ? undefined : block.at("enable_dns_support"),
        EnableDnsHostnames: block.isUnknown("enable_dns_hostnames") ? undefined : block.at("enable_dns_hostnames"),
        IsDefault: isDefault ? true : undefined,
        Tags: tagsOf(block),
      }),
      attributes: told({ MainRouteTable }),
    },
  ];
}

function subnet(block: Block): readonly Part[] {
  return [
    {
      type: "AWS::EC2::Subnet",
      ...physicalIdOf(block),
      properties: told({
        VpcId: block.ref("vpc_id", ...vpcTypes),
        CidrBlock: block.at("cidr_block"),
        AvailabilityZone: block.at("availability_zone"),
        AvailabilityZoneId: block.at("availability_zone") === undefined ? block.at("availability_zone_id") : undefined,
        MapPublicIpOnLaunch: block.at("map_public_ip_on_launch"),
        Tags: tagsOf(block),
      }),
    },
  ];
}

const attachment = (block: Block, VpcId: Said): Part => ({
  suffix: "attachment",
  type: "AWS::EC2::VPCGatewayAttachment",
  properties: { InternetGatewayId: itself(block), VpcId },
});

const table = (block: Block): Part => ({
  type: "AWS::EC2::RouteTable",
  ...physicalIdOf(block),
  properties: told({
    VpcId: vpcOf(block, "default_route_table_id", ...vpcTypes),
    Tags: tagsOf(block),
  }),
});

const inlineRoutes: Mapper = (block) =>
  block.blocks("route").map((inner, index) => ({ ...route(inner, itself(block)), suffix: `route${index}` }));

/** Of a route table's blocks, and of a resource of its own: they have the same attributes, but for two names. */
const route = (block: Block, RouteTableId: Said | undefined): Part => ({
  type: "AWS::EC2::Route",
  properties: told({
    RouteTableId,
    DestinationCidrBlock: block.at("cidr_block") ?? block.at("destination_cidr_block"),
    DestinationIpv6CidrBlock: block.at("ipv6_cidr_block") ?? block.at("destination_ipv6_cidr_block"),
    DestinationPrefixListId: block.ref("destination_prefix_list_id", "aws_ec2_managed_prefix_list"),
    GatewayId: block.ref("gateway_id", "aws_internet_gateway", "aws_vpn_gateway"),
    NatGatewayId: block.ref("nat_gateway_id", "aws_nat_gateway"),
    VpcPeeringConnectionId: block.ref(
      "vpc_peering_connection_id",
      "aws_vpc_peering_connection",
      "aws_vpc_peering_connection_accepter",
    ),
    // Only the provider's older versions let one be said.
    InstanceId: block.isUnknown("instance_id") ? undefined : block.at("instance_id"),
    NetworkInterfaceId: block.ref("network_interface_id", "aws_network_interface", "aws_instance"),
    TransitGatewayId: block.ref("transit_gateway_id", "aws_ec2_transit_gateway"),
    EgressOnlyInternetGatewayId: block.ref("egress_only_gateway_id", "aws_egress_only_internet_gateway"),
    VpcEndpointId: block.ref("vpc_endpoint_id", "aws_vpc_endpoint"),
    LocalGatewayId: block.at("local_gateway_id"),
    CarrierGatewayId: block.ref("carrier_gateway_id", "aws_ec2_carrier_gateway"),
    CoreNetworkArn: block.at("core_network_arn"),
  }),
});
