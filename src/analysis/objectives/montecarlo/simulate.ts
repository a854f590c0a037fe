import { secondsOfMonth } from "../facts.js";
import { exponential, seeded, type Random } from "./random.js";
import { betweenFailures, partsOf, type Part, type System } from "./system.js";

export interface Simulation {
  readonly seed: number;
  readonly months: number;
  /** The mean over the months, as a fraction. */
  readonly mean: number;
  /** The mean lies here with 95 % confidence, as far as the model is right. */
  readonly interval: readonly [low: number, high: number];
  /** The share of months that keep to the objective; undefined without one. */
  readonly kept: number | undefined;
  /** One month of twenty is no better than this. */
  readonly worstTwentieth: number;
}

export interface SimulationOptions {
  readonly seed: number;
  readonly months: number;
  /** As a fraction. */
  readonly objective?: number;
}

/**
 * Months of failures and repairs, drawn at random: each part is up and down for exponentially distributed times, independent of the
 * others, and a month begins with each part down as often as it is in the long run. The same seed gives the same months.
 */
export function simulate(system: System, { seed, months, objective }: SimulationOptions): Simulation {
  const random = seeded(seed);
  const parts = partsOf(system);
  const numbered = wired(system);
  const results = Array.from({ length: months }, () => 1 - lostIn(numbered, parts, random) / secondsOfMonth);
  const mean = results.reduce((sum, each) => sum + each, 0) / months;
  const variance = months < 2 ? 0 : results.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (months - 1);
  const margin = 1.96 * Math.sqrt(variance / months);
  const sorted = [...results].sort((a, b) => a - b);
  return {
    seed,
    months,
    mean,
    interval: [Math.max(0, mean - margin), Math.min(1, mean + margin)],
    kept: objective === undefined ? undefined : results.filter((each) => each >= objective).length / months,
    worstTwentieth: sorted[Math.floor(months / 20)] ?? mean,
  };
}

interface Event {
  readonly at: number;
  /** Of the part, in the order of `partsOf`. */
  readonly part: number;
  readonly isUp: boolean;
}

/** Seconds of one month in which requests fail, with the share of those that fail before a failure is noticed. */
function lostIn(system: Wired, parts: readonly Part[], random: Random): number {
  const up = parts.map(({ availability }) => random() < availability);
  const events = parts.flatMap((part, index) => monthOf(part, index, up[index] === true, random)).sort((a, b) => a.at - b.at);
  let lost = 0;
  let since = 0;
  let isWorking = works(system, up);
  for (const { at, part, isUp } of events) {
    if (!isWorking) lost += at - since;
    up[part] = isUp;
    isWorking = works(system, up);
    if (!isUp && isWorking) lost += unnoticed(system, part, up, secondsOfMonth - at);
    since = at;
  }
  return Math.min(secondsOfMonth, isWorking ? lost : lost + secondsOfMonth - since);
}

function monthOf(part: Part, index: number, isUpFirst: boolean, random: Random): readonly Event[] {
  const events: Event[] = [];
  const mean = betweenFailures(part);
  if (mean === Number.POSITIVE_INFINITY) return events;
  let isUp = isUpFirst;
  for (let at = 0; ;) {
    at += exponential(random, isUp ? mean : part.repair);
    if (at >= secondsOfMonth) return events;
    isUp = !isUp;
    events.push({ at, part: index, isUp });
  }
}

/** A system whose parts are numbered, in the order of `partsOf`: it holds those from `from` up to, and without, `to`. */
interface Wired {
  readonly kind: System["kind"];
  readonly from: number;
  readonly to: number;
  readonly parts: readonly Wired[];
  readonly unnoticed: number;
}

function wired(system: System, from = 0): Wired {
  if (system.kind === "part") return { kind: "part", from, to: from + 1, parts: [], unnoticed: 0 };
  const parts: Wired[] = [];
  for (const part of system.parts) parts.push(wired(part, parts.at(-1)?.to ?? from));
  return {
    kind: system.kind,
    from,
    to: parts.at(-1)?.to ?? from,
    parts,
    unnoticed: system.kind === "parallel" ? system.unnoticed : 0,
  };
}

function works(system: Wired, up: readonly boolean[]): boolean {
  switch (system.kind) {
    case "part":
      return up[system.from] === true;
    case "series":
      return system.parts.every((part) => works(part, up));
    case "parallel":
      return system.parts.some((part) => works(part, up));
  }
}

/** The failed part's share of the requests, until it is asked no more: one of as many as worked before it failed. */
function unnoticed(system: Wired, failed: number, up: readonly boolean[], left: number): number {
  const within = system.parts.find(({ from, to }) => from <= failed && failed < to);
  if (within === undefined) return 0;
  if (system.kind === "series" || works(within, up)) return unnoticed(within, failed, up, left);
  return Math.min(system.unnoticed, left) / (system.parts.filter((part) => works(part, up)).length + 1);
}
