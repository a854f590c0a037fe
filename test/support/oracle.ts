import type { Environment } from "../../src/environment/environment.js";
import type { NetworkInterface, Peer, RouteTarget, Subnet, Traffic } from "../../src/environment/network.js";

/**
 * The slow judge: it moves one packet at a time through an environment of which everything is known, remembers connections as each
 * interface does, and asks whether some answer comes back to the client from where it called. It shares nothing with the
 * analysis but the graph, and has no idea of sets, classes or unknowns.
 */
export interface Call {
  readonly from: string | { readonly internet: string };
  readonly to: string | { readonly internet: string };
  readonly protocol: number;
  readonly port?: number;
  readonly icmp?: readonly [type: number, code: number];
}

interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly sourcePort: number;
  /** Of ICMP: the type. */
  readonly port: number;
  readonly code: number;
}

/** Is there a port of the client, and one of the translator, with which the connection opens? */
export function opens(environment: Environment, call: Call): boolean {
  // The ends of what clients and translators use: no generated rule parts them.
  const ports = [32768, 60999];
  const translated = [1024, 65535];
  if (call.protocol !== 6 && call.protocol !== 17) return new World(environment, 0).opens(call, 0);
  return ports.some((port) => translated.some((other) => new World(environment, other).opens(call, port)));
}

class World {
  private readonly connections = new Map<string, Set<string>>();
  private readonly translations: { readonly gateway: string; readonly inside: Packet; readonly outside: Packet }[] = [];

  constructor(
    private readonly environment: Environment,
    private readonly translatorPort: number,
  ) {}

  opens(call: Call, sourcePort: number): boolean {
    const from = typeof call.from === "string" ? this.interface(call.from) : undefined;
    const to = typeof call.to === "string" ? this.interface(call.to) : undefined;
    const source = from === undefined ? internetAddress(call.from) : String(from.address);
    let destination = to === undefined ? internetAddress(call.to) : String(to.address);
    // From outside it is called by its public address.
    if (from === undefined && to !== undefined) {
      if (to.publicAddress === undefined) return false;
      destination = String(to.publicAddress);
    }
    const [type, code] = call.icmp ?? [8, 0];
    const port = call.protocol === 1 ? type : (call.port ?? 0);
    const packet = { source, destination, protocol: call.protocol, sourcePort, port, code: call.protocol === 1 ? code : 0 };
    const arrived = from === undefined ? this.fromInternet(packet) : this.send(from, packet, 0);
    if (arrived === undefined) return false;
    if (to === undefined ? arrived.at !== "internet" : arrived.at !== to.id) return false;
    if (call.protocol === 1 && type !== 8) return true;
    const answer = {
      source: arrived.packet.destination,
      destination: arrived.packet.source,
      protocol: packet.protocol,
      sourcePort: arrived.packet.port,
      port: call.protocol === 1 ? 0 : arrived.packet.sourcePort,
      code: 0,
    };
    const back = arrived.at === "internet" ? this.fromInternet(answer) : this.send(this.interface(arrived.at), answer, 0);
    if (back === undefined) return false;
    // The client takes it for the answer only if it bears the addresses that it called with.
    return back.at === (from?.id ?? "internet") && back.packet.source === destination && back.packet.destination === source;
  }

  private interface(id: string): NetworkInterface {
    const nic = this.environment.interfaces.get(id);
    if (nic === undefined) throw new Error(`no interface ${id}`);
    return nic;
  }

  private fromInternet(packet: Packet): { at: string; packet: Packet } | undefined {
    const nic = [...this.environment.interfaces.values()].find(({ publicAddress }) => publicAddress === packet.destination);
    if (nic === undefined) return undefined;
    const vpc = this.subnetOf(nic).vpc;
    const isAttached = [...this.environment.internetGateways.values()].some((gateway) => gateway.vpc === vpc);
    return isAttached ? this.into(nic, undefined, { ...packet, destination: String(nic.address) }, 0) : undefined;
  }

  /** Leaves an interface, as its own or forwarded. */
  private send(nic: NetworkInterface, packet: Packet, hops: number): { at: string; packet: Packet } | undefined {
    if (hops > 16 || !this.groupsAdmit(nic, "egress", packet)) return undefined;
    const subnet = this.subnetOf(nic);
    const owner = this.owner(String(subnet.vpc), packet.destination);
    if (owner !== undefined && this.subnetOf(owner).id === subnet.id) return this.into(owner, subnet, packet, hops);
    const target = this.routeFor(subnet, packet.destination);
    if (target === undefined || target.kind === "blackhole") return undefined;
    switch (target.kind) {
      case "local":
        return owner !== undefined && this.aclAdmits(subnet, "egress", packet)
          ? this.into(owner, subnet, packet, hops)
          : undefined;
      case "internetGateway":
        return this.aclAdmits(subnet, "egress", packet) ? this.outside(subnet, target.id, packet) : undefined;
      case "peering":
        return this.aclAdmits(subnet, "egress", packet) ? this.over(subnet, target.id, packet, hops) : undefined;
      case "natGateway":
        return this.translate(nic, subnet, target.id, packet, hops);
      case "interface":
        return this.forward(nic, subnet, this.interface(target.id), packet, hops);
      default:
        return undefined;
    }
  }

  private outside(subnet: Subnet, id: string, packet: Packet): { at: string; packet: Packet } | undefined {
    const owner = this.owner(String(subnet.vpc), packet.source);
    if (this.environment.internetGateways.get(id)?.vpc !== subnet.vpc || owner?.publicAddress === undefined) return undefined;
    if (isPrivate(packet.destination)) return undefined;
    return { at: "internet", packet: { ...packet, source: String(owner.publicAddress) } };
  }

  private over(subnet: Subnet, id: string, packet: Packet, hops: number): { at: string; packet: Packet } | undefined {
    const peering = this.environment.peerings.get(id);
    if (peering?.active !== true) return undefined;
    const [a, b] = [String(peering.requester), String(peering.accepter)];
    const here = String(subnet.vpc);
    const there = here === a ? b : here === b ? a : undefined;
    if (there === undefined || this.owner(here, packet.source) === undefined) return undefined;
    if (this.shareAddresses(here, there)) return undefined;
    const owner = this.owner(there, packet.destination);
    return owner === undefined ? undefined : this.into(owner, undefined, packet, hops);
  }

  /** Of two blocks that share an address, one begins within the other. */
  private shareAddresses(one: string, other: string): boolean {
    const [ones, others] = [one, other].map((id) => (this.environment.vpcs.get(id)?.cidrs ?? []).map(String));
    const firstOf = (cidr: string): string => String(cidr.split("/")[0]);
    return (ones ?? []).some((a) => (others ?? []).some((b) => isInside(firstOf(a), b) || isInside(firstOf(b), a)));
  }

  private translate(
    nic: NetworkInterface,
    subnet: Subnet,
    id: string,
    packet: Packet,
    hops: number,
  ): { at: string; packet: Packet } | undefined {
    const gateway = [...this.environment.interfaces.values()].find(({ owner }) => owner.kind === "natGateway" && owner.id === id);
    if (gateway === undefined || gateway.id === nic.id || ![1, 6, 17].includes(packet.protocol)) return undefined;
    const near = this.subnetOf(gateway);
    if (near.vpc !== subnet.vpc) return undefined;
    if (near.id !== subnet.id && !(this.aclAdmits(subnet, "egress", packet) && this.aclAdmits(near, "ingress", packet)))
      return undefined;
    const outside = { ...packet, source: String(gateway.address), sourcePort: packet.protocol === 1 ? 0 : this.translatorPort };
    this.translations.push({ gateway: gateway.id, inside: packet, outside });
    return this.send(gateway, outside, hops + 1);
  }

  private forward(
    from: NetworkInterface,
    subnet: Subnet,
    to: NetworkInterface,
    packet: Packet,
    hops: number,
  ): { at: string; packet: Packet } | undefined {
    const near = this.subnetOf(to);
    if (near.vpc !== subnet.vpc || to.id === from.id) return undefined;
    if (near.id !== subnet.id && !this.aclAdmits(subnet, "egress", packet)) return undefined;
    if (to.address === packet.destination) return this.into(to, subnet, packet, hops);
    if (near.id !== subnet.id && !this.aclAdmits(near, "ingress", packet)) return undefined;
    if (to.sourceDestCheck !== false || !this.groupsAdmit(to, "ingress", packet)) return undefined;
    return this.send(to, packet, hops + 1);
  }

  private into(
    nic: NetworkInterface,
    from: Subnet | undefined,
    packet: Packet,
    hops: number,
  ): { at: string; packet: Packet } | undefined {
    const subnet = this.subnetOf(nic);
    if (subnet.id !== from?.id && !this.aclAdmits(subnet, "ingress", packet)) return undefined;
    if (nic.owner.kind === "natGateway") {
      const known = this.translations.find(
        ({ gateway, outside }) =>
          gateway === nic.id &&
          outside.protocol === packet.protocol &&
          outside.destination === packet.source &&
          (packet.protocol === 1 || outside.sourcePort === packet.port),
      );
      if (known === undefined) return undefined;
      const port = packet.protocol === 1 ? packet.port : known.inside.sourcePort;
      return this.send(nic, { ...packet, destination: known.inside.source, port }, hops + 1);
    }
    return this.groupsAdmit(nic, "ingress", packet) ? { at: nic.id, packet } : undefined;
  }

  /** A connection that an interface has let through once, it lets through both ways. */
  private groupsAdmit(nic: NetworkInterface, direction: "ingress" | "egress", packet: Packet): boolean {
    if (!nic.filtered) return true;
    const known = this.connections.get(nic.id) ?? new Set();
    this.connections.set(nic.id, known);
    const isIcmp = packet.protocol === 1;
    const [near, far] = isIcmp ? ["", ""] : [packet.sourcePort, packet.port];
    if (known.has(`${packet.protocol} ${packet.destination} ${far} ${packet.source} ${near}`) && (!isIcmp || packet.port === 0))
      return true;
    const peer = direction === "ingress" ? packet.source : packet.destination;
    const vpc = String(this.subnetOf(nic).vpc);
    const admits = nic.groups.some((id) =>
      (this.environment.securityGroups.get(String(id))?.rules ?? []).some(
        (rule) =>
          rule.direction === direction && isAbout(rule.traffic as Traffic, packet) && this.isPeer(rule.peer as Peer, peer, vpc),
      ),
    );
    if (admits) known.add(`${packet.protocol} ${packet.source} ${near} ${packet.destination} ${far}`);
    return admits;
  }

  private isPeer(peer: Peer, address: string, vpc: string): boolean {
    if (peer.kind === "cidr") return isInside(address, peer.cidr);
    if (peer.kind !== "group") return false;
    const peered = [...this.environment.peerings.values()].flatMap(({ requester, accepter }) =>
      requester === vpc ? [String(accepter)] : accepter === vpc ? [String(requester)] : [],
    );
    return [vpc, ...peered].some((each) => this.owner(each, address)?.groups.includes(peer.group) ?? false);
  }

  private aclAdmits(subnet: Subnet, direction: "ingress" | "egress", packet: Packet): boolean {
    const other = direction === "ingress" ? packet.source : packet.destination;
    const entries = (this.environment.acls.get(String(subnet.acl))?.entries ?? [])
      .filter((entry) => entry.direction === direction)
      .sort((a, b) => Number(a.number) - Number(b.number));
    const first = entries.find((entry) => isInside(other, String(entry.cidr)) && isAbout(entry.traffic as Traffic, packet));
    return first?.action === "allow";
  }

  private routeFor(subnet: Subnet, address: string): RouteTarget | undefined {
    let best: { readonly length: number; readonly target: RouteTarget } | undefined;
    for (const route of this.environment.routeTables.get(String(subnet.routeTable))?.routes ?? []) {
      const cidr = (route.destination as { readonly cidr: string }).cidr;
      const length = Number(cidr.split("/")[1]);
      if (isInside(address, cidr) && (best === undefined || length > best.length))
        best = { length, target: route.target as RouteTarget };
    }
    return best?.target;
  }

  private subnetOf(nic: NetworkInterface): Subnet {
    const subnet = this.environment.subnets.get(nic.subnets[0] ?? "");
    if (subnet === undefined) throw new Error(`${nic.id} is in no subnet`);
    return subnet;
  }

  private owner(vpc: string, address: string): NetworkInterface | undefined {
    return [...this.environment.interfaces.values()].find((nic) => nic.address === address && this.subnetOf(nic).vpc === vpc);
  }
}

const internetAddress = (end: Call["from"]): string => (typeof end === "string" ? end : end.internet);

const bits = (address: string): string =>
  address
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");

function isInside(address: string, cidr: string): boolean {
  const [base = "", length] = cidr.split("/");
  return bits(address).slice(0, Number(length)) === bits(base).slice(0, Number(length));
}

const isPrivate = (address: string): boolean =>
  ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].some((cidr) => isInside(address, cidr));

function isAbout({ protocol, ports, icmp }: Traffic, packet: Packet): boolean {
  if (protocol === "all") return true;
  if (protocol !== packet.protocol) return false;
  if (protocol === 1)
    return icmp === undefined || icmp[0] < 0 || (icmp[0] === packet.port && (icmp[1] < 0 || icmp[1] === packet.code));
  return ports === undefined || (packet.port >= ports[0] && packet.port <= ports[1]);
}
