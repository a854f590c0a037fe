import type { Call } from "../../../operations/call.js";
import { enforced, states } from "../../../operations/members.js";
import { InternetGateways, RouteTables, Subnets, type InternetGateway, type Subnet } from "../../../services/ec2/records.js";
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  detachInternetGateway,
} from "../../../services/ec2/internetgateways.js";
import { createRoute, deleteRoute } from "../../../services/ec2/routes.js";
import {
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  disassociateRouteTable,
} from "../../../services/ec2/routetables.js";
import { createSubnet, deleteSubnet } from "../../../services/ec2/subnets.js";
import type { ResourceProvider } from "../../provider.js";
import { optionalFlag, optionalText, tagRules, tagsOf, text, unlessGone } from "../properties.js";

export const subnet: ResourceProvider = {
  type: "AWS::EC2::Subnet",
  record: Subnets,
  properties: {
    VpcId: enforced,
    CidrBlock: enforced,
    AvailabilityZone: enforced,
    MapPublicIpOnLaunch: enforced,
    AssignIpv6AddressOnCreation: states(false),
    Tags: tagRules,
  },
  attributes: {
    SubnetId: (_call, id) => id,
    VpcId: (call, id) => call.records.get(Subnets, id)?.vpcId ?? "",
    CidrBlock: (call, id) => call.records.get(Subnets, id)?.cidr ?? "",
    AvailabilityZone: (call, id) => call.records.get(Subnets, id)?.zone ?? "",
  },
  create: async (call, properties, naming) => {
    const made = await createSubnet(call, {
      vpcId: text(properties, "VpcId"),
      cidr: text(properties, "CidrBlock"),
      zone: optionalText(properties, "AvailabilityZone"),
      mapPublicIpOnLaunch: optionalFlag(properties, "MapPublicIpOnLaunch"),
      tags: tagsOf(properties, naming),
    });
    return made.subnetId;
  },
  delete: (call, id) => unlessGone(["InvalidSubnetID.NotFound"], () => deleteSubnet(call, id)),
};

export const routeTable: ResourceProvider = {
  type: "AWS::EC2::RouteTable",
  record: RouteTables,
  properties: { VpcId: enforced, Tags: tagRules },
  attributes: { RouteTableId: (_call, id) => id },
  create: async (call, properties, naming) =>
    (await createRouteTable(call, { vpcId: text(properties, "VpcId"), tags: tagsOf(properties, naming) })).routeTableId,
  delete: (call, id) => unlessGone(["InvalidRouteTableID.NotFound"], () => deleteRouteTable(call, id)),
};

/** Lives inside its route table's record; AWS's physical id is the table and the destination. */
export const route: ResourceProvider = {
  type: "AWS::EC2::Route",
  record: RouteTables,
  identify: (routeTableId, _value, properties) => `${routeTableId}|${text(properties, "DestinationCidrBlock")}`,
  properties: { RouteTableId: enforced, DestinationCidrBlock: enforced, GatewayId: enforced, NatGatewayId: enforced },
  attributes: { CidrBlock: (_call, id) => id.slice(id.indexOf("|") + 1) },
  create: async (call, properties) => {
    const routeTableId = text(properties, "RouteTableId");
    const gatewayId = optionalText(properties, "GatewayId");
    const natGatewayId = optionalText(properties, "NatGatewayId");
    const destination = text(properties, "DestinationCidrBlock");
    await createRoute(call, routeTableId, {
      destination,
      ...(gatewayId === undefined ? {} : { gatewayId }),
      ...(natGatewayId === undefined ? {} : { natGatewayId }),
    });
    return `${routeTableId}|${destination}`;
  },
  delete: (call, id) =>
    unlessGone(["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"], () => {
      const [routeTableId = "", destination = ""] = id.split("|");
      return deleteRoute(call, routeTableId, destination);
    }),
};

const isSubnet = (value: object): value is Subnet => "subnetId" in value;

/** Lives inside the subnet's record. */
export const subnetRouteTableAssociation: ResourceProvider = {
  type: "AWS::EC2::SubnetRouteTableAssociation",
  record: Subnets,
  identify: (id, value) => (isSubnet(value) ? (value.routeTable?.associationId ?? id) : id),
  properties: { SubnetId: enforced, RouteTableId: enforced },
  attributes: { Id: (_call, id) => id },
  create: (call, properties) => associateRouteTable(call, text(properties, "RouteTableId"), text(properties, "SubnetId")),
  delete: (call, id) => unlessGone(["InvalidAssociationID.NotFound"], () => disassociateRouteTable(call, id)),
};

export const internetGateway: ResourceProvider = {
  type: "AWS::EC2::InternetGateway",
  record: InternetGateways,
  properties: { Tags: tagRules },
  attributes: { InternetGatewayId: (_call, id) => id },
  create: (call, properties, naming) =>
    Promise.resolve(createInternetGateway(call, tagsOf(properties, naming)).internetGatewayId),
  delete: (call, id) => unlessGone(["InvalidInternetGatewayID.NotFound"], () => deleteInternetGateway(call, id)),
};

/** Lives inside the gateway's record; AWS's physical id is `IGW|vpc-…`. */
export const vpcGatewayAttachment: ResourceProvider = {
  type: "AWS::EC2::VPCGatewayAttachment",
  record: InternetGateways,
  identify: (id, value) => `IGW|${"vpcId" in value ? String(value.vpcId) : id}`,
  properties: { VpcId: enforced, InternetGatewayId: enforced },
  attributes: { AttachmentType: () => "IGW" },
  create: async (call, properties) => {
    const vpcId = text(properties, "VpcId");
    await attachInternetGateway(call, text(properties, "InternetGatewayId"), vpcId);
    return `IGW|${vpcId}`;
  },
  delete: async (call, id) => {
    const vpcId = id.slice(id.indexOf("|") + 1);
    const attached = attachedGateway(call, vpcId);
    if (attached !== undefined) await detachInternetGateway(call, attached.internetGatewayId, vpcId);
  },
};

const attachedGateway = (call: Call, vpcId: string): InternetGateway | undefined =>
  call.records.list(InternetGateways).find((gateway) => gateway.vpcId === vpcId);
