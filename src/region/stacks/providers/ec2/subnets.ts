import type { Call } from "../../../operations/call.js";
import { enforced, states, within } from "../../../operations/members.js";
import { RouteTables, Subnets, type Subnet } from "../../../services/ec2/records.js";
import { createRouteTable, deleteRouteTable, endAssociation, takeOverAssociation } from "../../../services/ec2/routetables.js";
import { createSubnet, deleteSubnet, mapPublicIps } from "../../../services/ec2/subnets.js";
import { setTags } from "../../../services/ec2/tagging.js";
import { zoneId } from "../../../services/ec2/zones.js";
import type { ResourceProvider } from "../../provider.js";
import { optionalFlag, optionalText, tagRules, tagsOf, text, unlessGone } from "../properties.js";
import { retag } from "./retag.js";

const isSubnet = (value: object): value is Subnet => "subnetId" in value;
const known = (call: Call, id: string): Subnet | undefined => call.records.get(Subnets, id);

export const subnet: ResourceProvider = {
  type: "AWS::EC2::Subnet",
  record: Subnets,
  properties: {
    VpcId: enforced,
    CidrBlock: enforced,
    AvailabilityZone: enforced,
    AvailabilityZoneId: enforced,
    MapPublicIpOnLaunch: enforced,
    AssignIpv6AddressOnCreation: states(false),
    EnableDns64: states(false),
    Ipv6Native: states(false),
    PrivateDnsNameOptionsOnLaunch: within({
      HostnameType: states("ip-name"),
      EnableResourceNameDnsARecord: states(false),
      EnableResourceNameDnsAAAARecord: states(false),
    }),
    Tags: tagRules,
  },
  attributes: {
    SubnetId: (_call, id) => id,
    VpcId: (call, id) => known(call, id)?.vpcId ?? "",
    CidrBlock: (call, id) => known(call, id)?.cidr ?? "",
    AvailabilityZone: (call, id) => known(call, id)?.zone ?? "",
    AvailabilityZoneId: (call, id) => zoneId(known(call, id)?.zone ?? ""),
  },
  create: async (call, properties, naming) => {
    const made = await createSubnet(call, {
      vpcId: text(properties, "VpcId"),
      cidr: text(properties, "CidrBlock"),
      zone: optionalText(properties, "AvailabilityZone") ?? optionalText(properties, "AvailabilityZoneId"),
      mapPublicIpOnLaunch: optionalFlag(properties, "MapPublicIpOnLaunch"),
      tags: tagsOf(properties, naming),
    });
    return made.subnetId;
  },
  update: (call, id, { to }, naming) => {
    mapPublicIps(call, id, optionalFlag(to, "MapPublicIpOnLaunch") ?? false);
    setTags(call, id, tagsOf(to, naming));
    return Promise.resolve();
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
  update: retag,
  delete: (call, id) => unlessGone(["InvalidRouteTableID.NotFound"], () => deleteRouteTable(call, id)),
};

/** Lives inside the subnet's record. Another one for the same subnet takes its place, as an update that replaces it needs. */
export const subnetRouteTableAssociation: ResourceProvider = {
  type: "AWS::EC2::SubnetRouteTableAssociation",
  record: Subnets,
  identify: (id, value) => (isSubnet(value) ? (value.routeTable?.associationId ?? id) : id),
  properties: { SubnetId: enforced, RouteTableId: enforced },
  attributes: { Id: (_call, id) => id },
  create: (call, properties) => takeOverAssociation(call, text(properties, "RouteTableId"), text(properties, "SubnetId")),
  delete: (call, id) => unlessGone(["InvalidAssociationID.NotFound"], () => endAssociation(call, id)),
};
