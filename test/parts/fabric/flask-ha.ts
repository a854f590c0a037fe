import type { VpcSpec } from "../../../src/parts/fabric/spec.js";
import { everything as open, nicOf, tcp } from "./vpcs.js";

/** E1's network: two zones, four subnets, a NAT gateway, a balancer with a node per zone, two instances, a database. */
export const flaskHa: VpcSpec = {
  vpcId: "vpc-0f1a5c",
  cidr: "10.0.0.0/16",
  internetGatewayId: "igw-0f1a5c",
  subnets: [
    { subnetId: "subnet-public-b", cidr: "10.0.0.0/24", zone: "eu-west-3b", routeTableId: "rtb-public" },
    { subnetId: "subnet-public-c", cidr: "10.0.1.0/24", zone: "eu-west-3c", routeTableId: "rtb-public" },
    { subnetId: "subnet-private-c", cidr: "10.0.2.0/24", zone: "eu-west-3c", routeTableId: "rtb-private" },
    { subnetId: "subnet-private-b", cidr: "10.0.3.0/24", zone: "eu-west-3b", routeTableId: "rtb-private" },
  ],
  routeTables: [
    { routeTableId: "rtb-public", routes: [{ destination: "0.0.0.0/0", target: { kind: "internet-gateway" } }] },
    {
      routeTableId: "rtb-private",
      routes: [{ destination: "0.0.0.0/0", target: { kind: "nat-gateway", natGatewayId: "nat-1" } }],
    },
  ],
  securityGroups: [
    { groupId: "sg-nlb", ingress: [tcp(80)], egress: [open] },
    { groupId: "sg-ec2", ingress: [tcp(80, { groupId: "sg-nlb" })], egress: [open] },
    {
      groupId: "sg-rds",
      ingress: [tcp(5432, { groupId: "sg-ec2" })],
      egress: [open],
    },
  ],
  interfaces: [
    nicOf("nlb-b", "10.0.0.10", "subnet-public-b", ["sg-nlb"]),
    nicOf("nlb-c", "10.0.1.10", "subnet-public-c", ["sg-nlb"]),
    nicOf("nat", "10.0.1.5", "subnet-public-c", []),
    nicOf("app-1", "10.0.2.11", "subnet-private-c", ["sg-ec2"], { metadataPort: 40001 }),
    nicOf("app-2", "10.0.3.11", "subnet-private-b", ["sg-ec2"], { metadataPort: 40002 }),
    nicOf("db", "10.0.2.31", "subnet-private-c", ["sg-rds"]),
  ],
  natGateways: [{ natGatewayId: "nat-1", interfaceId: "eni-nat" }],
  publicAddresses: [
    { publicIp: "198.18.0.5", interfaceId: "eni-nat" },
    { publicIp: "198.18.0.10", interfaceId: "eni-nlb-b" },
    { publicIp: "198.18.0.11", interfaceId: "eni-nlb-c" },
  ],
};
