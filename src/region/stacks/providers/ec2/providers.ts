import type { ResourceProvider } from "../../provider.js";
import { elasticIp, elasticIpAssociation, natGateway } from "./addresses.js";
import { securityGroup, securityGroupEgress, securityGroupIngress } from "./groups.js";
import { instance } from "./instance.js";
import { internetGateway, route, routeTable, subnet, subnetRouteTableAssociation, vpc, vpcGatewayAttachment } from "./network.js";

export const ec2Providers: readonly ResourceProvider[] = [
  vpc,
  subnet,
  routeTable,
  route,
  subnetRouteTableAssociation,
  internetGateway,
  vpcGatewayAttachment,
  elasticIp,
  elasticIpAssociation,
  natGateway,
  securityGroup,
  securityGroupIngress,
  securityGroupEgress,
  instance,
];
