import { memoOf } from "../../parts/memo.js";
import type { GroupRuleSpec, InterfaceSpec, RouteSpec, SecurityGroupSpec, SubnetSpec, VpcSpec } from "../../parts/fabric/spec.js";
import type { Records } from "../records/records.js";
import { publicAddressesOf } from "../services/ec2/elasticips.js";
import {
  Instances,
  InternetGateways,
  NatGateways,
  NetworkInterfaces,
  RouteTables,
  SecurityGroups,
  Subnets,
  VpcEndpoints,
  Vpcs,
  type GroupRule,
  type NetworkAcl,
  type NetworkInterface,
  type Route,
  type RouteTable,
  type SecurityGroup,
} from "../services/ec2/records.js";
import { replicationSets, type ReplicationSet } from "../services/rds/replication.js";
import { faultSpecs } from "../faults/zones.js";
import { cidrsOf, s3Cidrs } from "../services/ec2/prefixlists.js";
import { isBlackhole, isPrefixList } from "../services/ec2/routes.js";
import { aclOf, aclSpec } from "./aclspec.js";
import { peeringSpecs } from "./peeringspec.js";

/** The whole wish of a VPC's network, from the records; undefined when there is no such VPC. Pure. */
export function vpcSpec(records: Records, vpcId: string): VpcSpec | undefined {
  const vpc = records.get(Vpcs, vpcId);
  if (vpc === undefined) return undefined;
  const mine = <T extends { readonly vpcId?: string }>(items: readonly T[]): readonly T[] =>
    items.filter((item) => item.vpcId === vpcId);
  const gateway = mine(records.list(InternetGateways))[0];
  const acls = new Map<string, NetworkAcl>();
  const peerings = peeringSpecs(records, vpcId);
  const endpoints = mine(records.list(VpcEndpoints));
  const subnets = mine(records.list(Subnets)).map((subnet): SubnetSpec => {
    const acl = aclOf(records, subnet);
    if (acl !== undefined) acls.set(acl.networkAclId, acl);
    return {
      subnetId: subnet.subnetId,
      cidr: subnet.cidr,
      zone: subnet.zone,
      routeTableId: subnet.routeTable?.routeTableId ?? vpc.mainRouteTableId,
      ...(acl === undefined ? {} : { networkAclId: acl.networkAclId }),
    };
  });
  const sets = replicationSets(records, vpcId);
  const faults = faultSpecs(records);
  return {
    vpcId,
    cidr: vpc.cidr,
    subnets,
    routeTables: mine(records.list(RouteTables)).map((table) => ({
      routeTableId: table.routeTableId,
      routes: routeSpecs(records, table, vpc.cidr),
    })),
    securityGroups: [
      ...mine(records.list(SecurityGroups)).map((group) =>
        namesPrefixList(group) ? groupSpec(group, (id) => cidrsOf({ records }, id)) : groupSpecAlone(group),
      ),
      ...sets.map(({ groupId }) => amongThemselves(groupId)),
    ],
    interfaces: mine(records.list(NetworkInterfaces)).map((nic) => grouped(attachedSpec(records, nic), sets)),
    natGateways: mine(records.list(NatGateways))
      .filter((nat) => nat.state === "available")
      .map(({ natGatewayId, interfaceId }) => ({ natGatewayId, interfaceId })),
    ...(gateway === undefined ? {} : { internetGatewayId: gateway.internetGatewayId }),
    publicAddresses: publicAddressesOf({ records }, vpcId),
    ...(acls.size === 0 ? {} : { networkAcls: [...acls.values()].map(aclSpec) }),
    ...(peerings.length === 0 ? {} : { peerings }),
    ...(faults.length === 0 ? {} : { faults }),
    ...(endpoints.length === 0
      ? {}
      : { gatewayEndpoints: endpoints.map(({ vpcEndpointId }) => ({ endpointId: vpcEndpointId, cidrs: s3Cidrs })) }),
  };
}

type EntriesOf = (prefixListId: string) => readonly string[];

const groupSpec = ({ groupId, ingress, egress }: SecurityGroup, entriesOf: EntriesOf): SecurityGroupSpec => ({
  groupId,
  ingress: ingress.flatMap((rule) => ruleSpecs(rule, entriesOf)),
  egress: egress.flatMap((rule) => ruleSpecs(rule, entriesOf)),
});

const namesPrefixList = ({ ingress, egress }: SecurityGroup): boolean =>
  [...ingress, ...egress].some(({ peer }) => "prefixListId" in peer);

/** A group whose rules name no prefix list: the same object for the same record, so that the fabric need not compare it. */
const groupSpecAlone = memoOf((group: SecurityGroup): SecurityGroupSpec => groupSpec(group, () => []));

/** A rule that names a prefix list is one for each of its entries. */
const ruleSpecs = ({ peer, ...rule }: GroupRule, entriesOf: EntriesOf): GroupRuleSpec[] =>
  "prefixListId" in peer ? entriesOf(peer.prefixListId).map((cidr) => ({ ...rule, peer: { cidr } })) : [{ ...rule, peer }];

/**
 * A route to a prefix list is one for each entry that no route of its own names: those win, and so does the local one. Of lists that
 * overlap AWS picks one and sticks to it, here the one whose route came first.
 * https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html
 */
function routeSpecs(records: Records, table: RouteTable, local: string): RouteSpec[] {
  const own = table.routes.filter((route) => !isPrefixList(route.destination));
  const listed = table.routes.flatMap((route) =>
    isPrefixList(route.destination)
      ? cidrsOf({ records }, route.destination).map((cidr) => ({ ...route, destination: cidr }))
      : [],
  );
  const first = new Map<string, Route>();
  for (const route of [...own, ...listed])
    if (route.destination !== local && !first.has(route.destination)) first.set(route.destination, route);
  return [...first].map(([destination, route]) => ({ destination, target: targetSpec(records, table, route) }));
}

function targetSpec(records: Records, table: RouteTable, route: Route): RouteSpec["target"] {
  if (isBlackhole({ records }, table, route)) return { kind: "blackhole" };
  if (route.natGatewayId !== undefined) return { kind: "nat-gateway", natGatewayId: route.natGatewayId };
  if (route.interfaceId !== undefined) return { kind: "interface", interfaceId: route.interfaceId };
  if (route.vpcPeeringConnectionId !== undefined) return { kind: "peering", peeringId: route.vpcPeeringConnectionId };
  if (route.gatewayId?.startsWith("vpce-") === true) return { kind: "gateway-endpoint", endpointId: route.gatewayId };
  return { kind: "internet-gateway" };
}

/** The same object for the same record, so that the fabric need not compare it. */
const interfaceSpec = memoOf((nic: NetworkInterface): InterfaceSpec => ({
  interfaceId: nic.interfaceId,
  subnetId: nic.subnetId,
  privateIp: nic.privateIp,
  ...(nic.secondaryIps === undefined || nic.secondaryIps.length === 0 ? {} : { secondaryIps: nic.secondaryIps }),
  mac: nic.mac,
  groupIds: nic.groupIds,
  sourceDestCheck: nic.sourceDestCheck,
  ...(nic.metadataPort === undefined ? {} : { metadataPort: nic.metadataPort }),
}));

/** With the machine whose further interface it is, where it is one. */
function attachedSpec(records: Records, nic: NetworkInterface): InterfaceSpec {
  const deviceIndex = nic.attachment?.deviceIndex ?? 0;
  const primary = deviceIndex === 0 ? undefined : records.get(Instances, nic.holder.id)?.interfaceId;
  return primary === undefined
    ? interfaceSpec(nic)
    : { ...interfaceSpec(nic), attachedTo: { interfaceId: primary, deviceIndex } };
}

/** A group whose members reach each other, and nobody else by it. */
const amongThemselves = (groupId: string): SecurityGroupSpec => {
  const rules = [{ protocol: "-1", peer: { groupId } }];
  return { groupId, ingress: rules, egress: rules };
};

const grouped = (nic: InterfaceSpec, sets: readonly ReplicationSet[]): InterfaceSpec => {
  const set = sets.find(({ interfaceIds }) => interfaceIds.includes(nic.interfaceId));
  return set === undefined ? nic : { ...nic, groupIds: [...nic.groupIds, set.groupId] };
};

/** The zones a VPC has subnets in, hence a router in each. */
export const zonesOfVpc = (records: Records, vpcId: string): readonly string[] => [
  ...new Set(records.list(Subnets).flatMap((subnet) => (subnet.vpcId === vpcId ? [subnet.zone] : []))),
];
