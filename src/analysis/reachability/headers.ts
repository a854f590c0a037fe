import type { Environment } from "../../environment/environment.js";
import { isKnown } from "../../environment/maybe.js";
import type { Traffic } from "../../environment/network.js";
import type { OpenPorts } from "./answer.js";
import { clientPorts, translatorPorts } from "./steps.js";

export const icmp = 1;
export const tcp = 6;
export const udp = 17;

/** A set of headers, by the number it is known by in its space: equal sets have equal numbers. */
export type HeaderSet = number;

/** A header as filters see it: protocol, and destination port or ICMP type and code. */
export interface Header {
  readonly protocol: number;
  readonly port?: number;
  readonly icmp?: readonly [type: number, code: number];
}

/** What no rule of the environment tells apart: a stretch of ports, one kind of ICMP message, one protocol, or all other ones. */
type Atom =
  | { readonly kind: "ports"; readonly protocol: number; readonly from: number; readonly to: number }
  /** -1: every type, or code, that no rule names. */
  | { readonly kind: "icmp"; readonly type: number; readonly code: number }
  | { readonly kind: "protocol"; readonly protocol: number | "others" };

/**
 * All headers, cut into the fewest pieces ("atoms") that every rule of an environment holds wholly or not at all, after Yang and Lam,
 * "Real-time Verification of Network Properties using Atomic Predicates" (ICNP 2013). A set is a bit for each atom; each distinct set is
 * kept once and operations are remembered, so that most of them are a look-up.
 */
export class HeaderSpace {
  private readonly atoms: readonly Atom[];
  private readonly words: number;
  private readonly sets: Uint32Array[] = [];
  private readonly numbers = new Map<number, readonly HeaderSet[]>();
  private readonly both = new Map<number, HeaderSet>();
  private readonly either = new Map<number, HeaderSet>();
  private readonly without = new Map<number, HeaderSet>();
  private readonly ofTrafficText = new Map<string, HeaderSet>();
  private readonly clientPorts = new Map<number, HeaderSet>();
  private readonly answered = new Map<number, Map<HeaderSet, HeaderSet>>();
  private readonly oneWay: HeaderSet;
  private readonly atomOfPort = new Map<number, Int32Array>();
  readonly none: HeaderSet;
  readonly all: HeaderSet;

  constructor(traffics: Iterable<Traffic>, ports: readonly number[]) {
    this.atoms = atomsOf(traffics, ports);
    this.words = Math.ceil(this.atoms.length / 32);
    for (const protocol of [tcp, udp]) this.atomOfPort.set(protocol, portTable(this.atoms, protocol));
    this.none = this.numberOf(new Uint32Array(this.words));
    this.all = this.where(() => true);
    const request = this.atomOf({ protocol: icmp, icmp: [8, 0] });
    this.oneWay = this.where((atom, at) => atom.kind === "icmp" && at !== request);
  }

  /** The set of the headers that a rule is about. */
  ofTraffic(traffic: Traffic): HeaderSet {
    const text = `${traffic.protocol} ${traffic.ports?.join("-")} ${traffic.icmp?.join(".")}`;
    const known = this.ofTrafficText.get(text);
    if (known !== undefined) return known;
    const set = this.where((atom) => isAbout(traffic, atom));
    this.ofTrafficText.set(text, set);
    return set;
  }

  ofProtocols(...protocols: readonly number[]): HeaderSet {
    return protocols.map((protocol) => this.ofTraffic({ protocol })).reduce((a, b) => this.union(a, b), this.none);
  }

  /** Number of the atom that a header is of. */
  atomOf(header: Header): number {
    const table = this.atomOfPort.get(header.protocol);
    if (table !== undefined) return table[header.port ?? 0] ?? 0;
    if (header.protocol !== icmp) {
      const own = this.atoms.findIndex((atom) => atom.kind === "protocol" && atom.protocol === header.protocol);
      return own >= 0 ? own : this.atoms.length - 1;
    }
    const [type, code] = header.icmp ?? [8, 0];
    const find = (t: number, c: number): number =>
      this.atoms.findIndex((atom) => atom.kind === "icmp" && atom.type === t && atom.code === c);
    return [find(type, code), find(type, -1), find(-1, -1)].find((at) => at >= 0) ?? 0;
  }

  has(set: HeaderSet, atom: number): boolean {
    return (((this.sets[set]?.[atom >>> 5] ?? 0) >>> (atom & 31)) & 1) === 1;
  }

  intersection(a: HeaderSet, b: HeaderSet): HeaderSet {
    if (a === b || b === this.all) return a;
    if (a === this.all) return b;
    if (a === this.none || b === this.none) return this.none;
    return this.remembered(this.both, Math.min(a, b), Math.max(a, b), (x, y) => x & y);
  }

  union(a: HeaderSet, b: HeaderSet): HeaderSet {
    if (a === b || b === this.none) return a;
    if (a === this.none) return b;
    if (a === this.all || b === this.all) return this.all;
    return this.remembered(this.either, Math.min(a, b), Math.max(a, b), (x, y) => x | y);
  }

  difference(a: HeaderSet, b: HeaderSet): HeaderSet {
    if (a === b || a === this.none || b === this.all) return this.none;
    if (b === this.none) return a;
    return this.remembered(this.without, a, b, (x, y) => x & ~y);
  }

  /** Messages of ICMP that are told and done; only an echo request is answered. */
  get unanswered(): HeaderSet {
    return this.oneWay;
  }

  /** The headers of connections whose answers are among `answers`: those of TCP and UDP go to one of the client's ports. */
  answeredBy(answers: HeaderSet, range: readonly [number, number]): HeaderSet {
    const key = range[0] * 65536 + range[1];
    const memory = this.answered.get(key) ?? new Map<HeaderSet, HeaderSet>();
    this.answered.set(key, memory);
    const known = memory.get(answers) ?? this.answeredAt(answers, range);
    memory.set(answers, known);
    return known;
  }

  private answeredAt(answers: HeaderSet, [from, to]: readonly [number, number]): HeaderSet {
    const ports = this.intersection(answers, this.ofClientPorts(from, to));
    const answered = (protocol: number): boolean =>
      this.atoms.some((atom, at) => atom.kind === "ports" && atom.protocol === protocol && this.has(ports, at));
    const isAnswered = new Map([tcp, udp].map((protocol) => [protocol, answered(protocol)]));
    const echo = this.has(answers, this.atomOf({ protocol: icmp, icmp: [0, 0] }));
    const request = this.atomOf({ protocol: icmp, icmp: [8, 0] });
    return this.where((atom, at) => {
      if (atom.kind === "ports") return isAnswered.get(atom.protocol) ?? false;
      if (atom.kind === "icmp") return at !== request || echo;
      return this.has(answers, at);
    });
  }

  private ofClientPorts(from: number, to: number): HeaderSet {
    const key = from * 65536 + to;
    const known = this.clientPorts.get(key);
    if (known !== undefined) return known;
    const set = this.where((atom) => atom.kind !== "ports" || (atom.from >= from && atom.to <= to));
    this.clientPorts.set(key, set);
    return set;
  }

  /** The set in the words of an answer: stretches joined, protocols in order. */
  openPorts(set: HeaderSet): OpenPorts[] {
    if (set === this.all) return [{ protocol: "all" }];
    const inside = this.atoms.filter((_, at) => this.has(set, at));
    const messages = inside.flatMap((atom) => (atom.kind === "icmp" ? [[atom.type, atom.code] as const] : []));
    const everyMessage = this.atoms.every((atom) => atom.kind !== "icmp" || inside.includes(atom));
    return [
      ...(messages.length === 0 ? [] : [everyMessage ? { protocol: icmp } : { protocol: icmp, icmp: messages }]),
      ...[tcp, udp].flatMap((protocol) => {
        const ports = joined(inside.flatMap((atom) => (atom.kind === "ports" && atom.protocol === protocol ? [atom] : [])));
        return ports.length === 0 ? [] : [{ protocol, ports }];
      }),
      ...inside.flatMap((atom) => (atom.kind === "protocol" ? [{ protocol: atom.protocol }] : [])),
    ];
  }

  private where(is: (atom: Atom, at: number) => boolean): HeaderSet {
    const bits = new Uint32Array(this.words);
    for (const [at, atom] of this.atoms.entries()) if (is(atom, at)) bits[at >>> 5] = (bits[at >>> 5] ?? 0) | (1 << (at & 31));
    return this.numberOf(bits);
  }

  private remembered(
    memory: Map<number, HeaderSet>,
    a: HeaderSet,
    b: HeaderSet,
    operation: (x: number, y: number) => number,
  ): HeaderSet {
    const key = a * 2 ** 26 + b;
    const known = memory.get(key);
    if (known !== undefined) return known;
    const right = this.sets[b];
    const set = this.numberOf((this.sets[a] ?? new Uint32Array(this.words)).map((word, at) => operation(word, right?.[at] ?? 0)));
    memory.set(key, set);
    return set;
  }

  private numberOf(bits: Uint32Array): HeaderSet {
    const key = hashOf(bits);
    const alike = this.numbers.get(key) ?? [];
    for (const number of alike) if (isEqual(bits, this.sets[number])) return number;
    this.sets.push(bits);
    this.numbers.set(key, [...alike, this.sets.length - 1]);
    return this.sets.length - 1;
  }
}

/** FNV-1a, by words. */
function hashOf(bits: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (const word of bits) hash = Math.imul(hash ^ word, 0x01000193) ^ (hash >>> 15);
  return hash;
}

const isEqual = (a: Uint32Array, b: Uint32Array | undefined): boolean => b !== undefined && a.every((word, at) => word === b[at]);

/** Every traffic that a rule of the environment names. */
export function* trafficsOf(environment: Environment): Generator<Traffic> {
  for (const group of environment.securityGroups.values())
    for (const { traffic } of group.rules) if (isKnown(traffic)) yield traffic;
  for (const acl of environment.acls.values()) for (const { traffic } of acl.entries) if (isKnown(traffic)) yield traffic;
}

/** Answers are looked at by the ports that clients have. */
const clientCuts = [clientPorts, translatorPorts].flatMap(([from, to]) => [from, to + 1]);

function atomsOf(traffics: Iterable<Traffic>, ports: readonly number[]): Atom[] {
  const cuts = new Map([tcp, udp].map((protocol) => [protocol, new Set([0, ...clientCuts, ...ports])]));
  const messages = new Set(["8 0", "0 0", "8 -1", "0 -1"]);
  const protocols = new Set<number>();
  for (const { protocol, ports: stretch, icmp: message } of traffics) {
    const cut = protocol === "all" ? undefined : cuts.get(protocol);
    if (cut !== undefined) for (const port of stretch === undefined ? [] : [stretch[0], stretch[1] + 1]) cut.add(port);
    else if (protocol === icmp) {
      const [type, code] = message ?? [-1, -1];
      if (type >= 0) messages.add(`${type} -1`).add(`${type} ${Math.max(code, -1)}`);
    } else if (protocol !== "all") protocols.add(protocol);
  }
  return [
    ...[...messages].sort().map((text): Atom => {
      const [type = -1, code = -1] = text.split(" ").map(Number);
      return { kind: "icmp", type, code };
    }),
    { kind: "icmp", type: -1, code: -1 },
    ...[...cuts].flatMap(([protocol, found]) => {
      const sorted = [...found].filter((port) => port >= 0 && port <= 65535).sort((a, b) => a - b);
      return sorted.map((from, at): Atom => ({ kind: "ports", protocol, from, to: (sorted[at + 1] ?? 65536) - 1 }));
    }),
    ...[...protocols].sort((a, b) => a - b).map((protocol): Atom => ({ kind: "protocol", protocol })),
    { kind: "protocol", protocol: "others" },
  ];
}

function portTable(atoms: readonly Atom[], protocol: number): Int32Array {
  const table = new Int32Array(65536);
  for (const [at, atom] of atoms.entries())
    if (atom.kind === "ports" && atom.protocol === protocol) table.fill(at, atom.from, atom.to + 1);
  return table;
}

function isAbout(traffic: Traffic, atom: Atom): boolean {
  if (traffic.protocol === "all") return true;
  switch (atom.kind) {
    case "ports": {
      if (traffic.protocol !== atom.protocol) return false;
      const [from, to] = traffic.ports ?? [0, 65535];
      return atom.from >= from && atom.to <= to;
    }
    case "icmp": {
      const [type, code] = traffic.icmp ?? [-1, -1];
      return traffic.protocol === icmp && (type < 0 || (type === atom.type && (code < 0 || code === atom.code)));
    }
    case "protocol":
      return traffic.protocol === atom.protocol;
  }
}

/** Stretches in order; those that touch become one. */
function joined(stretches: readonly { readonly from: number; readonly to: number }[]): [number, number][] {
  const found: [number, number][] = [];
  for (const { from, to } of stretches) {
    const last = found.at(-1);
    if (last !== undefined && last[1] + 1 === from) last[1] = to;
    else found.push([from, to]);
  }
  return found;
}
