import type { Operation } from "../../operations/operation.js";
import { endpointOperations } from "./endpointoperations.js";
import { dhcpOptionsOperations } from "./dhcpoptionsoperations.js";
import { elasticIpOperations } from "./elasticipoperations.js";
import { groupOperations } from "./groupoperations.js";
import { groupRuleOperations } from "./groupruleoperations.js";
import { imageOperations } from "./images.js";
import { instanceAttributeOperations } from "./instanceattributes.js";
import { instanceOperations } from "./instanceoperations.js";
import { instanceTypeOperations } from "./instancetypes.js";
import { internetGatewayOperations } from "./internetgateways.js";
import { rehearsed } from "./dryrun.js";
import { natGatewayOperations } from "./natgateways.js";
import { networkAclOperations } from "./networkacloperations.js";
import { networkInterfaceOperations } from "./networkinterfaceoperations.js";
import { peeringOperations } from "./peeringoperations.js";
import { prefixListOperations } from "./prefixlistoperations.js";
import { routeTableOperations } from "./routetableoperations.js";
import { subnetOperations } from "./subnets.js";
import { taggingOperations } from "./tagging.js";
import { vpcOperations } from "./vpcoperations.js";
import { zoneOperations } from "./zoneoperations.js";

export const ec2Operations: readonly Operation[] = rehearsed([
  ...vpcOperations,
  ...subnetOperations,
  ...routeTableOperations,
  ...internetGatewayOperations,
  ...elasticIpOperations,
  ...natGatewayOperations,
  ...groupOperations,
  ...groupRuleOperations,
  ...networkInterfaceOperations,
  ...instanceOperations,
  ...instanceAttributeOperations,
  ...instanceTypeOperations,
  ...imageOperations,
  ...dhcpOptionsOperations,
  ...networkAclOperations,
  ...peeringOperations,
  ...endpointOperations,
  ...prefixListOperations,
  ...zoneOperations,
  ...taggingOperations,
]);
