import {
  type InternetGateway,
  type NatGateway,
  paginateDescribeInternetGateways,
  paginateDescribeNatGateways,
  paginateDescribeRouteTables,
  type Route,
  type RouteTable,
} from "@aws-sdk/client-ec2";
import type { Described, Said } from "../../described.js";
import type { Names } from "../names.js";
import { told } from "../../told.js";
import { type ReadRoom, tagsOf } from "../room.js";

const tableType = "AWS::EC2::RouteTable";
const gatewayType = "AWS::EC2::InternetGateway";
const natType = "AWS::EC2::NatGateway";

/** Route tables, internet gateways, NAT gateways. */
export const readRouting: ReadRoom = async (clients, reading) => {
  const client = await clients.ec2();
  const [tables, gateways, nats] = await Promise.all([
    reading.all("ec2:DescribeRouteTables", [tableType], paginateDescribeRouteTables({ client }, {}), (page) => page.RouteTables),
    reading.all(
      "ec2:DescribeInternetGateways",
      [gatewayType],
      paginateDescribeInternetGateways({ client }, {}),
      (page) => page.InternetGateways,
    ),
    reading.all(
      "ec2:DescribeNatGateways",
      [natType],
      paginateDescribeNatGateways({ client }, {}),
      // Those that are gone are shown for an hour.
      (page) => page.NatGateways?.filter(({ State }) => State === "available" || State === "pending"),
    ),
  ]);
  return {
    register: (names) => {
      for (const table of tables)
        names.register({
          type: tableType,
          physicalId: table.RouteTableId ?? "",
          // A VPC's main one is also known as that.
          ...(isMain(table)
            ? { also: [`main of ${table.VpcId}`], otherwise: `${names.idOf("AWS::EC2::VPC", table.VpcId)}/MainRouteTable` }
            : {}),
        });
      for (const { InternetGatewayId = "" } of gateways) names.register({ type: gatewayType, physicalId: InternetGatewayId });
      for (const { NatGatewayId = "" } of nats) names.register({ type: natType, physicalId: NatGatewayId });
    },
    describe: (names) => [
      ...tables.flatMap((table) => describeTable(table, names)),
      ...gateways.flatMap((gateway) => describeGateway(gateway, names)),
      ...nats.map((nat) => describeNat(nat, names)),
    ],
  };
};

const isMain = ({ Associations }: RouteTable): boolean => (Associations ?? []).some(({ Main }) => Main === true);

function describeTable(table: RouteTable, names: Names): readonly Described[] {
  const { RouteTableId = "" } = table;
  const id = names.idOf(tableType, RouteTableId);
  const RouteTable = names.ref(tableType, RouteTableId);
  return [
    {
      id,
      type: tableType,
      physicalId: RouteTableId,
      ...(isMain(table) && !names.isMade(id) ? { implicit: true } : {}),
      properties: told({ VpcId: names.ref("AWS::EC2::VPC", table.VpcId ?? ""), Tags: tagsOf(table.Tags) }),
    },
    ...(table.Routes ?? []).flatMap((route) => describeRoute(route, id, RouteTable, names)),
    ...(table.Associations ?? []).flatMap(({ RouteTableAssociationId = "", SubnetId }) =>
      SubnetId === undefined
        ? []
        : [
            {
              id: RouteTableAssociationId,
              type: "AWS::EC2::SubnetRouteTableAssociation",
              properties: { RouteTableId: RouteTable, SubnetId: names.ref("AWS::EC2::Subnet", SubnetId) },
            },
          ],
    ),
  ];
}

/** Local routes, and those of gateway endpoints, follow from other resources. */
function describeRoute(route: Route, tableId: string, RouteTableId: Said, names: Names): readonly Described[] {
  if (route.GatewayId === "local") return [];
  if (route.GatewayId?.startsWith("vpce-") === true && route.DestinationPrefixListId !== undefined) return [];
  const destination = route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId ?? "";
  const to = (type: string, id: string | undefined): Said | undefined => (id === undefined ? undefined : names.ref(type, id));
  const ofInstance = route.InstanceId !== undefined;
  return [
    {
      id: `${tableId}/${destination}`,
      type: "AWS::EC2::Route",
      properties: told({
        RouteTableId,
        DestinationCidrBlock: route.DestinationCidrBlock,
        DestinationIpv6CidrBlock: route.DestinationIpv6CidrBlock,
        DestinationPrefixListId: route.DestinationPrefixListId,
        GatewayId: to(gatewayType, route.GatewayId),
        NatGatewayId: to(natType, route.NatGatewayId),
        VpcPeeringConnectionId: to("AWS::EC2::VPCPeeringConnection", route.VpcPeeringConnectionId),
        InstanceId: to("AWS::EC2::Instance", route.InstanceId),
        // A route to an instance is told with its interface.
        NetworkInterfaceId: ofInstance ? undefined : to("AWS::EC2::NetworkInterface", route.NetworkInterfaceId),
        TransitGatewayId: to("AWS::EC2::TransitGateway", route.TransitGatewayId),
        EgressOnlyInternetGatewayId: to("AWS::EC2::EgressOnlyInternetGateway", route.EgressOnlyInternetGatewayId),
        LocalGatewayId: route.LocalGatewayId,
        CarrierGatewayId: route.CarrierGatewayId,
        CoreNetworkArn: route.CoreNetworkArn,
      }),
      ...(route.State === "blackhole" ? { attributes: { State: "blackhole" } } : {}),
    },
  ];
}

function describeGateway(gateway: InternetGateway, names: Names): readonly Described[] {
  const { InternetGatewayId = "" } = gateway;
  const id = names.idOf(gatewayType, InternetGatewayId);
  return [
    { id, type: gatewayType, physicalId: InternetGatewayId, properties: told({ Tags: tagsOf(gateway.Tags) }) },
    ...(gateway.Attachments ?? []).map(({ VpcId = "" }) => ({
      id: `${id}/${VpcId}`,
      type: "AWS::EC2::VPCGatewayAttachment",
      properties: { InternetGatewayId: names.ref(gatewayType, InternetGatewayId), VpcId: names.ref("AWS::EC2::VPC", VpcId) },
    })),
  ];
}

function describeNat(nat: NatGateway, names: Names): Described {
  const [address] = nat.NatGatewayAddresses ?? [];
  return {
    id: names.idOf(natType, nat.NatGatewayId),
    type: natType,
    physicalId: nat.NatGatewayId,
    properties: told({
      SubnetId: names.ref("AWS::EC2::Subnet", nat.SubnetId ?? ""),
      ConnectivityType: nat.ConnectivityType ?? "public",
      AllocationId: address?.AllocationId === undefined ? undefined : names.ref("AWS::EC2::EIP", address.AllocationId),
      PrivateIpAddress: address?.PrivateIp,
      Tags: tagsOf(nat.Tags),
    }),
    ...(address?.PublicIp === undefined ? {} : { attributes: { PublicIp: address.PublicIp } }),
  };
}
