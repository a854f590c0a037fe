import type {
  AssociateRouteTableCommandInput,
  AssociateRouteTableCommandOutput,
  CreateRouteCommandInput,
  CreateRouteCommandOutput,
  CreateRouteTableCommandInput,
  CreateRouteTableCommandOutput,
  DeleteRouteCommandInput,
  DeleteRouteTableCommandInput,
  DescribeRouteTablesCommandInput,
  DescribeRouteTablesCommandOutput,
  DisassociateRouteTableCommandInput,
  ReplaceRouteCommandInput,
  ReplaceRouteTableAssociationCommandInput,
  ReplaceRouteTableAssociationCommandOutput,
  Route as ApiRoute,
  RouteTable as ApiRouteTable,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { describeRules, select, type FilterTable } from "./lists.js";
import { Instances, NetworkInterfaces, RouteTables, type Route, type RouteTable } from "./records.js";
import { createRoute, deleteRoute, isBlackhole, isPrefixList, replaceRoute } from "./routes.js";
import {
  associatedSubnets,
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  disassociateRouteTable,
  replaceRouteTableAssociation,
} from "./routetables.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";
import { theVpc } from "./vpcs.js";

function describe(call: Call, table: RouteTable): ApiRouteTable {
  const AssociationState = { State: "associated" as const };
  const RouteTableId = table.routeTableId;
  return {
    RouteTableId,
    VpcId: table.vpcId,
    OwnerId: call.accountId,
    PropagatingVgws: [],
    Tags: tagList(table.tags),
    Routes: routesOf(call, table),
    Associations: [
      ...(table.mainAssociationId === undefined
        ? []
        : [{ Main: true, RouteTableId, RouteTableAssociationId: table.mainAssociationId, AssociationState }]),
      ...associatedSubnets(call, table).map((subnet) => ({
        Main: false,
        RouteTableId,
        SubnetId: subnet.subnetId,
        RouteTableAssociationId: subnet.routeTable?.associationId,
        AssociationState,
      })),
    ],
  };
}

const routesOf = (call: Call, table: RouteTable): ApiRoute[] => [
  {
    DestinationCidrBlock: theVpc(call, table.vpcId).cidr,
    GatewayId: "local",
    Origin: "CreateRouteTable",
    State: "active",
  },
  ...table.routes.map((route) => describeRoute(call, table, route)),
];

function describeRoute(call: Call, table: RouteTable, route: Route): ApiRoute {
  const holder = route.interfaceId === undefined ? undefined : call.records.get(NetworkInterfaces, route.interfaceId)?.holder;
  // The instance that the interface belongs to now; the one that was asked for where there is none.
  const instanceId = holder?.kind === "instance" ? holder.id : route.instanceId;
  const known = instanceId !== undefined && call.records.get(Instances, instanceId) !== undefined;
  return {
    ...(isPrefixList(route.destination)
      ? { DestinationPrefixListId: route.destination }
      : { DestinationCidrBlock: route.destination }),
    GatewayId: route.gatewayId,
    NatGatewayId: route.natGatewayId,
    NetworkInterfaceId: route.interfaceId,
    InstanceId: instanceId,
    InstanceOwnerId: known ? call.accountId : undefined,
    VpcPeeringConnectionId: route.vpcPeeringConnectionId,
    Origin: "CreateRoute",
    State: isBlackhole(call, table, route) ? "blackhole" : "active",
  };
}

const filters = (call: Call): FilterTable<RouteTable> => {
  const each =
    (read: (route: ApiRoute) => string | undefined) =>
    (table: RouteTable): readonly (string | undefined)[] =>
      routesOf(call, table).map(read);
  const subnets = (table: RouteTable) => associatedSubnets(call, table);
  return {
    "route-table-id": (table) => table.routeTableId,
    "vpc-id": (table) => table.vpcId,
    "owner-id": () => call.accountId,
    "association.main": (table) => String(table.mainAssociationId !== undefined),
    "association.gateway-id": () => undefined,
    "association.route-table-id": (table) =>
      table.mainAssociationId !== undefined || subnets(table).length > 0 ? table.routeTableId : undefined,
    "association.subnet-id": (table) => subnets(table).map((subnet) => subnet.subnetId),
    "association.route-table-association-id": (table) => [
      table.mainAssociationId,
      ...subnets(table).map((subnet) => subnet.routeTable?.associationId),
    ],
    "route.destination-cidr-block": each((route) => route.DestinationCidrBlock),
    "route.destination-ipv6-cidr-block": () => undefined,
    "route.destination-prefix-list-id": each((route) => route.DestinationPrefixListId),
    "route.egress-only-internet-gateway-id": () => undefined,
    "route.gateway-id": each((route) => route.GatewayId),
    "route.instance-id": each((route) => route.InstanceId),
    "route.nat-gateway-id": each((route) => route.NatGatewayId),
    "route.origin": each((route) => route.Origin),
    "route.state": each((route) => route.State),
    "route.transit-gateway-id": () => undefined,
    "route.vpc-peering-connection-id": each((route) => route.VpcPeeringConnectionId),
  };
};

/** Members that CreateRoute and ReplaceRoute share. */
const routeMembers = {
  RouteTableId: enforced,
  DestinationCidrBlock: enforced,
  DestinationPrefixListId: enforced,
  GatewayId: enforced,
  NatGatewayId: enforced,
  NetworkInterfaceId: enforced,
  InstanceId: enforced,
  VpcPeeringConnectionId: enforced,
  DryRun: states(false),
};

function destinationOf(input: {
  readonly DestinationCidrBlock?: string | undefined;
  readonly DestinationPrefixListId?: string | undefined;
}): string {
  const [destination, ...others] = [input.DestinationCidrBlock, input.DestinationPrefixListId].filter(
    (stated) => stated !== undefined,
  );
  if (destination === undefined || others.length > 0)
    throw new ServiceFault(
      destination === undefined ? "MissingParameter" : "InvalidParameterCombination",
      "The request must contain exactly one of destinationCidrBlock, destinationPrefixListId",
    );
  return destination;
}

const routeFrom = (input: CreateRouteCommandInput): Route => ({
  destination: destinationOf(input),
  ...(input.GatewayId === undefined ? {} : { gatewayId: input.GatewayId }),
  ...(input.NatGatewayId === undefined ? {} : { natGatewayId: input.NatGatewayId }),
  ...(input.NetworkInterfaceId === undefined ? {} : { interfaceId: input.NetworkInterfaceId }),
  ...(input.InstanceId === undefined ? {} : { instanceId: input.InstanceId }),
  ...(input.VpcPeeringConnectionId === undefined ? {} : { vpcPeeringConnectionId: input.VpcPeeringConnectionId }),
});

export const routeTableOperations: readonly Operation[] = [
  operation<CreateRouteTableCommandInput, CreateRouteTableCommandOutput>(
    "ec2",
    "CreateRouteTable",
    { VpcId: enforced, TagSpecifications: tagSpecifications, ClientToken: enforced, DryRun: states(false) },
    async (call, input) => {
      const tags = tagsAtCreation(input.TagSpecifications, "route-table");
      const table = await createRouteTable(call, { vpcId: input.VpcId ?? "", tags });
      return { RouteTable: describe(call, table), ClientToken: input.ClientToken };
    },
  ),
  operation<DescribeRouteTablesCommandInput, DescribeRouteTablesCommandOutput>(
    "ec2",
    "DescribeRouteTables",
    { ...describeRules, RouteTableIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(call.records.list(RouteTables), input, {
        id: (table) => table.routeTableId,
        ids: input.RouteTableIds,
        notFound: ["InvalidRouteTableID.NotFound", "routeTable ID"],
        filters: filters(call),
        pageLimit: 100,
      });
      return { RouteTables: page.map((table) => describe(call, table)), NextToken };
    },
  ),
  operation<DeleteRouteTableCommandInput, object>(
    "ec2",
    "DeleteRouteTable",
    { RouteTableId: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteRouteTable(call, input.RouteTableId ?? "");
      return {};
    },
  ),
  operation<CreateRouteCommandInput, CreateRouteCommandOutput>("ec2", "CreateRoute", routeMembers, async (call, input) => {
    await createRoute(call, input.RouteTableId ?? "", routeFrom(input));
    return { Return: true };
  }),
  operation<ReplaceRouteCommandInput, object>("ec2", "ReplaceRoute", routeMembers, async (call, input) => {
    await replaceRoute(call, input.RouteTableId ?? "", routeFrom(input));
    return {};
  }),
  operation<DeleteRouteCommandInput, object>(
    "ec2",
    "DeleteRoute",
    { RouteTableId: enforced, DestinationCidrBlock: enforced, DestinationPrefixListId: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteRoute(call, input.RouteTableId ?? "", destinationOf(input));
      return {};
    },
  ),
  operation<AssociateRouteTableCommandInput, AssociateRouteTableCommandOutput>(
    "ec2",
    "AssociateRouteTable",
    { RouteTableId: enforced, SubnetId: enforced, DryRun: states(false) },
    async (call, input) => ({
      AssociationId: await associateRouteTable(call, input.RouteTableId ?? "", input.SubnetId ?? ""),
      AssociationState: { State: "associated" },
    }),
  ),
  operation<ReplaceRouteTableAssociationCommandInput, ReplaceRouteTableAssociationCommandOutput>(
    "ec2",
    "ReplaceRouteTableAssociation",
    { AssociationId: enforced, RouteTableId: enforced, DryRun: states(false) },
    async (call, input) => ({
      NewAssociationId: await replaceRouteTableAssociation(call, input.AssociationId ?? "", input.RouteTableId ?? ""),
      AssociationState: { State: "associated" },
    }),
  ),
  operation<DisassociateRouteTableCommandInput, object>(
    "ec2",
    "DisassociateRouteTable",
    { AssociationId: enforced, DryRun: states(false) },
    async (call, input) => {
      await disassociateRouteTable(call, input.AssociationId ?? "");
      return {};
    },
  ),
];
