import type { Environment } from "../../environment/environment.js";
import { isKnown } from "../../environment/maybe.js";
import type { Traffic } from "../../environment/network.js";
import { clientPorts, translatorPorts } from "./steps.js";

export const icmp = 1;
export const tcp = 6;
export const udp = 17;

/** What no rule of the environment tells apart: a stretch of ports, one kind of ICMP message, one protocol, or all other ones. */
export type Atom =
  | { readonly kind: "ports"; readonly protocol: number; readonly from: number; readonly to: number }
  /** -1: every type, or code, that no rule names. */
  | { readonly kind: "icmp"; readonly type: number; readonly code: number }
  | { readonly kind: "protocol"; readonly protocol: number | "others" };

/** Every traffic that a rule of the environment names. */
export function* trafficsOf(environment: Environment): Generator<Traffic> {
  for (const group of environment.securityGroups.values())
    for (const { traffic } of group.rules) if (isKnown(traffic)) yield traffic;
  for (const acl of environment.acls.values()) for (const { traffic } of acl.entries) if (isKnown(traffic)) yield traffic;
}

/** Answers are looked at by the ports that clients have. */
const clientCuts = [clientPorts, translatorPorts].flatMap(([from, to]) => [from, to + 1]);

export function atomsOf(traffics: Iterable<Traffic>, ports: readonly number[]): Atom[] {
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

export function portTable(atoms: readonly Atom[], protocol: number): Int32Array {
  const table = new Int32Array(65536);
  for (const [at, atom] of atoms.entries())
    if (atom.kind === "ports" && atom.protocol === protocol) table.fill(at, atom.from, atom.to + 1);
  return table;
}

export function isAbout(traffic: Traffic, atom: Atom): boolean {
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
export function joined(stretches: readonly { readonly from: number; readonly to: number }[]): [number, number][] {
  const found: [number, number][] = [];
  for (const { from, to } of stretches) {
    const last = found.at(-1);
    if (last !== undefined && last[1] + 1 === from) last[1] = to;
    else found.push([from, to]);
  }
  return found;
}
