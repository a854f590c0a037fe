import fc from "fast-check";
import type { Query } from "../../src/analysis/reachability/answer.js";
import type { Environment } from "../../src/environment/environment.js";
import type { AclEntry, GroupRule, RouteTarget, Traffic } from "../../src/environment/network.js";
import { allow, deny, everything, Networks, outAll, ping, rule, tcp, udp } from "./networks.js";

/** A host of the internet, as the local region has it. */
export const internetHost = "198.19.0.10";

/** What rules are about, and packets. All client ports are in a stretch or none: a connection never hangs on the port that it happens to get. */
const traffics: readonly Traffic[] = [
  everything,
  tcp(80),
  tcp(443, 8080),
  udp(53),
  ping,
  { protocol: 1 },
  tcp(1024, 65535),
  udp(1024, 65535),
  { protocol: 6 },
  { protocol: 17, ports: [0, 1023] },
  { protocol: 1, icmp: [0, -1] },
];
const headers: readonly Omit<Query, "from" | "to">[] = [
  { protocol: 6, port: 80 },
  { protocol: 6, port: 443 },
  { protocol: 6, port: 5432 },
  { protocol: 17, port: 53 },
  { protocol: 17, port: 2000 },
  { protocol: 1, icmp: [8, 0] },
];

/** Draws from a list of numbers; 0, to which fast-check shrinks, is always the simplest choice. */
class Draw {
  private at = 0;

  constructor(private readonly numbers: readonly number[]) {}

  below(limit: number): number {
    return (this.numbers[this.at++] ?? 0) % limit;
  }

  /** With this probability, in percent. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  of<T>(first: T, ...rest: readonly T[]): T {
    return [first, ...rest][this.below(rest.length + 1)] ?? first;
  }

  from<T>(list: readonly T[], otherwise: T): T {
    return list[this.below(Math.max(1, list.length))] ?? otherwise;
  }
}

/**
 * Environments of one to three VPCs of which everything is known: subnets in two zones, route tables, network ACLs, groups, peering
 * connections, NAT gateways, public addresses, appliances. Addresses are ones that the running model has: public ones in
 * 198.18.0.0/17, the internet's host at 198.19.0.10.
 *
 * What goes through appliances is admitted by addresses: an environment with appliances has no rules that name groups, as AWS lets these
 * admit nothing that is forwarded. Both ways lead through them (AWS: "asymmetric routing is not supported") unless `asymmetric`.
 */
export const generatedEnvironment = (options: { readonly asymmetric?: boolean } = {}): fc.Arbitrary<Environment> =>
  fc
    .array(fc.nat(999_983), { minLength: 300, maxLength: 300 })
    .map((numbers) => build(new Draw(numbers), options.asymmetric ?? false));

function build(draw: Draw, isAsymmetric: boolean): Environment {
  const networks = new Networks();
  const vpcs = ["a", "b", "c"].slice(0, 1 + draw.below(3)).map((id, at) => ({ id, at, cidr: `10.${at}.0.0/16` }));
  const hasAppliances = draw.chance(40);
  const peerings = vpcs.slice(1).map((vpc, at) => ({ id: `pcx-${vpc.id}`, one: vpcs[at]?.id ?? "a", other: vpc.id }));
  for (const { id, cidr } of vpcs) networks.vpc(id, cidr);
  for (const { id, one, other } of peerings) networks.peering(id, one, other, !draw.chance(15));
  const subnets = vpcs.flatMap((vpc) =>
    Array.from({ length: 2 + draw.below(3) }, (_, at) => ({ id: `${vpc.id}${at}`, vpc, at, cidr: `10.${vpc.at}.${at}.0/24` })),
  );
  const addresses = subnets.flatMap(({ vpc, at }) => [`10.${vpc.at}.${at}.10/32`, `10.${vpc.at}.${at}.11/32`]);
  const cidrs = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "198.19.0.0/24",
    ...vpcs.map(({ cidr }) => cidr),
    ...subnets.map(({ cidr }) => cidr),
    ...addresses,
  ];
  for (const vpc of vpcs) {
    const hasGateway = !draw.chance(30);
    if (hasGateway) networks.internetGateway(`igw-${vpc.id}`, vpc.id);
    else if (draw.chance(30)) networks.internetGateway(`igw-${vpc.id}`, undefined);
    const mine = subnets.filter((subnet) => subnet.vpc === vpc);
    const isThrough = hasAppliances && draw.chance(60);
    const names = [`${vpc.id}-sg0`, `${vpc.id}-sg1`, `${vpc.id}-sg2`];
    const allNames = vpcs.flatMap(({ id }) => [0, 1, 2].map((at) => `${id}-sg${at}`));
    for (const name of names) networks.group(name, vpc.id, ...groupRules(draw, cidrs, hasAppliances ? [] : allNames));
    networks.acl(`${vpc.id}-acl1`, vpc.id, ...aclEntries(draw, cidrs));
    networks.acl(`${vpc.id}-acl2`, vpc.id, ...aclEntries(draw, cidrs));
    const nat = draw.chance(60) ? mine[0] : undefined;
    const appliance = isThrough ? mine.at(-1) : undefined;
    for (const subnet of mine) {
      const routes: Record<string, RouteTarget> = {};
      if (draw.chance(90))
        routes["0.0.0.0/0"] =
          nat !== undefined && subnet !== nat && draw.chance(60)
            ? { kind: "natGateway", id: `nat-${vpc.id}` }
            : draw.chance(10)
              ? { kind: "blackhole" }
              : { kind: "internetGateway", id: `igw-${vpc.id}` };
      if (routes["0.0.0.0/0"]?.kind === "internetGateway" && !hasGateway) delete routes["0.0.0.0/0"];
      for (const peer of vpcs) {
        const near = peerings.find(({ one, other }) => [one, other].includes(vpc.id) && [one, other].includes(peer.id));
        const any = near ?? peerings.find(({ one, other }) => [one, other].includes(vpc.id));
        if (peer === vpc || any === undefined || draw.chance(20)) continue;
        // Towards a VPC that is two connections away: a route that AWS lets one make, and that leads nowhere.
        const isForwarded = isAsymmetric && appliance !== undefined && subnet !== appliance && draw.chance(30);
        routes[draw.chance(25) ? `10.${peer.at}.0.0/24` : peer.cidr] = isForwarded
          ? { kind: "interface", id: `appliance-${vpc.id}` }
          : { kind: "peering", id: any.id };
      }
      if (appliance !== undefined && subnet !== appliance)
        for (const other of mine)
          if (other !== appliance && other !== subnet && !(isAsymmetric && draw.chance(40)))
            routes[other.cidr] = { kind: "interface", id: `appliance-${vpc.id}` };
      networks.table(`${subnet.id}-rt`, vpc.id, routes);
      const acl = draw.of(`${vpc.id}-acl`, `${vpc.id}-acl`, `${vpc.id}-acl1`, `${vpc.id}-acl2`);
      networks.subnet(subnet.id, vpc.id, subnet.cidr, { table: `${subnet.id}-rt`, acl, zone: draw.of("a", "b") });
      for (let host = 0; host < 1 + draw.below(2); host++) {
        const groups = [...new Set([draw.from(names, ""), draw.from(names, "")])];
        const isPublic = hasGateway && draw.chance(40);
        networks.interface(`${subnet.id}h${host}`, subnet.id, `10.${vpc.at}.${subnet.at}.${10 + host}`, groups, {
          ...(isPublic ? { isPublic, publicAddress: `198.18.${vpc.at}.${subnet.at * 16 + host + 1}` } : {}),
        });
      }
    }
    if (nat !== undefined)
      networks.natGateway(`nat-${vpc.id}`, nat.id, `10.${vpc.at}.0.100`, hasGateway ? `198.18.${vpc.at}.100` : undefined);
    if (appliance !== undefined)
      networks.interface(`appliance-${vpc.id}`, appliance.id, `10.${vpc.at}.${appliance.at}.200`, [draw.from(names, "")], {
        sourceDestCheck: draw.chance(15),
      });
  }
  return networks.environment();
}

function groupRules(draw: Draw, cidrs: readonly string[], groups: readonly string[]): GroupRule[] {
  const peers = [...cidrs, ...groups, ...groups, ...cidrs.slice(0, 2), ...cidrs.slice(0, 2)];
  const one = (way: "in" | "out"): GroupRule =>
    rule(way, draw.chance(40) ? everything : draw.from(traffics, everything), draw.from(peers, "0.0.0.0/0"));
  return [
    ...Array.from({ length: 1 + draw.below(4) }, () => one("in")),
    ...(draw.chance(40) ? Array.from({ length: 1 + draw.below(3) }, () => one("out")) : [outAll]),
  ];
}

function aclEntries(draw: Draw, cidrs: readonly string[]): AclEntry[] {
  const some = (way: "in" | "out"): AclEntry[] =>
    Array.from({ length: draw.below(4) }, (_, at) =>
      draw.of(allow, deny)(way, (at + 1) * 10, draw.from(traffics, everything), draw.from(cidrs, "0.0.0.0/0")),
    );
  const last = (way: "in" | "out"): AclEntry[] =>
    draw.chance(70) ? [allow(way, 1000)] : [allow(way, 1000, tcp(1024, 65535)), allow(way, 1010, ping)];
  return [...some("in"), ...last("in"), ...some("out"), ...last("out")];
}

/** Every packet worth sending: each host to each other one, to the internet and from it. */
export function packetsFor(environment: Environment): Query[] {
  const hosts = [...environment.interfaces.values()].map(({ id }): Query["from"] => ({ kind: "interface", id }));
  const ends: readonly Query["from"][] = [{ kind: "internet", address: internetHost }, ...hosts];
  return ends.flatMap((from) =>
    ends.flatMap((to) => (from === to || isGateway(environment, from) ? [] : headers.map((header) => ({ from, to, ...header })))),
  );
}

/** Nothing begins at a NAT gateway. */
const isGateway = (environment: Environment, end: Query["from"]): boolean =>
  end.kind === "interface" && environment.interfaces.get(end.id)?.owner.kind === "natGateway";
