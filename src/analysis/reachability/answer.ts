import type { NodeId, SourcePlace } from "../../environment/node.js";

/** Where a connection begins or ends. */
export type End =
  /** Any address of the internet, or one of it. */
  | { readonly kind: "internet"; readonly address?: string }
  | { readonly kind: "interface"; readonly id: NodeId }
  /** A private address: whoever has it. */
  | { readonly kind: "address"; readonly address: string }
  /** The service behind a gateway endpoint; nothing begins there. */
  | { readonly kind: "endpoint"; readonly id: NodeId };

export interface Query {
  readonly from: End;
  readonly to: End;
  /** IANA's number: 6 is TCP, 17 UDP, 1 ICMP. */
  readonly protocol: number;
  /** Destination port of TCP and UDP. */
  readonly port?: number;
  /** Of ICMP; an echo request (8, 0) where nothing is said. */
  readonly icmp?: readonly [type: number, code: number];
}

export type Reach = "reachable" | "blocked" | "unknown";

/** One thing that a packet, or its answer, meets on its way. */
export interface Hop {
  readonly step:
    | "interface"
    | "group"
    | "acl"
    | "route"
    | "gateway"
    | "nat"
    | "peering"
    | "endpoint"
    | "listener"
    | "target"
    | "address";
  /** On the way there, or of the answer back. */
  readonly way: "there" | "back";
  readonly at: { readonly id: NodeId; readonly name: string };
  readonly outcome: "passes" | "stops" | "unknown";
  /** Which rule, route or entry decided, and why. */
  readonly why: string;
  readonly place?: SourcePlace;
}

/** Can the connection be opened, hop by hop, to the first thing that stops it. */
export interface Answer {
  readonly reach: Reach;
  readonly hops: readonly Hop[];
  /** What would open it, where it is blocked. */
  readonly opens?: string;
}

/** A set of destination ports of one protocol; a protocol without ports has none. Sorted, disjoint, not adjacent. */
export interface OpenPorts {
  /** `others`: every protocol that no rule names. */
  readonly protocol: number | "all" | "others";
  readonly ports?: readonly (readonly [from: number, to: number])[];
  /** Of ICMP, where it is not all of it; -1 is every type, or code, that no rule names. */
  readonly icmp?: readonly (readonly [type: number, code: number])[];
}

/** What can be opened between two ends: surely, and perhaps. */
export interface Opening {
  readonly open: readonly OpenPorts[];
  readonly unknown: readonly OpenPorts[];
}

/** Ends that nothing of the environment tells apart, but for their addresses. */
export interface EndClass {
  /** e.g. `front / web-sg`, `internet`, `internet 203.0.113.0/24`. */
  readonly name: string;
  /** Of its interfaces; none: a part of the internet. */
  readonly members: readonly NodeId[];
  /** Of the internet: one of its addresses. */
  readonly address?: string;
}

/** All pairs of ends, by class: what holds for two classes holds for each pair of their members that are not the same. */
export interface Matrix {
  readonly classes: readonly EndClass[];
  /** Between two classes, by their numbers in `classes`. */
  opening(from: number, to: number): Opening;
}
