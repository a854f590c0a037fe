import type { EnvironmentBuilder } from "../builder.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { Route } from "../network.js";
import type { Node, NodeId } from "../node.js";
import type { Catalogue } from "./catalogue.js";

/*
 * The region's default VPC. A resource that names no network is in it: on AWS every region has one unless it was deleted, with an internet
 * gateway and a subnet in each zone that gives public addresses. It is drawn where a template or a plan needs it, which do not describe
 * it; an account tells its own.
 * https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
 */

const name = "DefaultVpc";

const node = (suffix: string, type: string): Node => ({
  id: suffix === "" ? name : `${name}/${suffix}`,
  type,
  name: suffix === "" ? "the default VPC" : `the default VPC's ${suffix}`,
  tags: {},
  implicit: true,
});

/** Draws it, with its gateway, where something names no network. */
export function drawDefaultVpc(catalogue: Catalogue, builder: EnvironmentBuilder): void {
  if (catalogue.description.from === "account" || !isNeeded(catalogue)) return;
  builder.add("vpcs", {
    ...node("", "AWS::EC2::VPC"),
    cidrs: ["172.31.0.0/16"],
    dnsSupport: true,
    dnsHostnames: true,
    mainRouteTable: `${name}/MainRouteTable`,
    defaultGroup: `${name}/DefaultSecurityGroup`,
    defaultAcl: `${name}/DefaultNetworkAcl`,
    isDefault: true,
  });
  builder.add("internetGateways", { ...node("InternetGateway", "AWS::EC2::InternetGateway"), vpc: name });
}

/** The routes that its main table has beside the local one. */
export const defaultRoutes = (vpc: NodeId): readonly Route[] =>
  vpc === name
    ? [{ destination: { cidr: "0.0.0.0/0" }, target: { kind: "internetGateway", id: `${name}/InternetGateway` } }]
    : [];

/** For each type that may be in it, the members of which one says that it is elsewhere. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  "AWS::AutoScaling::AutoScalingGroup": ["VPCZoneIdentifier"],
  "AWS::EC2::Instance": ["SubnetId", "NetworkInterfaces", "LaunchTemplate"],
  "AWS::EC2::SecurityGroup": ["VpcId"],
  "AWS::RDS::DBCluster": ["DBSubnetGroupName", "SourceDBClusterIdentifier", "SnapshotIdentifier"],
  "AWS::RDS::DBInstance": ["DBSubnetGroupName", "DBClusterIdentifier", "SourceDBInstanceIdentifier"],
};

const isNeeded = (catalogue: Catalogue): boolean =>
  Object.entries(elsewhere).some(([type, members]) =>
    catalogue.of(type).some(({ properties }) => members.every((member) => properties[member] === undefined)),
  );

const nowhere = (): Unknown => new Unknown("it is in the default VPC, which is not part of what was read");

/** The default VPC's id, or why there is none to name. */
export const defaultVpcId = (builder: EnvironmentBuilder): Maybe<NodeId> =>
  builder.list("vpcs").find(({ isDefault }) => isDefault)?.id ?? nowhere();

/** Its subnet in a zone (the one in the zone that AWS chooses, where none is said), drawn when it is first asked for. */
export function defaultSubnet(builder: EnvironmentBuilder, zone: Maybe<string> | undefined): Maybe<NodeId> {
  const vpc = builder.get("vpcs", name);
  if (vpc === undefined) return nowhere();
  const drawn = node(typeof zone === "string" ? zone : "Subnet", "AWS::EC2::Subnet");
  if (builder.get("subnets", drawn.id) === undefined)
    builder.add("subnets", {
      ...drawn,
      vpc: name,
      cidr: new Unknown("which of the default VPC's blocks it has, AWS chose"),
      zone: zone ?? new Unknown("AWS chooses the zone among those of the default VPC"),
      mapsPublicIp: true,
      routeTable: vpc.mainRouteTable,
      acl: vpc.defaultAcl,
    });
  return drawn.id;
}
