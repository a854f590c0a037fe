import type { EnvironmentBuilder } from "../builder.js";
import { Reference } from "../described.js";
import { isKnown, Unknown, type Maybe } from "../maybe.js";
import type { Route, RouteTarget } from "../network.js";
import type { NodeId, SourcePlace } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { defaultRoutes } from "./default-vpc.js";
import { tableType, vpcType } from "./types.js";
import { draftsOf, implied, unlessAbsent, type Draft } from "./node.js";
import { listedIn } from "./prefix-lists.js";
import type { Reading } from "./reading.js";

/** Route tables with the local routes, those that are stated, and those that AWS puts in for gateway endpoints. */
export function drawRouteTables(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const stated = draftsOf(catalogue, "AWS::EC2::Route").flatMap((draft) => {
    const table = draft.read.at("RouteTableId").node(tableType);
    return typeof table === "string" ? routesOf(draft).map((route) => ({ table, route })) : [];
  });
  const toServices = builder.list("gatewayEndpoints").flatMap((endpoint) =>
    endpoint.routeTables.filter(isKnown).map((table) => ({
      table,
      route: {
        destination: endpoint.service instanceof Unknown ? endpoint.service : { service: endpoint.service },
        target: endpoint.presence ?? ({ kind: "gatewayEndpoint", id: endpoint.id } as const),
        ...placed(endpoint.place),
      },
    })),
  );
  const routesIn = (id: NodeId, vpc: Maybe<NodeId>): readonly Route[] => [
    ...localRoutes(builder, vpc),
    ...[...stated, ...toServices].flatMap(({ table, route }) => (table === id ? [route] : [])),
  ];
  for (const { node, read } of draftsOf(catalogue, tableType)) {
    const vpc = read.at("VpcId").node(vpcType) ?? new Unknown(`${node.id} names no VPC`);
    builder.add("routeTables", { ...node, vpc, routes: routesIn(node.id, vpc) });
  }
  for (const vpc of builder.list("vpcs"))
    if (builder.get("routeTables", vpc.mainRouteTable) === undefined) {
      const node = { ...implied(vpc, "MainRouteTable", tableType), id: vpc.mainRouteTable };
      builder.add("routeTables", { ...node, vpc: vpc.id, routes: [...routesIn(node.id, vpc.id), ...defaultRoutes(vpc.id)] });
    }
}

const localRoutes = (builder: EnvironmentBuilder, vpc: Maybe<NodeId>): readonly Route[] =>
  (typeof vpc === "string" ? (builder.get("vpcs", vpc)?.cidrs ?? []) : []).map((cidr) => ({
    destination: cidr instanceof Unknown ? cidr : { cidr },
    target: { kind: "local" },
  }));

const placed = (place: SourcePlace | undefined): { readonly place?: SourcePlace } => (place === undefined ? {} : { place });

function routesOf({ read, resource }: Draft): readonly Route[] {
  const target = unlessAbsent(resource, targetOf(read));
  const route = { target, ...placed(resource.place) };
  const block = read.at("DestinationCidrBlock").text();
  if (block !== undefined) return [{ ...route, destination: block instanceof Unknown ? block : { cidr: block } }];
  const list = read.at("DestinationPrefixListId");
  if (!list.given) return []; // of IPv6
  const { cidrs } = listedIn(list);
  if (cidrs instanceof Unknown) return [{ ...route, destination: cidrs }];
  return cidrs.map((cidr) => ({ ...route, destination: { cidr } }));
}

/** The members of AWS::EC2::Route that name a target, what they name, and the types that this may have. */
const targets = [
  ["NatGatewayId", "natGateway", ["AWS::EC2::NatGateway"]],
  ["VpcPeeringConnectionId", "peering", ["AWS::EC2::VPCPeeringConnection"]],
  ["InstanceId", "instance", ["AWS::EC2::Instance"]],
  ["NetworkInterfaceId", "interface", ["AWS::EC2::NetworkInterface"]],
  ["TransitGatewayId", "transitGateway", ["AWS::EC2::TransitGateway"]],
  ["EgressOnlyInternetGatewayId", "egressOnlyInternetGateway", ["AWS::EC2::EgressOnlyInternetGateway"]],
  ["VpcEndpointId", "other", ["AWS::EC2::VPCEndpoint"]],
  ["CarrierGatewayId", "other", ["AWS::EC2::CarrierGateway"]],
  ["LocalGatewayId", "other", []],
  ["CoreNetworkArn", "other", []],
] as const;

/** Targets that are no nodes of the graph are told by name all the same: what they do with packets is another question. */
const outside = new Set<string>(["transitGateway", "egressOnlyInternetGateway", "other"]);

function targetOf(read: Reading): Maybe<RouteTarget> {
  if (read.resource.attributes?.["State"] === "blackhole") return { kind: "blackhole" };
  const gateway = read.at("GatewayId");
  if (gateway.given) return gatewayOf(gateway);
  for (const [member, kind, types] of targets) {
    const named = read.at(member);
    if (!named.given) continue;
    const id = named.node(...types) ?? "";
    if (typeof id === "string") return { kind, id };
    const { value } = named;
    if (!outside.has(kind)) return id;
    return value instanceof Reference ? { kind, id: value.node } : typeof value === "string" ? { kind, id: value } : id;
  }
  return new Unknown(`${read.resource.id} names no target`);
}

/** Internet gateways, virtual private gateways, and `local` share a member. */
function gatewayOf(gateway: Reading): Maybe<RouteTarget> {
  const internet = gateway.node("AWS::EC2::InternetGateway");
  if (typeof internet === "string") return { kind: "internetGateway", id: internet };
  const vpn = gateway.node("AWS::EC2::VPNGateway");
  if (typeof vpn === "string") return { kind: "vpnGateway", id: vpn };
  if (gateway.value === "local") return { kind: "local" };
  if (typeof gateway.value === "string" && gateway.value.startsWith("vgw-")) return { kind: "vpnGateway", id: gateway.value };
  return internet ?? new Unknown("it names no gateway");
}
