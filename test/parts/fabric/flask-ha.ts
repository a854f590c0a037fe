import type { InterfaceSpec, VpcSpec } from "../../../src/parts/fabric/spec.js";

const nic = (
  name: string,
  subnetId: string,
  privateIp: string,
  groupIds: string[],
  more: Partial<InterfaceSpec> = {},
): InterfaceSpec => ({
  interfaceId: `eni-${name}`,
  subnetId,
  privateIp,
  mac: `02:0a:${privateIp
    .split(".")
    .map((byte) => Number(byte).toString(16).padStart(2, "0"))
    .join(":")}`,
  groupIds,
  sourceDestCheck: true,
  ...more,
});

const open = { protocol: "-1", peer: { cidr: "0.0.0.0/0" } };

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
    { groupId: "sg-nlb", ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, peer: { cidr: "0.0.0.0/0" } }], egress: [open] },
    { groupId: "sg-ec2", ingress: [{ protocol: "tcp", fromPort: 80, toPort: 80, peer: { groupId: "sg-nlb" } }], egress: [open] },
    {
      groupId: "sg-rds",
      ingress: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, peer: { groupId: "sg-ec2" } }],
      egress: [open],
    },
  ],
  interfaces: [
    nic("nlb-b", "subnet-public-b", "10.0.0.10", ["sg-nlb"]),
    nic("nlb-c", "subnet-public-c", "10.0.1.10", ["sg-nlb"]),
    nic("nat", "subnet-public-c", "10.0.1.5", []),
    nic("app-1", "subnet-private-c", "10.0.2.11", ["sg-ec2"], { metadataPort: 40001 }),
    nic("app-2", "subnet-private-b", "10.0.3.11", ["sg-ec2"], { metadataPort: 40002 }),
    nic("db", "subnet-private-c", "10.0.2.31", ["sg-rds"]),
  ],
  natGateways: [{ natGatewayId: "nat-1", interfaceId: "eni-nat" }],
  publicAddresses: [
    { publicIp: "198.18.0.5", interfaceId: "eni-nat" },
    { publicIp: "198.18.0.10", interfaceId: "eni-nlb-b" },
    { publicIp: "198.18.0.11", interfaceId: "eni-nlb-c" },
  ],
};
