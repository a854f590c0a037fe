import type { Environment } from "../../environment/environment.js";
import { isKnown, isUnknown } from "../../environment/maybe.js";
import type { NodeId } from "../../environment/node.js";
import type { Classes, GroupList } from "./classes.js";
import type { Filters, ReadRule } from "./filters.js";
import type { Passings } from "./passings.js";

type Direction = "ingress" | "egress";

/** How the groups of one end, and of others towards it, let pass; `…Named`: where rules that name groups hold too. */
export interface GroupRow {
  /** Of each stretch of addresses. */
  readonly egress: Int32Array;
  /** Of those classes for which it is more than for others of their stretch. */
  readonly egressNamed: ReadonlyMap<number, number>;
  /** Of each list of groups. */
  readonly ingress: Int32Array;
  readonly ingressNamed: Int32Array;
}

/**
 * What the groups of one end let through of all other ends, a row at a time. Rules that name blocks depend on the stretch that the
 * peer's address is in, and are worked out once for each list of groups; rules that name a group touch its members alone.
 */
export class GroupTables {
  private readonly byBlock: {
    /** By the list that lets out: of each stretch. */
    readonly egress: readonly Int32Array[];
    /** By the stretch that it comes from: of each list that lets in. */
    readonly ingress: readonly Int32Array[];
  };
  /** Of a group: the classes of its members, and the lists that it is in. */
  private readonly members = new Map<NodeId, number[]>();
  private readonly listsOf = new Map<NodeId, number[]>();
  /** Ingress rules that name a group, by that group. */
  private readonly naming = new Map<NodeId, { readonly group: NodeId; readonly passing: number }[]>();
  /** Ingress rules that name a group which is not known, and groups that name any. */
  private readonly loose: { readonly group: NodeId; readonly passing: number }[] = [];
  private readonly namers: { readonly group: NodeId; readonly passing: number }[] = [];
  private readonly room: Int32Array;
  /** Classes with a group that is not known. */
  private readonly unsure: readonly number[];

  constructor(
    environment: Environment,
    private readonly filters: Filters,
    private readonly passings: Passings,
    private readonly classes: Classes,
  ) {
    for (const [at, { groups }] of classes.groups.entries())
      for (const id of groups) if (isKnown(id)) append(this.members, id, at);
    for (const [at, { groups }] of classes.lists.entries())
      for (const id of groups) if (isKnown(id)) append(this.listsOf, id, at);
    this.unsure = classes.groups.flatMap(({ groups }, at) => (groups.some(isUnknown) ? [at] : []));
    for (const { id: group } of environment.securityGroups.values())
      for (const read of filters.rulesOf(group, "ingress")) this.note(group, read);
    this.room = new Int32Array(classes.lists.length);
    const ingress = this.blockTable("ingress");
    this.byBlock = {
      egress: this.blockTable("egress"),
      ingress: classes.stretches.map((_, stretch) => Int32Array.from(ingress, (row) => row[stretch] ?? passings.none)),
    };
  }

  private note(group: NodeId, read: ReadRule): void {
    const { peer } = read.rule;
    if (isUnknown(peer) || peer.kind !== "group") return;
    const [passing, maybe] = [this.passingOf(read), this.maybe(read)];
    if (isKnown(peer.group)) append(this.naming, peer.group, { group, passing });
    else this.loose.push({ group, passing: maybe });
    this.namers.push({ group, passing: maybe });
  }

  private passingOf({ set, isSure }: ReadRule): number {
    return this.passings.numberOf({ sure: isSure ? set : this.filters.none.sure, may: set });
  }

  private maybe({ set }: ReadRule): number {
    return this.passings.numberOf({ sure: this.filters.none.sure, may: set });
  }

  private blockTable(direction: Direction): Int32Array[] {
    const { passings, classes } = this;
    const ofGroup = new Map<unknown, Int32Array>();
    const rowOf = (id: GroupList["groups"][number]): Int32Array => {
      const known = ofGroup.get(id);
      if (known !== undefined) return known;
      const row = Int32Array.from(classes.stretches, (spot) =>
        passings.numberOf(this.filters.ofGroup(id, direction, spot, false)),
      );
      ofGroup.set(id, row);
      return row;
    };
    return classes.lists.map(({ groups, isFiltered }) => {
      const row = new Int32Array(classes.stretches.length).fill(isFiltered ? passings.none : passings.all);
      for (const id of groups) {
        const passing = rowOf(id);
        // Millions of times: a pair for each, as `entries` gives, would be the most of the work.
        for (let at = 0; at < row.length; at++) row[at] = passings.join(row[at] ?? 0, passing[at] ?? 0);
      }
      return row;
    });
  }

  /** What the groups of class `from` let out, and what the lists of others let in from it; until the next one is asked for. */
  of(from: number): GroupRow {
    const own = this.classes.groups[from];
    const blocks = this.byBlock.ingress[own?.stretch ?? 0] ?? new Int32Array();
    const ingress = this.room;
    ingress.set(blocks);
    this.addIngressNames(from, ingress);
    const egress = this.byBlock.egress[own?.list ?? 0] ?? new Int32Array();
    return { egress, egressNamed: this.egressNames(from, egress), ingress: blocks, ingressNamed: ingress };
  }

  private egressNames(from: number, egress: Int32Array): ReadonlyMap<number, number> {
    const { passings, classes } = this;
    const found = new Map<number, number>();
    const add = (to: number, passing: number): void => {
      const { list, stretch } = classes.groups[to] ?? { list: 0, stretch: 0 };
      if (classes.lists[list]?.isFiltered === true)
        found.set(to, passings.join(found.get(to) ?? egress[stretch] ?? passings.none, passing));
    };
    for (const id of classes.groups[from]?.groups ?? []) {
      if (!isKnown(id)) continue;
      for (const read of this.filters.rulesOf(id, "egress")) {
        const { peer } = read.rule;
        if (isUnknown(peer) || peer.kind !== "group") continue;
        if (isUnknown(peer.group)) for (const to of classes.groups.keys()) add(to, this.maybe(read));
        else {
          for (const to of this.members.get(peer.group) ?? []) add(to, this.passingOf(read));
          for (const to of this.unsure) add(to, this.maybe(read));
        }
      }
    }
    return found;
  }

  private addIngressNames(from: number, ingress: Int32Array): void {
    const { passings, classes } = this;
    const own = classes.groups[from];
    if (own === undefined || classes.lists[own.list]?.isFiltered !== true) return;
    const add = ({ group, passing }: { readonly group: NodeId; readonly passing: number }): void => {
      for (const list of this.listsOf.get(group) ?? []) ingress[list] = passings.join(ingress[list] ?? 0, passing);
    };
    for (const id of own.groups) if (isKnown(id)) (this.naming.get(id) ?? []).forEach(add);
    this.loose.forEach(add);
    if (own.groups.some(isUnknown)) this.namers.forEach(add);
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
