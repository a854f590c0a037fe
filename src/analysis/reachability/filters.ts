import { parseBlock, type Block } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown, type Maybe } from "../../environment/maybe.js";
import type { AclEntry, GroupRule, NetworkAcl, NetworkInterface, Peer } from "../../environment/network.js";
import type { NodeId } from "../../environment/node.js";
import type { HeaderSet, HeaderSpace } from "./headers.js";
import { within, type Spot, type Within } from "./places.js";

/** Headers that surely pass, and those that perhaps do (which the sure ones are part of). */
export interface Passing {
  readonly sure: HeaderSet;
  readonly may: HeaderSet;
}

/** A rule of a group, read: `set` is all headers where its traffic is not known, which is not sure then. */
export interface ReadRule {
  readonly rule: GroupRule;
  readonly set: HeaderSet;
  readonly isSure: boolean;
  readonly blocks: readonly Block[];
}

export interface ReadEntry {
  readonly entry: AclEntry;
  readonly set: HeaderSet;
  readonly isSure: boolean;
  readonly block: Block | undefined;
}

type Direction = "ingress" | "egress";

/** What security groups and network ACLs let through, as sets of headers. */
export class Filters {
  private readonly rules = new Map<string, readonly ReadRule[]>();
  private readonly entries = new Map<string, readonly ReadEntry[]>();
  private readonly passings = {
    ingress: new Map<NetworkAcl, WeakMap<Spot, Passing>>(),
    egress: new Map<NetworkAcl, WeakMap<Spot, Passing>>(),
  };
  readonly none: Passing;
  readonly all: Passing;
  readonly unknown: Passing;

  constructor(
    private readonly environment: Environment,
    readonly space: HeaderSpace,
  ) {
    this.none = { sure: space.none, may: space.none };
    this.all = { sure: space.all, may: space.all };
    this.unknown = { sure: space.none, may: space.all };
  }

  /** `isNamed`: whether rules that name the peer's group hold for it. */
  ofInterface(nic: NetworkInterface, direction: Direction, peer: Spot, isNamed: boolean): Passing {
    if (!nic.filtered) return this.all;
    let [sure, may] = [this.space.none, this.space.none];
    for (const id of nic.groups) {
      const one = this.ofGroup(id, direction, peer, isNamed);
      sure = this.space.union(sure, one.sure);
      may = this.space.union(may, one.may);
    }
    return { sure, may };
  }

  /** What rules that name one of these groups let in. */
  ofMembers(nic: NetworkInterface, groups: readonly Maybe<NodeId>[]): Passing {
    let [sure, may] = [this.space.none, this.space.none];
    for (const id of nic.groups)
      for (const read of isKnown(id) ? this.rulesOf(id, "ingress") : []) {
        const { peer } = read.rule;
        if (isUnknown(peer) || peer.kind !== "group" || isUnknown(peer.group) || !groups.includes(peer.group)) continue;
        may = this.space.union(may, read.set);
        if (read.isSure) sure = this.space.union(sure, read.set);
      }
    return { sure, may };
  }

  ofGroup(id: Maybe<NodeId>, direction: Direction, peer: Spot, isNamed: boolean): Passing {
    const group = isKnown(id) ? this.environment.securityGroups.get(id) : undefined;
    // A group that is not known, or of another stack, may let anything through.
    if (group === undefined) return this.unknown;
    let [sure, may] = [this.space.none, this.space.none];
    for (const read of this.rulesOf(group.id, direction)) {
      const is = matches(read, peer, isNamed);
      if (is === "no") continue;
      may = this.space.union(may, read.set);
      if (is === "yes" && read.isSure) sure = this.space.union(sure, read.set);
    }
    return { sure, may };
  }

  rulesOf(groupId: NodeId, direction: Direction): readonly ReadRule[] {
    const key = `${direction} ${groupId}`;
    const known = this.rules.get(key);
    if (known !== undefined) return known;
    const group = this.environment.securityGroups.get(groupId);
    const rules = group?.rules ?? [];
    const isThere = group?.presence === undefined;
    const read = rules.flatMap((rule): ReadRule[] => {
      if (rule.direction !== direction) return [];
      const isSure = isKnown(rule.traffic);
      const set = isUnknown(rule.traffic) ? this.space.all : this.space.ofTraffic(rule.traffic);
      return [{ rule, set, isSure: isSure && isThere, blocks: isKnown(rule.peer) ? blocksOf(rule.peer) : [] }];
    });
    this.rules.set(key, read);
    return read;
  }

  ofAcl(acl: NetworkAcl | undefined, direction: Direction, peer: Spot): Passing {
    if (acl === undefined || acl.presence !== undefined) return this.unknown;
    const ofDirection = this.passings[direction];
    let memory = ofDirection.get(acl);
    if (memory === undefined) {
      memory = new WeakMap<Spot, Passing>();
      ofDirection.set(acl, memory);
    }
    const known = memory.get(peer);
    if (known !== undefined) return known;
    const passing = this.decide(acl, direction, peer);
    memory.set(peer, passing);
    return passing;
  }

  /** The first entry that matches decides, the lowest number first; none that does: no. */
  private decide(acl: NetworkAcl, direction: Direction, peer: Spot): Passing {
    const { space } = this;
    // Headers that perhaps come to the entry that is looked at, and what may have become of those before.
    let [open, mayPass, mayStop] = [space.all, space.none, space.none];
    for (const { entry, set, isSure, block } of this.entriesOf(acl, direction)) {
      const is = isUnknown(entry.cidr) ? "perhaps" : block === undefined ? "no" : within(peer, block);
      if (is === "no") continue;
      const here = space.intersection(open, set);
      if (entry.action !== "deny") mayPass = space.union(mayPass, here);
      if (entry.action !== "allow") mayStop = space.union(mayStop, here);
      if (is === "yes" && isSure) open = space.difference(open, set);
      if (open === space.none) break;
    }
    return { sure: space.difference(space.all, space.union(mayStop, open)), may: mayPass };
  }

  /** In order. One whose number is not known stands first, where it perhaps decides, and last, where it surely does. */
  entriesOf(acl: NetworkAcl, direction: Direction): readonly ReadEntry[] {
    const key = `${direction} ${acl.id}`;
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const mine = acl.entries.filter((entry) => entry.direction === direction).map((entry) => this.readEntry(entry));
    const loose = mine.filter(({ entry }) => isUnknown(entry.number));
    const placed = mine
      .filter(({ entry }) => isKnown(entry.number))
      .toSorted((a, b) => Number(a.entry.number) - Number(b.entry.number));
    const read = [...loose.map((each) => ({ ...each, isSure: false })), ...placed, ...loose];
    this.entries.set(key, read);
    return read;
  }

  private readEntry(entry: AclEntry): ReadEntry {
    const isSure = isKnown(entry.traffic);
    const set = isUnknown(entry.traffic) ? this.space.all : this.space.ofTraffic(entry.traffic);
    return { entry, set, isSure, block: isKnown(entry.cidr) ? parseBlock(entry.cidr) : undefined };
  }
}

const blocksOf = (peer: Peer): Block[] => {
  const cidrs = peer.kind === "cidr" ? [peer.cidr] : peer.kind === "prefixList" && isKnown(peer.cidrs) ? peer.cidrs : [];
  return cidrs.flatMap((cidr) => parseBlock(cidr) ?? []);
};

/** Is the peer one that the rule is about? */
export function matches({ rule: { peer }, blocks }: ReadRule, spot: Spot, isNamed: boolean): Within {
  if (isUnknown(peer)) return "perhaps";
  switch (peer.kind) {
    case "ipv6":
      return "no";
    case "group":
      return isNamed ? isMember(spot, peer.group) : "no";
    case "cidr":
    case "prefixList": {
      if (peer.kind === "prefixList" && isUnknown(peer.cidrs)) return "perhaps";
      const found = blocks.map((block) => within(spot, block));
      return found.includes("yes") ? "yes" : found.includes("perhaps") ? "perhaps" : "no";
    }
  }
}

function isMember({ placed }: Spot, group: Extract<Peer, { kind: "group" }>["group"]): Within {
  if (placed === undefined || !placed.nic.filtered) return "no";
  if (isUnknown(group)) return "perhaps";
  if (placed.nic.groups.includes(group)) return "yes";
  return placed.nic.groups.some(isUnknown) ? "perhaps" : "no";
}
