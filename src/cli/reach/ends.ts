import { isAddress } from "../../addresses.js";
import type { End, Query } from "../../analysis/reachability/answer.js";
import type { Environment } from "../../environment/environment.js";
import type { NetworkInterface } from "../../environment/network.js";
import type { Node, NodeId } from "../../environment/node.js";
import { UserFault } from "../../faults.js";

/** One end of a question, as the user may call it. */
export interface NamedEnd {
  readonly end: End;
  readonly name: string;
}

/** What is asked for at the other end: protocol and port. */
export type Service = Pick<Query, "protocol" | "port">;

const protocols = { tcp: 6, udp: 17, icmp: 1 } as const;

/** `web:443`, `resolver:53/udp`, `web/icmp`. Throws `BadOption`. */
export function parseTarget(text: string): { readonly name: string; readonly service: Service } {
  const [, name = "", port, word = "tcp"] = /^(.*?)(?::(\d+))?(?:\/(tcp|udp|icmp))?$/.exec(text) ?? [];
  const protocol = word === "udp" || word === "icmp" ? protocols[word] : protocols.tcp;
  const wrong = (why: string): UserFault =>
    new UserFault("BadOption", { at: text, message: `${text}: ${why}`, fix: "write NAME:PORT, NAME:PORT/udp or NAME/icmp" });
  if (name === "") throw wrong("nothing is named");
  if (protocol === protocols.icmp) {
    if (port !== undefined) throw wrong("ICMP has no ports");
    return { name, service: { protocol } };
  }
  if (port === undefined) throw wrong("it has no port");
  if (Number(port) < 1 || Number(port) > 65_535) throw wrong("a port is a number from 1 to 65535");
  return { name, service: { protocol, port: Number(port) } };
}

export const serviceText = ({ protocol, port }: Service): string =>
  protocol === protocols.icmp ? "icmp" : `${port}/${protocol === protocols.udp ? "udp" : "tcp"}`;

/**
 * Who is meant by a name: `internet`, an IPv4 address, or a resource by its id, its Name tag or its id on AWS; a subnet means all that is in it,
 * a security group all that has it. Throws `NotFound`, `AmbiguousName`.
 */
export function findEnds(environment: Environment, text: string): readonly [NamedEnd, ...NamedEnd[]] {
  if (text === "internet") return [{ end: { kind: "internet" }, name: "internet" }];
  if (isAddress(text)) return [{ end: { kind: "address", address: text }, name: text }];
  const nodes = findNodes(environment, text);
  const ends = nodes.length === 1 && nodes[0] !== undefined ? endsOf(environment, nodes[0]) : [];
  const [first, ...rest] = ends;
  if (first !== undefined) return [first, ...rest];
  if (nodes.length > 1)
    throw new UserFault("AmbiguousName", {
      at: text,
      message: `${text} may be ${nodes.map(({ id, type }) => `${id} (${type})`).join(", ")}`,
      fix: "give one of these ids",
    });
  const [node] = nodes;
  throw new UserFault("NotFound", {
    at: text,
    message: node === undefined ? `nothing is called ${text}` : `${text} (${node.type}) has no network interface`,
    fix: `take ${listed(environment)}, an address, or \`internet\``,
  });
}

/** By id first, then by name; of several stacks also by the id without its stack. */
function findNodes(environment: Environment, text: string): readonly Node[] {
  const all = [...nodesWithEnds(environment)];
  const ways: readonly ((node: Node) => boolean)[] = [
    ({ id }) => id === text,
    ({ physicalId }) => physicalId === text,
    ({ name }) => name === text,
    ({ id }) => id.endsWith(`.${text}`),
  ];
  for (const way of ways) {
    const found = all.filter(way);
    if (found.length > 0) return found;
  }
  return [];
}

function* nodesWithEnds(environment: Environment): Generator<Node> {
  const owners = new Set([...environment.interfaces.values()].map(({ owner }) => owner.id));
  for (const kind of ["instances", "autoScalingGroups", "balancers", "databases", "databaseClusters", "natGateways"] as const)
    yield* environment[kind].values();
  for (const kind of ["subnets", "securityGroups", "gatewayEndpoints"] as const) yield* environment[kind].values();
  // An interface by its own name, unless that is the name of its owner.
  for (const nic of environment.interfaces.values()) if (!owners.has(nic.id)) yield nic;
}

function endsOf(environment: Environment, node: Node): readonly NamedEnd[] {
  if (environment.gatewayEndpoints.has(node.id)) return [{ end: { kind: "endpoint", id: node.id }, name: node.name }];
  const cluster = environment.databaseClusters.get(node.id);
  const belongs = (nic: NetworkInterface): boolean =>
    nic.id === node.id ||
    nic.owner.id === node.id ||
    (cluster?.members.includes(nic.owner.id) ?? false) ||
    (environment.subnets.has(node.id) && nic.subnets.includes(node.id)) ||
    (environment.securityGroups.has(node.id) && nic.groups.includes(node.id));
  const found = [...environment.interfaces.values()].filter(belongs);
  return found.map((nic) => ({ end: { kind: "interface", id: nic.id }, name: nameOf(environment, nic, found.length > 1) }));
}

/** The owner's name; with the interface's own where there are several. */
function nameOf(environment: Environment, nic: NetworkInterface, several: boolean): string {
  const owner = ownerOf(environment, nic.owner.id);
  if (owner === undefined) return nic.name;
  return several ? `${owner} (${nic.subnets.join(" or ") || nic.id})` : owner;
}

const ownerOf = (environment: Environment, id: NodeId): string | undefined =>
  (
    environment.instances.get(id) ??
    environment.autoScalingGroups.get(id) ??
    environment.balancers.get(id) ??
    environment.databases.get(id) ??
    environment.natGateways.get(id)
  )?.name;

function listed(environment: Environment): string {
  const names = [
    ...environment.instances.values(),
    ...environment.autoScalingGroups.values(),
    ...environment.balancers.values(),
    ...environment.databases.values(),
  ].map(({ name, id }) => (name === id ? id : `${name} (${id})`));
  const few = names.slice(0, 12).join(", ");
  return names.length === 0 ? "the id of an interface" : names.length > 12 ? `one of ${few} …` : `one of ${few}`;
}
