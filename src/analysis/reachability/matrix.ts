import type { Environment } from "../../environment/environment.js";
import type { End, EndClass, Matrix, Opening } from "./answer.js";
import type { Balancing } from "./balancing.js";
import { classesOf, type Classes, type PlaceClass } from "./classes.js";
import { evaluate } from "./evaluate.js";
import type { Filters } from "./filters.js";
import { GroupTables, type GroupRow } from "./grouptables.js";
import type { HeaderSet } from "./headers.js";
import type { Lookup } from "./lookup.js";
import { Passings } from "./passings.js";
import type { Spot } from "./places.js";
import { pairsOf } from "./quantified.js";
import type { Step } from "./steps.js";
import { walk } from "./walk.js";

type Numbers = Uint16Array | Uint32Array;

/** Its first member is as good as any. */
const endOf = ({ members: [first], name, address }: EndClass): End =>
  first !== undefined
    ? { kind: "interface", id: first }
    : name === "internet" || address === undefined
      ? { kind: "internet" }
      : { kind: "internet", address };

interface PlaceAt {
  readonly at: number;
  readonly place: PlaceClass;
}

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
  private readonly lookup: Lookup;
  private readonly filters: Filters;
  private readonly balancing: Balancing;
  private readonly all: Classes;
  private readonly passings: Passings;
  private readonly runs: readonly Run[];
  private readonly groupOf: Uint32Array;
  private readonly listOf: Uint32Array;
  private readonly stretchOf: Uint32Array;
  private readonly results: Numbers;
  private readonly openings = new Map<number, Opening>();

  constructor(
    environment: Environment,
    { lookup, filters, balancing }: { readonly lookup: Lookup; readonly filters: Filters; readonly balancing: Balancing },
    internet: readonly Spot[],
    /** What may pass at most between two ends, whatever is not known of the way. */
    private readonly bound: (from: End, to: End) => HeaderSet,
  ) {
    this.lookup = lookup;
    this.filters = filters;
    this.balancing = balancing;
    this.all = classesOf(environment, lookup, internet);
    this.classes = this.all.ends.map(({ places: _places, ...end }) => end);
    this.passings = new Passings(filters.space);
    const { places, groups, outer } = this.all;
    this.groupOf = Uint32Array.from(places, ({ group }) => group);
    this.listOf = this.groupOf.map((group) => groups[group]?.list ?? 0);
    this.stretchOf = this.groupOf.map((group) => groups[group]?.stretch ?? 0);
    this.runs = runsOf(places, outer.length, this.stretchOf);
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
    if (source.places.length === 0 || target.places.length === 0)
      return this.bounded(this.passings.numberOf(this.filters.unknown), source, target);
    const pairs = pairsOf(source.places, target.places, source.members.length === 0, target.members.length === 0);
    const ways = pairs.map((some) => some.map(([a, b]) => this.atPlaces(a, b)).reduce((a, b) => this.passings.join(a, b)));
    return this.bounded(
      ways.reduce((a, b) => this.passings.either(a, b)),
      source,
      target,
    );
  }

  private bounded(number: number, source: EndClass, target: EndClass): number {
    const { sure, may } = this.passings.get(number);
    if (sure === may) return number;
    const known = this.filters.space.intersection(may, this.bound(endOf(source), endOf(target)));
    return this.passings.numberOf({ sure, may: this.filters.space.union(sure, known) });
  }

  private atPlaces(from: number, to: number): number {
    const { places } = this.all;
    const number = this.results[from * places.length + to] ?? 0;
    const [source, target] = [places[from]?.spot, places[to]?.spot];
    if (source === undefined || target === undefined || this.balancing.balancerAt(target) === undefined) return number;
    return this.passings.meet(number, this.passings.numberOf(this.balancing.served(source, target)));
  }

  /** Numbers of what passes, from each place to each: in half the room, as long as there are not very many different ones. */
  private work(tables: GroupTables): Numbers {
    const size = this.all.places.length ** 2;
    const results = this.filled(new Uint16Array(size), tables);
    return this.passings.count <= 2 ** 16 ? results : this.filled(new Uint32Array(size), tables);
  }

  private filled(results: Numbers, tables: GroupTables): Numbers {
    const { places, groups } = this.all;
    const crossings = new Crossings(this.lookup, this.filters, this.passings, this.all);
    const ofGroup: PlaceAt[][] = groups.map(() => []);
    for (const [at, place] of places.entries()) ofGroup[place.group]?.push({ at, place });
    for (const [group, members] of ofGroup.entries()) {
      const row = tables.of(group);
      for (const { at, place } of members)
        this.fill(results.subarray(at * places.length, (at + 1) * places.length), place, row, crossings.row(place));
    }
    return results;
  }

  /** From one place to all: most stretches of places are behind one crossing, and many of these let nothing through. */
  private fill(results: Numbers, from: PlaceClass, row: GroupRow, crossings: readonly Crossing[]): void {
    const { places } = this.all;
    for (const [at, crossing] of crossings.entries()) {
      const run = this.runs[at] ?? nothing;
      const { passing } = crossing;
      if (passing === this.passings.none) continue;
      if (crossing.groups === "apart")
        for (let to = run.start; to < run.end; to++) results[to] = this.apart(crossing, from, places[to]);
      else this.fillRun(results, run, crossing, row);
    }
  }

  private fillRun(results: Numbers, { start, end, isEven }: Run, { passing, groups }: Crossing, row: GroupRow): void {
    const { passings, listOf, stretchOf, groupOf } = this;
    const isNamed = groups === "named";
    const ingress = isNamed ? row.ingressNamed : row.ingress;
    const names = isNamed && row.egressNamed.size > 0 ? row.egressNamed : undefined;
    const stretch = stretchOf[start] ?? 0;
    let [last, out] = [stretch, passings.meet(passing, row.egress[stretch] ?? 0)];
    if (out === passings.all && names === undefined && isEven) {
      for (let to = start; to < end; to++) results[to] = ingress[listOf[to] ?? 0] ?? 0;
      return;
    }
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
  /** To groups all of them are in one stretch of addresses. */
  readonly isEven: boolean;
}

const nothing: Run = { start: 0, end: 0, isEven: true };

function runsOf(places: readonly PlaceClass[], outer: number, stretchOf: Uint32Array): Run[] {
  const counts = new Uint32Array(outer);
  for (const place of places) counts[place.outer] = (counts[place.outer] ?? 0) + 1;
  let end = 0;
  return Array.from(counts, (count) => {
    const start = end;
    end += count;
    return { start, end, isEven: stretchOf.subarray(start, end).every((stretch) => stretch === stretchOf[start]) };
  });
}

/** Walks between the first of each network class, remembered. */
class Crossings {
  private readonly inside = new Map<string, Crossing>();
  private readonly rows = new Map<number, readonly Crossing[]>();

  constructor(
    private readonly lookup: Lookup,
    private readonly filters: Filters,
    private readonly passings: Passings,
    private readonly classes: Classes,
  ) {}

  /** From a place to those of each outer class. What has a public address and what has not are alike to all but the internet. */
  row(from: PlaceClass): readonly Crossing[] {
    const known = this.rows.get(from.outer);
    if (known !== undefined) return known;
    const { inner, outer, innerOf, kindOf } = this.classes;
    const row = outer.map((target, to) => {
      const isOut = from.spot.kind === "internet" || target.kind === "internet";
      if (isOut) return this.cross(outer[from.outer] ?? from.spot, target);
      const [near, far] = [from.inner, innerOf[to] ?? 0];
      const isWithin = inner[near]?.placed?.subnet.id === inner[far]?.placed?.subnet.id;
      const key = isWithin ? `${near} ${far}` : `from ${kindOf[near]} to ${kindOf[far]}`;
      const crossing = this.inside.get(key) ?? this.cross(inner[near] ?? from.spot, inner[far] ?? target);
      this.inside.set(key, crossing);
      return crossing;
    });
    this.rows.set(from.outer, row);
    return row;
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
