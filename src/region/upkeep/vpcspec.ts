import type { GroupRuleSpec, InterfaceSpec, RouteSpec, VpcSpec } from "../../parts/fabric/spec.js";
import type { Records } from "../records/records.js";
import { publicAddressesOf } from "../services/ec2/elasticips.js";
import {
  InternetGateways,
  NatGateways,
  NetworkInterfaces,
  PrefixLists,
  RouteTables,
  SecurityGroups,
  Subnets,
  Vpcs,
  type GroupRule,
  type NetworkInterface,
  type Route,
  type RouteTable,
} from "../services/ec2/records.js";
import { isBlackhole } from "../services/ec2/routetables.js";

/** The whole wish of a VPC's network, from the records; undefined when there is no such VPC. Pure. */
export function vpcSpec(records: Records, vpcId: string): VpcSpec | undefined {
  const vpc = records.get(Vpcs, vpcId);
  if (vpc === undefined) return undefined;
  const mine = <T extends { readonly vpcId?: string }>(items: readonly T[]): readonly T[] =>
    items.filter((item) => item.vpcId === vpcId);
  const gateway = mine(records.list(InternetGateways))[0];
  return {
    vpcId,
    cidr: vpc.cidr,
    subnets: mine(records.list(Subnets)).map((subnet) => ({
      subnetId: subnet.subnetId,
      cidr: subnet.cidr,
      zone: subnet.zone,
      routeTableId: subnet.routeTable?.routeTableId ?? vpc.mainRouteTableId,
    })),
    routeTables: mine(records.list(RouteTables)).map((table) => ({
      routeTableId: table.routeTableId,
      routes: table.routes.map((route) => routeSpec(records, table, route)),
    })),
    securityGroups: mine(records.list(SecurityGroups)).map(({ groupId, ingress, egress }) => ({
      groupId,
      ingress: ingress.flatMap((rule) => ruleSpecs(records, rule)),
      egress: egress.flatMap((rule) => ruleSpecs(records, rule)),
    })),
    interfaces: mine(records.list(NetworkInterfaces)).map(interfaceSpec),
    natGateways: mine(records.list(NatGateways))
      .filter((nat) => nat.state === "available")
      .map(({ natGatewayId, interfaceId }) => ({ natGatewayId, interfaceId })),
    ...(gateway === undefined ? {} : { internetGatewayId: gateway.internetGatewayId }),
    publicAddresses: publicAddressesOf({ records }, vpcId),
  };
}

/** A rule that names a prefix list is one for each of its entries. */
function ruleSpecs(records: Records, { peer, ...rule }: GroupRule): GroupRuleSpec[] {
  if (!("prefixListId" in peer)) return [{ ...rule, peer }];
  return (records.get(PrefixLists, peer.prefixListId)?.entries ?? []).map(({ cidr }) => ({ ...rule, peer: { cidr } }));
}

function routeSpec(records: Records, table: RouteTable, route: Route): RouteSpec {
  if (isBlackhole({ records }, table, route)) return { destination: route.destination, target: { kind: "blackhole" } };
  return {
    destination: route.destination,
    target:
      route.natGatewayId === undefined ? { kind: "internet-gateway" } : { kind: "nat-gateway", natGatewayId: route.natGatewayId },
  };
}

const interfaceSpec = (nic: NetworkInterface): InterfaceSpec => ({
  interfaceId: nic.interfaceId,
  subnetId: nic.subnetId,
  privateIp: nic.privateIp,
  mac: nic.mac,
  groupIds: nic.groupIds,
  sourceDestCheck: nic.sourceDestCheck,
  ...(nic.metadataPort === undefined ? {} : { metadataPort: nic.metadataPort }),
});

/** The zones a VPC has subnets in, hence a router in each. */
export const zonesOfVpc = (records: Records, vpcId: string): readonly string[] => [
  ...new Set(records.list(Subnets).flatMap((subnet) => (subnet.vpcId === vpcId ? [subnet.zone] : []))),
];
