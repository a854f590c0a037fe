import type { ResourceProvider } from "../../provider.js";
import { elasticIp, elasticIpAssociation, natGateway } from "./addresses.js";
import { securityGroup, securityGroupEgress, securityGroupIngress } from "./groups.js";
import { instance } from "./instance.js";
import { internetGateway, vpcGatewayAttachment } from "./gateways.js";
import { networkInterface, networkInterfaceAttachment } from "./interfaces.js";
import { networkAcl, networkAclEntry, subnetNetworkAclAssociation } from "./networkacls.js";
import { prefixList } from "./prefixlists.js";
import { vpcEndpoint } from "./endpoints.js";
import { route } from "./routes.js";
import { routeTable, subnet, subnetRouteTableAssociation } from "./subnets.js";
import { vpcPeeringConnection } from "./peering.js";
import { dhcpOptions, vpc, vpcDhcpOptionsAssociation } from "./vpc.js";

export const ec2Providers: readonly ResourceProvider[] = [
  vpc,
  dhcpOptions,
  vpcDhcpOptionsAssociation,
  subnet,
  routeTable,
  route,
  subnetRouteTableAssociation,
  internetGateway,
  vpcGatewayAttachment,
  elasticIp,
  elasticIpAssociation,
  natGateway,
  networkInterface,
  networkInterfaceAttachment,
  securityGroup,
  securityGroupIngress,
  securityGroupEgress,
  networkAcl,
  networkAclEntry,
  subnetNetworkAclAssociation,
  vpcPeeringConnection,
  vpcEndpoint,
  prefixList,
  instance,
];
