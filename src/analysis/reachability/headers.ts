import type { Traffic } from "../../environment/network.js";
import type { OpenPorts } from "./answer.js";
import { atomsOf, icmp, isAbout, joined, portTable, tcp, udp, type Atom } from "./atoms.js";
import { Pairs } from "./pairs.js";

/** A set of headers, by the number it is known by in its space: equal sets have equal numbers. */
export type HeaderSet = number;

/** A header as filters see it: protocol, and destination port or ICMP type and code. */
export interface Header {
  readonly protocol: number;
  readonly port?: number;
  readonly icmp?: readonly [type: number, code: number];
}

/**
 * All headers, cut into the fewest pieces ("atoms") that every rule of an environment holds wholly or not at all, after Yang and Lam,
 * "Real-time Verification of Network Properties using Atomic Predicates" (ICNP 2013). A set is a bit for each atom; each distinct set is
 * kept once and operations are remembered, so that most of them are a look-up.
 */
export class HeaderSpace {
  private readonly atoms: readonly Atom[];
  private readonly words: number;
  private readonly empty: Uint32Array;
  private readonly sets: Uint32Array[] = [];
  private readonly numbers = new Map<number, readonly HeaderSet[]>();
  private readonly both = new Pairs();
  private readonly either = new Pairs();
  private readonly without = new Pairs();
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
    this.empty = new Uint32Array(this.words);
    this.none = this.numberOf(this.empty);
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

  private remembered(memory: Pairs, a: HeaderSet, b: HeaderSet, operation: (x: number, y: number) => number): HeaderSet {
    const known = memory.get(a, b);
    if (known !== undefined) return known;
    const [left = this.empty, right = this.empty] = [this.sets[a], this.sets[b]];
    const bits = new Uint32Array(this.words);
    for (let at = 0; at < this.words; at++) bits[at] = operation(left[at] ?? 0, right[at] ?? 0);
    const set = this.numberOf(bits);
    memory.set(a, b, set);
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
