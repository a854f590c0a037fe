import type { GroupRuleSpec, InterfaceSpec, VpcSpec } from "../../../src/parts/fabric/spec.js";

export const anyone = { cidr: "0.0.0.0/0" };
export const everything: GroupRuleSpec = { protocol: "-1", peer: anyone };
export const tcp = (port: number, peer: GroupRuleSpec["peer"] = anyone): GroupRuleSpec => ({
  protocol: "tcp",
  fromPort: port,
  toPort: port,
  peer,
});

const toInternet = { destination: "0.0.0.0/0", target: { kind: "internet-gateway" } } as const;

/**
 * A VPC `vpc-NAME` with an internet gateway: per zone a subnet `subnet-NAME-ZONE` with one route table, and in it an interface
 * `eni-NAME-ZONE` at .11; its group `sg-NAME` admits all. `net` is the second byte of its addresses.
 */
export function vpcOf(name: string, net: number, zones: readonly string[], more: Partial<VpcSpec> = {}): VpcSpec {
  return {
    vpcId: `vpc-${name}`,
    cidr: `10.${net}.0.0/16`,
    internetGatewayId: `igw-${name}`,
    subnets: zones.map((zone, at) => ({
      subnetId: `subnet-${name}-${zone}`,
      cidr: `10.${net}.${at}.0/24`,
      zone: `eu-west-3${zone}`,
      routeTableId: `rtb-${name}`,
    })),
    routeTables: [{ routeTableId: `rtb-${name}`, routes: [toInternet] }],
    securityGroups: [{ groupId: `sg-${name}`, ingress: [everything], egress: [everything] }],
    interfaces: zones.map((zone, at) => nicOf(`${name}-${zone}`, `10.${net}.${at}.11`, `subnet-${name}-${zone}`, [`sg-${name}`])),
    natGateways: [],
    publicAddresses: [],
    ...more,
  };
}

export const nicOf = (
  name: string,
  privateIp: string,
  subnetId: string,
  groupIds: readonly string[],
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

/** The two sides' specs with a peering connection between them and a route each to the other's CIDR. */
export function peered(peeringId: string, one: VpcSpec, other: VpcSpec): [VpcSpec, VpcSpec] {
  const side = (spec: VpcSpec, far: VpcSpec): VpcSpec => ({
    ...spec,
    peerings: [
      ...(spec.peerings ?? []),
      {
        peeringId,
        peer: {
          vpcId: far.vpcId,
          cidr: far.cidr,
          subnets: far.subnets.map(({ cidr, zone }) => ({ cidr, zone })),
          groups: far.securityGroups.map(({ groupId }) => ({
            groupId,
            addresses: far.interfaces.filter((nic) => nic.groupIds.includes(groupId)).map((nic) => nic.privateIp),
          })),
        },
      },
    ],
    routeTables: spec.routeTables.map((table) => ({
      ...table,
      routes: [...table.routes, { destination: far.cidr, target: { kind: "peering", peeringId } }],
    })),
  });
  return [side(one, other), side(other, one)];
}
