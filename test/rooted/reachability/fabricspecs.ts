import type { Environment } from "../../../src/environment/environment.js";
import { isUnknown, type Maybe } from "../../../src/environment/maybe.js";
import type { AclEntry, GroupRule, NetworkInterface, Peering, Route, Traffic } from "../../../src/environment/network.js";
import {
  internet,
  type AclRuleSpec,
  type GroupRuleSpec,
  type PeeringSpec,
  type RouteSpec,
  type VpcSpec,
} from "../../../src/parts/fabric/spec.js";

/** A graph in which everything is known, as the fabric is told of it: one value a VPC. */
export function fabricSpecs(environment: Environment): readonly VpcSpec[] {
  return [...environment.vpcs.values()].map((vpc) => vpcSpec(environment, vpc.id));
}

function vpcSpec(environment: Environment, vpcId: string): VpcSpec {
  const mine = <T extends { readonly vpc: Maybe<string> | undefined }>(nodes: ReadonlyMap<string, T>): readonly T[] =>
    [...nodes.values()].filter((node) => node.vpc === vpcId);
  const subnets = mine(environment.subnets);
  const inside = new Set(subnets.map(({ id }) => id));
  const interfaces = [...environment.interfaces.values()].filter(
    ({ subnets: [subnet] }) => subnet !== undefined && inside.has(subnet),
  );
  const [gateway] = mine(environment.internetGateways);
  const peerings = [...environment.peerings.values()].flatMap((peering) => peeringSpec(environment, vpcId, peering));
  return {
    vpcId,
    cidr: cidrOf(environment, vpcId),
    subnets: subnets.map((subnet) => ({
      subnetId: subnet.id,
      cidr: sure(subnet.cidr),
      zone: sure(subnet.zone),
      routeTableId: sure(subnet.routeTable),
      networkAclId: sure(subnet.acl),
    })),
    routeTables: mine(environment.routeTables).map(({ id, routes }) => ({
      routeTableId: id,
      routes: routes.flatMap((route) => routeSpec(environment, route)),
    })),
    securityGroups: mine(environment.securityGroups).map(({ id, rules }) => ({
      groupId: id,
      ingress: rules.flatMap((rule) => (rule.direction === "ingress" ? groupRuleSpecs(rule) : [])),
      egress: rules.flatMap((rule) => (rule.direction === "egress" ? groupRuleSpecs(rule) : [])),
    })),
    interfaces: interfaces.map((nic) => ({
      interfaceId: nic.id,
      subnetId: nic.subnets[0] ?? "",
      privateIp: sure(nic.address),
      ...(nic.secondaryAddresses.length === 0 ? {} : { secondaryIps: nic.secondaryAddresses }),
      mac: macOf(sure(nic.address)),
      groupIds: nic.groups.map(sure),
      sourceDestCheck: nic.owner.kind !== "natGateway" && sure(nic.sourceDestCheck),
    })),
    natGateways: interfaces.flatMap(({ id, owner }) =>
      owner.kind === "natGateway" ? [{ natGatewayId: owner.id, interfaceId: id }] : [],
    ),
    ...(gateway === undefined ? {} : { internetGatewayId: gateway.id }),
    publicAddresses: interfaces.flatMap((nic) =>
      nic.publicAddress === undefined ? [] : [{ publicIp: sure(nic.publicAddress), interfaceId: nic.id }],
    ),
    networkAcls: mine(environment.acls).map(({ id, entries }) => ({
      networkAclId: id,
      ingress: aclRules(entries, "ingress"),
      egress: aclRules(entries, "egress"),
    })),
    ...(peerings.length === 0 ? {} : { peerings }),
  };
}

const sure = <T>(value: Maybe<T>): T => {
  if (isUnknown(value)) throw new Error(`the fabric needs to be told: ${value.why}`);
  return value;
};

const cidrOf = (environment: Environment, vpcId: string): string => {
  const [cidr] = environment.vpcs.get(vpcId)?.cidrs ?? [];
  if (cidr === undefined) throw new Error(`${vpcId} has no block`);
  return sure(cidr);
};

/** One that nobody else has, as addresses within a VPC. */
const macOf = (address: string): string =>
  ["02", "00", ...address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"))].join(":");

function routeSpec(environment: Environment, { destination, target }: Route): readonly RouteSpec[] {
  const to = sure(destination);
  const via = sure(target);
  if (!("cidr" in to) || via.kind === "local") return [];
  const leadsTo = (what: RouteSpec["target"]): readonly RouteSpec[] => [{ destination: to.cidr, target: what }];
  switch (via.kind) {
    case "internetGateway":
      return leadsTo({ kind: "internet-gateway" });
    case "natGateway":
      return leadsTo({ kind: "nat-gateway", natGatewayId: via.id });
    case "interface":
      return leadsTo({ kind: "interface", interfaceId: via.id });
    case "instance":
      return leadsTo({ kind: "interface", interfaceId: environment.instances.get(via.id)?.interfaces[0] ?? via.id });
    case "peering":
      return leadsTo({ kind: "peering", peeringId: via.id });
    case "blackhole":
      return leadsTo({ kind: "blackhole" });
    default:
      throw new Error(`the fabric has no route to a ${via.kind}`);
  }
}

const protocolNames: Readonly<Record<string, string>> = { all: "-1", 1: "icmp", 6: "tcp", 17: "udp" };

function trafficSpec({ protocol, ports, icmp }: Traffic): { protocol: string; fromPort?: number; toPort?: number } {
  const [fromPort, toPort] = icmp ?? ports ?? [];
  return {
    protocol: protocolNames[protocol] ?? String(protocol),
    ...(fromPort === undefined || toPort === undefined ? {} : { fromPort, toPort }),
  };
}

function groupRuleSpecs({ traffic, peer }: GroupRule): readonly GroupRuleSpec[] {
  const other = sure(peer);
  const what = trafficSpec(sure(traffic));
  switch (other.kind) {
    case "cidr":
      return [{ ...what, peer: { cidr: other.cidr } }];
    case "group":
      return [{ ...what, peer: { groupId: sure(other.group) } }];
    case "prefixList":
      return sure(other.cidrs).map((cidr) => ({ ...what, peer: { cidr } }));
    case "ipv6":
      return [];
  }
}

const aclRules = (entries: readonly AclEntry[], direction: AclEntry["direction"]): readonly AclRuleSpec[] =>
  entries
    .filter((entry) => entry.direction === direction)
    .sort((a, b) => sure(a.number) - sure(b.number))
    .map((entry) => ({ action: sure(entry.action), ...trafficSpec(sure(entry.traffic)), cidr: sure(entry.cidr) }));

function peeringSpec(
  environment: Environment,
  vpcId: string,
  { id, requester, accepter, active }: Peering,
): readonly PeeringSpec[] {
  if (!sure(active)) return [];
  const otherId = requester === vpcId ? sure(accepter) : accepter === vpcId ? sure(requester) : undefined;
  if (otherId === undefined) return [];
  const subnets = [...environment.subnets.values()].filter(({ vpc }) => vpc === otherId);
  const inside = new Set(subnets.map((subnet) => subnet.id));
  const interfaces = [...environment.interfaces.values()].filter((nic) => inside.has(nic.subnets[0] ?? ""));
  const groups = [...environment.securityGroups.values()].filter(({ vpc }) => vpc === otherId);
  return [
    {
      peeringId: id,
      peer: {
        vpcId: otherId,
        cidr: cidrOf(environment, otherId),
        subnets: subnets.map(({ cidr, zone }) => ({ cidr: sure(cidr), zone: sure(zone) })),
        groups: groups.map((group) => ({
          groupId: group.id,
          addresses: interfaces.filter((nic) => nic.groups.includes(group.id)).flatMap(addressesOf),
        })),
      },
    },
  ];
}

export const addressesOf = (nic: NetworkInterface): readonly string[] => [sure(nic.address), ...nic.secondaryAddresses];

/** The internet of the model is where its hosts are; the graph's own public addresses must lie in its pool. */
export const outside = internet.host;
