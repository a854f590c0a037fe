import type { Environment } from "../../environment/environment.js";
import type { EndClass, Matrix, Opening } from "./answer.js";
import { classesOf, type Classes, type PlaceClass } from "./classes.js";
import { evaluate } from "./evaluate.js";
import type { Filters } from "./filters.js";
import { GroupTables } from "./grouptables.js";
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
    const size = places.length;
    const results = new Uint32Array(size * size);
    const crossings = new Crossings(this.lookup, this.filters, this.passings, this.all);
    const ofGroup: number[][] = groups.map(() => []);
    for (const [at, { group }] of places.entries()) ofGroup[group]?.push(at);
    const groupOf = Uint32Array.from(places, ({ group }) => group);
    for (const [group, members] of ofGroup.entries()) {
      const rows = tables.rows(group);
      for (const from of members) {
        const numbers = crossings.row(from);
        for (let to = 0; to < size; to++) {
          const crossing = crossings.get(numbers[to] ?? 0);
          const { passing } = crossing;
          if (passing === this.passings.none) results[from * size + to] = passing;
          else if (crossing.groups === "apart") results[from * size + to] = this.apart(crossing, places[from], places[to]);
          else {
            const row = crossing.groups === "named" ? rows.named : rows.unnamed;
            results[from * size + to] = this.passings.meet(passing, row[groupOf[to] ?? 0] ?? 0);
          }
        }
      }
    }
    return results;
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

/** Walks between the first of each network class, remembered by number. */
class Crossings {
  private readonly crossings: Crossing[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly rows = new Map<string, Uint32Array>();

  constructor(
    private readonly lookup: Lookup,
    private readonly filters: Filters,
    private readonly passings: Passings,
    private readonly classes: Classes,
  ) {}

  get(number: number): Crossing {
    return this.crossings[number] ?? { passing: this.passings.none, groups: "named" };
  }

  /** The number of the crossing from this place to each. */
  row(from: number): Uint32Array {
    const { places, inner, outer } = this.classes;
    const source = places[from];
    const isAway = source?.spot.kind === "internet";
    const key = `${source?.inner} ${source?.outer}`;
    const known = this.rows.get(key);
    if (known !== undefined) return known;
    const [byInner, byOuter] = [new Map<number, number>(), new Map<number, number>()];
    const row = Uint32Array.from(places, (to) => {
      const isOut = isAway || to.spot.kind === "internet";
      const [memory, at] = isOut ? [byOuter, to.outer] : [byInner, to.inner];
      const number = memory.get(at) ?? this.numberOf(isOut, source, isOut ? outer[at] : inner[at], at);
      memory.set(at, number);
      return number;
    });
    this.rows.set(key, row);
    return row;
  }

  private readonly inside = new Map<number, number>();

  private numberOf(isOut: boolean, source: PlaceClass | undefined, to: Spot | undefined, at: number): number {
    const key = (source?.inner ?? 0) * this.classes.inner.length + at;
    const known = isOut ? undefined : this.inside.get(key);
    if (known !== undefined) return known;
    const from = isOut ? this.classes.outer[source?.outer ?? 0] : this.classes.inner[source?.inner ?? 0];
    const number = this.number(
      from === undefined || to === undefined ? { passing: this.passings.none, groups: "named" } : this.cross(from, to),
    );
    if (!isOut) this.inside.set(key, number);
    return number;
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

  private number(crossing: Crossing): number {
    const key = crossing.groups === "apart" ? `apart ${this.crossings.length}` : `${crossing.passing} ${crossing.groups}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.crossings.push(crossing);
    this.numbers.set(key, this.crossings.length - 1);
    return this.crossings.length - 1;
  }
}

const isGroupOf =
  ({ placed }: Spot, direction: "ingress" | "egress") =>
  (step: Step): step is Extract<Step, { kind: "group" }> =>
    step.kind === "group" && step.leg.way === "there" && step.direction === direction && step.nic === placed?.nic;
