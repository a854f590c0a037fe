import type { Environment } from "../../environment/environment.js";
import type { EndClass, Matrix, Opening } from "./answer.js";
import { classesOf, type Classes, type PlaceClass } from "./classes.js";
import { evaluate } from "./evaluate.js";
import type { Filters } from "./filters.js";
import { GroupTables, type GroupRow } from "./grouptables.js";
import type { Lookup } from "./lookup.js";
import { Passings } from "./passings.js";
import type { Spot } from "./places.js";
import type { Step } from "./steps.js";
import { walk } from "./walk.js";

/** What the network alone lets through between two places, and how the groups of both ends come into it. */
interface Crossing {
  readonly passing: number;
  /** `named`: rules that name groups hold; `unnamed`: they do not; `apart`: the two ends see others than each other. */
  readonly groups: "named" | "unnamed" | "apart";
  readonly egress?: Extract<Step, { kind: "group" }>;
  readonly ingress?: Extract<Step, { kind: "group" }>;
}

/**
 * All pairs: one walk for each pair of network classes, one row of tables for each class of groups, and for each pair of classes
 * of ends a look-up of what both let through.
 */
export class ClassMatrix implements Matrix {
  readonly classes: readonly EndClass[];
  private readonly all: Classes;
  private readonly passings: Passings;
  private readonly runs: readonly Run[];
  private readonly groupOf: Uint32Array;
  private readonly listOf: Uint32Array;
  private readonly stretchOf: Uint32Array;
  private readonly results: Uint32Array;
  private readonly openings = new Map<number, Opening>();

  constructor(
    environment: Environment,
    private readonly lookup: Lookup,
    private readonly filters: Filters,
    internet: readonly Spot[],
  ) {
    this.all = classesOf(environment, lookup, internet);
    this.classes = this.all.ends.map(({ places: _places, ...end }) => end);
    this.passings = new Passings(filters.space);
    const { places, groups, outer } = this.all;
    this.groupOf = Uint32Array.from(places, ({ group }) => group);
    this.listOf = this.groupOf.map((group) => groups[group]?.list ?? 0);
    this.stretchOf = this.groupOf.map((group) => groups[group]?.stretch ?? 0);
    this.runs = runsOf(places, outer.length);
    this.results = this.work(new GroupTables(environment, filters, this.passings, this.all));
  }

  opening(from: number, to: number): Opening {
    const number = this.between(from, to);
    const known = this.openings.get(number);
    if (known !== undefined) return known;
    const { space } = this.filters;
    const { sure, may } = this.passings.get(number);
    const opening = { open: space.openPorts(sure), unknown: space.openPorts(space.difference(may, sure)) };
    this.openings.set(number, opening);
    return opening;
  }

  private between(from: number, to: number): number {
    const [source, target] = [this.all.ends[from], this.all.ends[to]];
    if (source === undefined || target === undefined) throw new RangeError(`no pair of classes ${from}, ${to}`);
    // One whose subnet is not known: perhaps.
    if (source.places.length === 0 || target.places.length === 0) return this.passings.numberOf(this.filters.unknown);
    const pairs = source.places.flatMap((a) => target.places.map((b) => this.results[a * this.all.places.length + b] ?? 0));
    const isAnyOf = source.members.length === 0 || target.members.length === 0;
    return pairs.reduce((a, b) => (isAnyOf ? this.passings.join(a, b) : this.passings.either(a, b)));
  }

  private work(tables: GroupTables): Uint32Array {
    const { places, groups } = this.all;
    const results = new Uint32Array(places.length ** 2);
    const crossings = new Crossings(this.lookup, this.filters, this.passings, this.all);
    const ofGroup: number[][] = groups.map(() => []);
    for (const [at, { group }] of places.entries()) ofGroup[group]?.push(at);
    for (const [group, members] of ofGroup.entries()) {
      const row = tables.of(group);
      for (const from of members)
        this.fill(results.subarray(from * places.length, (from + 1) * places.length), from, row, crossings);
    }
    return results;
  }

  /** From one place to all: most stretches of places are behind one crossing, and many of these let nothing through. */
  private fill(results: Uint32Array, from: number, row: GroupRow, crossings: Crossings): void {
    const { places } = this.all;
    for (const [at, { start, end }] of this.runs.entries()) {
      const crossing = crossings.between(from, at);
      const { passing } = crossing;
      if (passing === this.passings.none) continue;
      if (crossing.groups === "apart")
        for (let to = start; to < end; to++) results[to] = this.apart(crossing, places[from], places[to]);
      else this.fillRun(results, { start, end, passing, row, isNamed: crossing.groups === "named" });
    }
  }

  private fillRun(
    results: Uint32Array,
    { start, end, passing, row, isNamed }: Run & { readonly passing: number; readonly row: GroupRow; readonly isNamed: boolean },
  ): void {
    const { passings, listOf, stretchOf, groupOf } = this;
    const ingress = isNamed ? row.ingressNamed : row.ingress;
    const names = isNamed && row.egressNamed.size > 0 ? row.egressNamed : undefined;
    const stretch = stretchOf[start] ?? 0;
    let [last, out] = [stretch, passings.meet(passing, row.egress[stretch] ?? 0)];
    let memory = passings.known(out);
    for (let to = start; to < end; to++) {
      const here = stretchOf[to] ?? 0;
      const named = names?.get(groupOf[to] ?? 0);
      if (here !== last || named !== undefined) {
        last = named === undefined ? here : -1;
        out = passings.meet(passing, named ?? row.egress[here] ?? 0);
        memory = passings.known(out);
      }
      const into = ingress[listOf[to] ?? 0] ?? 0;
      // What is asked for the first time is worked out; all the rest of millions of times it is a look-up.
      const known = memory[into] ?? 0;
      if (known > 0) results[to] = known - 1;
      else {
        results[to] = passings.meet(out, into);
        memory = passings.known(out);
      }
    }
  }

  /** A translator stands between, or nobody is asked at one end. */
  private apart({ passing, egress, ingress }: Crossing, from?: PlaceClass, to?: PlaceClass): number {
    const at = (step: Crossing["egress"], place: PlaceClass | undefined, other: Spot | undefined): number => {
      const nic = place?.spot.placed?.nic;
      if (step === undefined || nic === undefined) return this.passings.all;
      return this.passings.numberOf(this.filters.ofInterface(nic, step.direction, other ?? step.peer, !step.leg.isForwarded));
    };
    // What the source sees is the target itself; what the target sees stands in the step.
    return this.passings.meet(this.passings.meet(passing, at(egress, from, to?.spot)), at(ingress, to, undefined));
  }
}

/** Places of an outer class, by number: from `start` to before `end`. */
interface Run {
  readonly start: number;
  readonly end: number;
}

function runsOf(places: readonly PlaceClass[], outer: number): Run[] {
  const counts = new Uint32Array(outer);
  for (const place of places) counts[place.outer] = (counts[place.outer] ?? 0) + 1;
  let end = 0;
  return Array.from(counts, (count) => ({ start: end, end: (end += count) }));
}

/** Walks between the first of each network class, remembered. */
class Crossings {
  private readonly inside = new Map<number, Crossing>();
  private readonly outside = new Map<number, Crossing>();

  constructor(
    private readonly lookup: Lookup,
    private readonly filters: Filters,
    private readonly passings: Passings,
    private readonly classes: Classes,
  ) {}

  /** From a place to those of an outer class. What has a public address and what has not are alike to all but the internet. */
  between(from: number, to: number): Crossing {
    const { places, inner, outer, innerOf } = this.classes;
    const source = places[from];
    const target = outer[to];
    if (source === undefined || target === undefined) return { passing: this.passings.none, groups: "named" };
    const isOut = source.spot.kind === "internet" || target.kind === "internet";
    const memory = isOut ? this.outside : this.inside;
    const [a, b] = isOut ? [source.outer, to] : [source.inner, innerOf[to] ?? 0];
    const key = a * outer.length + b;
    const known = memory.get(key);
    if (known !== undefined) return known;
    const crossing = this.cross((isOut ? outer[a] : inner[a]) ?? source.spot, (isOut ? outer[b] : inner[b]) ?? target);
    memory.set(key, crossing);
    return crossing;
  }

  private cross(from: Spot, to: Spot): Crossing {
    if (from.kind === "internet" && to.kind === "internet") return { passing: this.passings.none, groups: "named" };
    const steps = walk(this.lookup, from, to);
    const egress = steps.find(isGroupOf(from, "egress"));
    const ingress = steps.findLast(isGroupOf(to, "ingress"));
    const rest = steps.filter((step) => step !== egress && step !== ingress);
    const passing = this.passings.numberOf(evaluate(this.filters, rest));
    const isWhole =
      (to.placed?.nic.filtered !== true || ingress !== undefined) && (ingress === undefined || ingress.peer === from);
    const isForwarded = [egress, ingress].map((step) => step?.leg.isForwarded ?? false);
    if (!isWhole || (egress !== undefined && ingress !== undefined && isForwarded[0] !== isForwarded[1]))
      return {
        passing,
        groups: "apart",
        ...(egress === undefined ? {} : { egress }),
        ...(ingress === undefined ? {} : { ingress }),
      };
    return { passing, groups: isForwarded.includes(true) ? "unnamed" : "named" };
  }
}

const isGroupOf =
  ({ placed }: Spot, direction: "ingress" | "egress") =>
  (step: Step): step is Extract<Step, { kind: "group" }> =>
    step.kind === "group" && step.leg.way === "there" && step.direction === direction && step.nic === placed?.nic;
