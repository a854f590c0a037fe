import { EnvironmentBuilder } from "../../src/environment/builder.js";
import type { Environment } from "../../src/environment/environment.js";
import type { Maybe } from "../../src/environment/maybe.js";
import type { AclEntry, GroupRule, NetworkInterface, Route, RouteTarget, Traffic } from "../../src/environment/network.js";
import type { NodeId } from "../../src/environment/node.js";

/** Writes networks down in a few words: every id is its node's name. */
export class Networks {
  readonly builder = new EnvironmentBuilder();

  private node<T extends string>(id: NodeId, type: T): { id: NodeId; type: T; name: string; tags: Record<string, never> } {
    return { id, type, name: id, tags: {} };
  }

  vpc(id: NodeId, ...cidrs: Maybe<string>[]): this {
    this.builder.add("vpcs", {
      ...this.node(id, "AWS::EC2::VPC"),
      cidrs,
      dnsSupport: true,
      dnsHostnames: true,
      mainRouteTable: `${id}-main`,
      defaultGroup: `${id}-default`,
      defaultAcl: `${id}-acl`,
      isDefault: false,
    });
    this.table(`${id}-main`, id, {});
    return this.acl(`${id}-acl`, id, allow("in", 100), allow("out", 100));
  }

  /** In its VPC's main route table and default ACL, unless said otherwise. */
  subnet(
    id: NodeId,
    vpc: NodeId,
    cidr: Maybe<string>,
    { table = `${vpc}-main`, acl = `${vpc}-acl`, zone = "a" }: { table?: Maybe<NodeId>; acl?: Maybe<NodeId>; zone?: string } = {},
  ): this {
    const rest = { cidr, zone, mapsPublicIp: false, routeTable: table, acl };
    this.builder.add("subnets", { ...this.node(id, "AWS::EC2::Subnet"), vpc, ...rest });
    return this;
  }

  /** Routes by destination; the local one is there by itself. */
  table(id: NodeId, vpc: NodeId, routes: Readonly<Record<string, Maybe<RouteTarget>>>, more: readonly Route[] = []): this {
    const local = this.builder.get("vpcs", vpc)?.cidrs ?? [];
    this.builder.add("routeTables", {
      ...this.node(id, "AWS::EC2::RouteTable"),
      vpc,
      routes: [
        ...local.map((cidr): Route => ({ destination: typeof cidr === "string" ? { cidr } : cidr, target: { kind: "local" } })),
        ...Object.entries(routes).map(([cidr, target]): Route => ({ destination: { cidr }, target })),
        ...more,
      ],
    });
    return this;
  }

  acl(id: NodeId, vpc: NodeId, ...entries: AclEntry[]): this {
    this.builder.add("acls", { ...this.node(id, "AWS::EC2::NetworkAcl"), vpc, entries });
    return this;
  }

  group(id: NodeId, vpc: NodeId, ...rules: GroupRule[]): this {
    this.builder.add("securityGroups", { ...this.node(id, "AWS::EC2::SecurityGroup"), vpc, rules });
    return this;
  }

  internetGateway(id: NodeId, vpc: Maybe<NodeId> | undefined): this {
    this.builder.add("internetGateways", { ...this.node(id, "AWS::EC2::InternetGateway"), vpc });
    return this;
  }

  peering(id: NodeId, requester: Maybe<NodeId>, accepter: Maybe<NodeId>, active: Maybe<boolean> = true): this {
    this.builder.add("peerings", { ...this.node(id, "AWS::EC2::VPCPeeringConnection"), requester, accepter, active });
    return this;
  }

  endpoint(id: NodeId, vpc: NodeId, service: string): this {
    this.builder.add("gatewayEndpoints", { ...this.node(id, "AWS::EC2::VPCEndpoint"), vpc, service, routeTables: [] });
    return this;
  }

  /** With its interface, `<id>-eni`. */
  natGateway(id: NodeId, subnet: NodeId, address: string, publicAddress?: string): this {
    const connectivity = publicAddress === undefined ? "private" : "public";
    this.builder.add("natGateways", { ...this.node(id, "AWS::EC2::NatGateway"), subnet, connectivity });
    return this.interface(`${id}-eni`, subnet, address, [], {
      owner: { kind: "natGateway", id },
      filtered: false,
      sourceDestCheck: false,
      ...(publicAddress === undefined ? {} : { isPublic: true, publicAddress }),
    });
  }

  interface(
    id: NodeId,
    subnets: NodeId | readonly NodeId[],
    address: Maybe<string>,
    groups: readonly Maybe<NodeId>[],
    more: Partial<NetworkInterface> = {},
  ): this {
    this.builder.add("interfaces", {
      ...this.node(id, "AWS::EC2::NetworkInterface"),
      owner: { kind: "none", id },
      subnets: typeof subnets === "string" ? [subnets] : subnets,
      address,
      secondaryAddresses: [],
      isPublic: false,
      groups,
      filtered: true,
      sourceDestCheck: true,
      ...more,
    });
    return this;
  }

  environment(): Environment {
    const about = { sources: ["test"], from: "template", region: "eu-west-3", account: "123456789012", objectives: {} } as const;
    return this.builder.build(about);
  }
}

export const tcp = (from: number, to = from): Traffic => ({ protocol: 6, ports: [from, to] });
export const udp = (from: number, to = from): Traffic => ({ protocol: 17, ports: [from, to] });
export const ping: Traffic = { protocol: 1, icmp: [8, 0] };
export const everything: Traffic = { protocol: "all" };

const directions = { in: "ingress", out: "egress" } as const;

/** A rule of a group: `rule("in", tcp(80), "0.0.0.0/0")`, or of a group's id. */
export const rule = (way: "in" | "out", traffic: Maybe<Traffic>, peer: string): GroupRule => ({
  direction: directions[way],
  traffic,
  peer: peer.includes("/") ? { kind: "cidr", cidr: peer } : { kind: "group", group: peer },
});

/** AWS's own, where a group says nothing of egress. */
export const outAll = rule("out", everything, "0.0.0.0/0");

const entry =
  (action: "allow" | "deny") =>
  (
    way: "in" | "out",
    number: Maybe<number>,
    traffic: Maybe<Traffic> = everything,
    cidr: Maybe<string> = "0.0.0.0/0",
  ): AclEntry => ({
    number,
    direction: directions[way],
    action,
    traffic,
    cidr,
  });

export const allow = entry("allow");
export const deny = entry("deny");
