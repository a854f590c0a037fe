import type { EnvironmentBuilder } from "../builder.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { AclEntry, Vpc } from "../network.js";
import type { NodeId } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { drawDefaultVpc } from "./default-vpc.js";
import { drawGroups } from "./groups.js";
import { draftsOf, implied, unlessAbsent, type Draft } from "./node.js";
import { drawRouteTables } from "./routes.js";
import { trafficOfEntry } from "./traffic.js";
import { aclType, subnetType, tableType, vpcType } from "./types.js";

/** VPCs and what is in them but for interfaces. */
export function drawNetwork(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  for (const draft of draftsOf(catalogue, vpcType)) builder.add("vpcs", vpcOf(catalogue, draft));
  drawDefaultVpc(catalogue, builder);
  drawGateways(catalogue, builder);
  drawRouteTables(catalogue, builder);
  drawAcls(catalogue, builder);
  drawGroups(catalogue, builder);
  drawSubnets(catalogue, builder);
}

function vpcOf(catalogue: Catalogue, { node, read, resource }: Draft): Vpc {
  const more = draftsOf(catalogue, "AWS::EC2::VPCCidrBlock")
    .filter((block) => block.read.at("VpcId").node(vpcType) === node.id)
    .filter((block) => block.read.at("CidrBlock").given)
    .map((block) => unlessAbsent(block.resource, block.read.at("CidrBlock").text("")));
  const main = catalogue.settle(resource.attributes?.["MainRouteTable"]);
  const stated = main === undefined ? undefined : catalogue.node(main, [tableType]);
  // Only a template is as it was written: other sources leave out what IPAM gives.
  const byIpam = catalogue.description.from !== "template" || read.at("Ipv4IpamPoolId").given;
  const own = read.at("CidrBlock").text() ?? (byIpam ? new Unknown(`IPAM gives ${node.id} its CIDR block`) : []);
  return {
    ...node,
    cidrs: [own, ...more].flat(),
    dnsSupport: read.at("EnableDnsSupport").flag(true),
    dnsHostnames: read.at("EnableDnsHostnames").flag(false),
    mainRouteTable: typeof stated === "string" ? stated : `${node.id}/MainRouteTable`,
    defaultGroup: `${node.id}/DefaultSecurityGroup`,
    defaultAcl: `${node.id}/DefaultNetworkAcl`,
    isDefault: read.at("IsDefault").flag(false) === true,
  };
}

function drawGateways(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const attachments = draftsOf(catalogue, "AWS::EC2::VPCGatewayAttachment");
  for (const { node } of draftsOf(catalogue, "AWS::EC2::InternetGateway")) {
    const attached = attachments.find(({ read }) => read.at("InternetGatewayId").node("AWS::EC2::InternetGateway") === node.id);
    const vpc = attached?.read.at("VpcId").node(vpcType);
    builder.add("internetGateways", { ...node, vpc: attached && vpc && unlessAbsent(attached.resource, vpc) });
  }
  for (const { node, read } of draftsOf(catalogue, "AWS::EC2::NatGateway"))
    builder.add("natGateways", {
      ...node,
      subnet: read.at("SubnetId").node(subnetType) ?? new Unknown(`${node.id} names no subnet`),
      connectivity: read.at("ConnectivityType").text("public") === "private" ? "private" : "public",
    });
  for (const { node, read, resource } of draftsOf(catalogue, "AWS::EC2::VPCPeeringConnection"))
    builder.add("peerings", {
      ...node,
      requester: read.at("VpcId").node(vpcType) ?? new Unknown(`${node.id} names no VPC`),
      accepter: read.at("PeerVpcId").node(vpcType) ?? new Unknown(`${node.id} names no VPC to peer with`),
      active: isActive(catalogue, { node, read, resource }),
    });
  for (const { node, read } of draftsOf(catalogue, "AWS::EC2::VPCEndpoint")) {
    const kind = read.at("VpcEndpointType").text("Gateway");
    if (kind !== "Gateway") continue;
    builder.add("gatewayEndpoints", {
      ...node,
      vpc: read.at("VpcId").node(vpcType) ?? new Unknown(`${node.id} names no VPC`),
      service: read.at("ServiceName").text() ?? new Unknown(`${node.id} names no service`),
      routeTables: read.at("RouteTableIds").nodes(tableType),
    });
  }
}

/** CloudFormation accepts a connection within an account and region by itself, and one to another account with a role of that. */
function isActive(catalogue: Catalogue, { read, resource }: Draft): Maybe<boolean> {
  const status = resource.attributes?.["Status"];
  if (typeof status === "string") return status === "active";
  if (status instanceof Unknown) return status;
  const owner = read.at("PeerOwnerId").text();
  const region = read.at("PeerRegion").text();
  const { account, region: here } = catalogue.description;
  const elsewhere =
    (owner !== undefined && owner !== account && !read.at("PeerRoleArn").given) || (region !== undefined && region !== here);
  return elsewhere ? new Unknown("another account or region has to accept the connection") : true;
}

function drawAcls(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const entries = draftsOf(catalogue, "AWS::EC2::NetworkAclEntry").flatMap(({ read, resource }) => {
    const acl = read.at("NetworkAclId").node(aclType);
    // Entries of IPv6 have another member.
    if (typeof acl !== "string" || (read.at("Ipv6CidrBlock").given && !read.at("CidrBlock").given)) return [];
    const egress = read.at("Egress").flag(false);
    const action = read.at("RuleAction").text("");
    const entry = {
      number: read.at("RuleNumber").number() ?? new Unknown(`${resource.id} has no number`),
      action: action instanceof Unknown ? action : action.toLowerCase() === "allow" ? ("allow" as const) : ("deny" as const),
      traffic: trafficOfEntry(read),
      cidr: unlessAbsent(resource, read.at("CidrBlock").text() ?? new Unknown(`${resource.id} has no CIDR block`)),
      ...(resource.place === undefined ? {} : { place: resource.place }),
    };
    const directions =
      egress instanceof Unknown ? (["ingress", "egress"] as const) : [egress ? ("egress" as const) : ("ingress" as const)];
    return directions.map((direction): { acl: NodeId; entry: AclEntry } => ({
      acl,
      entry: { ...entry, direction, ...(egress instanceof Unknown ? { action: egress } : {}) },
    }));
  });
  const entriesOf = (id: NodeId): readonly AclEntry[] => entries.flatMap(({ acl, entry }) => (acl === id ? [entry] : []));
  for (const { node, read } of draftsOf(catalogue, aclType))
    builder.add("acls", {
      ...node,
      vpc: read.at("VpcId").node(vpcType) ?? new Unknown(`${node.id} names no VPC`),
      entries: entriesOf(node.id),
    });
  for (const vpc of builder.list("vpcs"))
    if (builder.get("acls", vpc.defaultAcl) === undefined)
      builder.add("acls", {
        ...implied(vpc, "DefaultNetworkAcl", aclType),
        vpc: vpc.id,
        entries: [...allowAll, ...entriesOf(vpc.defaultAcl)],
      });
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html */
const allowAll = (["ingress", "egress"] as const).map((direction): AclEntry => ({
  number: 100,
  direction,
  action: "allow",
  traffic: { protocol: "all" },
  cidr: "0.0.0.0/0",
}));

function drawSubnets(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  const joinedTo = (type: string, member: string, of: string): ReadonlyMap<NodeId, Maybe<NodeId>> =>
    new Map(
      draftsOf(catalogue, type)
        .flatMap(({ read, resource }): [string, NodeId, Maybe<NodeId>][] => {
          const subnet = read.at("SubnetId").node(subnetType);
          const other = read.at(member).node(of) ?? new Unknown(`${resource.id} names nothing`);
          return typeof subnet === "string" ? [[resource.id, subnet, unlessAbsent(resource, other)]] : [];
        })
        // Of two that contradict each other AWS takes one; which is not written, so it may not hang on the order of the text.
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, subnet, other]) => [subnet, other]),
    );
  const tables = joinedTo("AWS::EC2::SubnetRouteTableAssociation", "RouteTableId", tableType);
  const acls = joinedTo("AWS::EC2::SubnetNetworkAclAssociation", "NetworkAclId", aclType);
  for (const { node, read } of draftsOf(catalogue, subnetType)) {
    const id = read.at("VpcId").node(vpcType) ?? new Unknown(`${node.id} names no VPC`);
    const vpc = typeof id === "string" ? builder.get("vpcs", id) : undefined;
    const nowhere = id instanceof Unknown ? id : new Unknown(`${id} is not part of what was read`);
    builder.add("subnets", {
      ...node,
      vpc: id,
      cidr: read.at("CidrBlock").text() ?? new Unknown(`${node.id} has no IPv4 block`),
      zone: read.either("AvailabilityZone", "AvailabilityZoneId").text() ?? new Unknown(`AWS chooses the zone of ${node.id}`),
      mapsPublicIp: read.at("MapPublicIpOnLaunch").flag(false),
      routeTable: tables.get(node.id) ?? vpc?.mainRouteTable ?? nowhere,
      acl: acls.get(node.id) ?? vpc?.defaultAcl ?? nowhere,
    });
  }
}
