import { isAddress, toNumber } from "../../addresses.js";
import type { Environment } from "../../environment/environment.js";
import type { NodeId } from "../../environment/node.js";
import type { Answer, End, Hop, Matrix, Opening, Query } from "./answer.js";
import { Balancing } from "./balancing.js";
import { beyond, type Beyond } from "./beyond.js";
import { evaluate } from "./evaluate.js";
import { Explanation } from "./explain.js";
import { Filters, type Passing } from "./filters.js";
import { trafficsOf } from "./atoms.js";
import { HeaderSpace, type Header, type HeaderSet } from "./headers.js";
import { groupsBetween } from "./bound.js";
import { blocksOf, internetSpots } from "./internet.js";
import { Lookup } from "./lookup.js";
import { ClassMatrix } from "./matrix.js";
import { pairsOf } from "./quantified.js";
import { isInternetAddress, spotOf, spotText, whyNowhere, type Spot } from "./places.js";
import type { Step } from "./steps.js";
import { walk } from "./walk.js";

/** Ends that an end may turn out to be; `nobody` says why there are none. */
type Ends = { readonly spots: readonly Spot[] } | { readonly nobody: string; readonly reach: "blocked" | "unknown" };

/**
 * Who can open a connection to whom, on what, and why: exact for IPv4 as far as the environment says what it takes. Not looked at: a
 * VPC's resolver and EC2's link-local services, which groups and ACLs do not hold for.
 */
export class Reachability {
  private readonly lookup: Lookup;
  private readonly filters: Filters;
  private readonly balancing: Balancing;
  private readonly internet: readonly Spot[];

  constructor(private readonly environment: Environment) {
    this.lookup = new Lookup(environment);
    const ports = [...environment.listeners.values()].flatMap(({ port }) => (typeof port === "number" ? [port, port + 1] : []));
    this.filters = new Filters(environment, new HeaderSpace(trafficsOf(environment), ports));
    this.balancing = new Balancing(this.lookup, this.filters);
    const { network, groups } = blocksOf(environment);
    this.internet = internetSpots([...network, ...groups]);
  }

  /** Hop by hop, there and back, to the first thing that stops it. */
  query({ from, to, ...header }: Query): Answer {
    const froms = this.endsOf(from, to);
    const tos = notCarried(froms, to) ?? this.endsOf(to, from);
    for (const [ends, end] of [
      [froms, from],
      [tos, to],
    ] as const)
      if ("nobody" in ends) {
        const hop = nobodyHop(end, ends);
        return this.atMost({ reach: ends.reach, hops: [hop] }, from, to, withDefaults(header));
      }
    if ("nobody" in froms || "nobody" in tos) return { reach: "unknown", hops: [] };
    const asked = withDefaults(header);
    const explanation = new Explanation(this.environment, this.filters, asked);
    const answers = pairsOf(froms.spots, tos.spots, isAnyone(from), isAnyone(to)).flatMap((some) => {
      const ways = some.map(([source, target]) => ({
        source,
        target,
        answer: this.balancing.explain(explanation.of(walk(this.lookup, source, target)), asked, source, target),
      }));
      return best(ways) ?? [];
    });
    const [first] = answers;
    if (first === undefined) return { reach: "unknown", hops: [] };
    return this.atMost(together(answers, first), from, to, asked);
  }

  /** What groups stop wherever the ends are is not unknown. */
  private atMost(answer: Answer, from: End, to: End, header: Header): Answer {
    if (answer.reach !== "unknown") return answer;
    const explanation = new Explanation(this.environment, this.filters, header);
    const ways = this.groupsBetween(from, to).map((steps) => explanation.of(steps));
    const [first] = ways;
    if (first === undefined || ways.some(({ reach }) => reach !== "blocked")) return answer;
    return { ...first, hops: [...answer.hops, ...first.hops] };
  }

  private groupsBetween(from: End, to: End): readonly (readonly Step[])[] {
    const spots = [from, to].flatMap((end) => {
      const ends = end.kind === "internet" ? this.internetEnds(end.address) : { spots: [] };
      return "spots" in ends ? ends.spots : [];
    });
    return groupsBetween(this.lookup, from, to, spots);
  }

  /** All that may pass the groups of two ends; without any that are known, everything. */
  private bound(from: End, to: End): HeaderSet {
    const { space } = this.filters;
    const ways = this.groupsBetween(from, to).map((steps) => evaluate(this.filters, steps).may);
    const listened = this.balancing.listened(to);
    return space.intersection(listened, ways.length === 0 ? space.all : ways.reduce((a, b) => space.union(a, b), space.none));
  }

  /** All that can be opened from an end to an interface. */
  opening(from: End, to: NodeId): Opening {
    const { space } = this.filters;
    const target: End = { kind: "interface", id: to };
    const [froms, tos] = [this.endsOf(from, target), this.endsOf(target, from)];
    if ("nobody" in froms || "nobody" in tos) {
      const isBlocked = [froms, tos].some((ends) => "nobody" in ends && ends.reach === "blocked");
      return { open: [], unknown: isBlocked ? [] : space.openPorts(this.bound(from, target)) };
    }
    const pairs = pairsOf(froms.spots, tos.spots, isAnyone(from), false);
    const { sure, may } = this.whichever(pairs.map((some) => this.any(some.map(([a, b]) => this.passing(a, b)))));
    if (sure === may) return { open: space.openPorts(sure), unknown: [] };
    const doubted = space.intersection(space.difference(may, sure), this.bound(from, target));
    return { open: space.openPorts(sure), unknown: space.openPorts(doubted) };
  }

  /** What can be opened to an interface from networks that were not read, by the gateways and connections that lead to them. */
  beyond(to: NodeId): readonly Beyond[] {
    return beyond(this.lookup, this.filters, this.lookup.places.get(to) ?? []);
  }

  private passing(source: Spot, target: Spot): Passing {
    const { space } = this.filters;
    const [network, served] = [evaluate(this.filters, walk(this.lookup, source, target)), this.balancing.served(source, target)];
    return { sure: space.intersection(network.sure, served.sure), may: space.intersection(network.may, served.may) };
  }

  /** All pairs, by classes. */
  matrix(): Matrix {
    return new ClassMatrix(
      this.environment,
      { lookup: this.lookup, filters: this.filters, balancing: this.balancing },
      this.internet,
      (from, to) => this.bound(from, to),
    );
  }

  /** Of several ends, one is enough. */
  private any(passing: readonly Passing[]): Passing {
    const { space } = this.filters;
    return passing.reduce((a, b) => ({ sure: space.union(a.sure, b.sure), may: space.union(a.may, b.may) }), this.filters.none);
  }

  /** It is one of several, and not known which. */
  private whichever(passing: readonly Passing[]): Passing {
    const { space } = this.filters;
    return passing.reduce((a, b) => ({ sure: space.intersection(a.sure, b.sure), may: space.union(a.may, b.may) }), {
      sure: space.all,
      may: space.none,
    });
  }

  private endsOf(end: End, other: End): Ends {
    switch (end.kind) {
      case "internet":
        return this.internetEnds(end.address);
      case "interface": {
        const nic = this.environment.interfaces.get(end.id);
        if (nic === undefined) return { nobody: `${end.id} is not part of what was read`, reach: "blocked" };
        const places = this.lookup.places.get(end.id) ?? [];
        return places.length === 0 ? { nobody: whyNowhere(nic), reach: "unknown" } : { spots: places.map(spotOf) };
      }
      case "address":
        return this.addressEnds(end.address, other);
      case "endpoint":
        return { spots: [{ low: 0, high: 2 ** 32 - 1, kind: "service", endpoint: end.id }] };
    }
  }

  private internetEnds(address: string | undefined): Ends {
    if (address === undefined) return { spots: this.internet.filter(({ isAny }) => isAny) };
    if (!isAddress(address)) return { nobody: `${address} is not an IPv4 address`, reach: "blocked" };
    const low = toNumber(address);
    const placed = this.lookup.atPublic(low);
    if (placed !== undefined) return { spots: [spotOf(placed)] };
    if (!isInternetAddress(low)) return { nobody: `${address} is not an address of the internet`, reach: "blocked" };
    return { spots: [{ low, high: low, kind: "internet" }] };
  }

  /** In the VPC of the other end, in one that is peered with it, anywhere. */
  private addressEnds(address: string, other: End): Ends {
    if (!isAddress(address)) return { nobody: `${address} is not an IPv4 address`, reach: "blocked" };
    const low = toNumber(address);
    const near = other.kind === "interface" ? (this.lookup.places.get(other.id) ?? []).map(({ vpc }) => vpc) : [];
    const having = this.lookup.vpcsWith(low);
    const own = near.filter((vpc) => having.includes(vpc));
    // A packet for an address of its own VPC stays there, whoever has that address elsewhere.
    const vpcs = own.length > 0 ? [...new Set(own)] : [...new Set([...near, ...having])];
    const found = vpcs.flatMap((vpc) => this.lookup.at(vpc, low) ?? [])[0];
    if (found !== undefined) return { spots: [spotOf(found)] };
    const may = vpcs.flatMap((vpc) => this.lookup.mayBeAt(vpc, low));
    if (may.length > 0) {
      const names = [...new Set(may.map(({ nic }) => nic.name))].join(", ");
      return { nobody: `who will have ${address} is not known: ${names} may`, reach: "unknown" };
    }
    return isInternetAddress(low) ? this.internetEnds(address) : { spots: [{ low, high: low, kind: "address" }] };
  }
}

/** Whoever has a private address, nobody reaches it under that one from the internet. */
const notCarried = (froms: Ends, to: End): Ends | undefined =>
  "spots" in froms &&
  froms.spots.every(({ kind }) => kind === "internet") &&
  to.kind === "address" &&
  isAddress(to.address) &&
  !isInternetAddress(toNumber(to.address))
    ? { nobody: `the internet does not carry ${to.address}: it is a private address`, reach: "blocked" }
    : undefined;

const isAnyone = (end: End): boolean => end.kind === "internet" && end.address === undefined;

/** An echo request where nothing is said of ICMP. */
const withDefaults = (header: Header): Header =>
  header.protocol === 1 && header.icmp === undefined ? { ...header, icmp: [8, 0] } : header;

function nobodyHop(end: End, ends: { readonly nobody: string; readonly reach: "blocked" | "unknown" }): Hop {
  const name = end.kind === "internet" || end.kind === "address" ? (end.address ?? "the internet") : end.id;
  const outcome = ends.reach === "blocked" ? "stops" : "unknown";
  return { step: "interface", way: "there", at: { id: name, name }, outcome, why: ends.nobody };
}

interface Way {
  readonly source: Spot;
  readonly target: Spot;
  readonly answer: Answer;
}

/** Of anybody's ways one is enough. */
const best = (ways: readonly Way[]): Way | undefined =>
  ways.find(({ answer }) => answer.reach === "reachable") ?? ways.find(({ answer }) => answer.reach === "unknown") ?? ways[0];

/** Of an end that is in one of several places, all must agree. */
const together = (answers: readonly Way[], first: Way): Answer =>
  answers.every(({ answer }) => answer.reach === first.answer.reach) ? first.answer : differing(answers);

function differing(answers: readonly Way[]): Answer {
  const cases = answers.map(({ source, target, answer }) => {
    const where = [source, target].flatMap(({ placed }) =>
      placed === undefined ? [] : [`${placed.nic.name} in ${placed.subnet.name}`],
    );
    return `${answer.reach} with ${where.join(" and ")}`;
  });
  const stopped = answers.find(({ answer }) => answer.reach !== "reachable") ?? answers[0];
  const at = stopped?.target.placed?.nic ??
    stopped?.source.placed?.nic ?? { id: "", name: stopped === undefined ? "" : spotText(stopped.target) };
  const why = `which of its subnets it is in is not known, and that decides: ${cases.join("; ")}`;
  return {
    reach: "unknown",
    hops: [
      ...(stopped?.answer.hops ?? []),
      { step: "interface", way: "there", at: { id: at.id, name: at.name }, outcome: "unknown", why },
    ],
  };
}
