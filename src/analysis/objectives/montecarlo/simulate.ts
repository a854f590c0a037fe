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
  const results = Array.from({ length: months }, () => 1 - lostIn(system, parts, random) / secondsOfMonth);
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
  readonly part: Part;
  readonly isUp: boolean;
}

/** Seconds of one month in which requests fail, and the share of those that fail before a failure is noticed. */
function lostIn(system: System, parts: readonly Part[], random: Random): number {
  const up = new Map<Part, boolean>();
  const events = parts.flatMap((part) => monthOf(part, random, up)).sort((a, b) => a.at - b.at);
  let lost = 0;
  let since = 0;
  for (const { at, part, isUp } of events) {
    if (!works(system, up)) lost += at - since;
    up.set(part, isUp);
    if (!isUp && works(system, up)) lost += unnoticed(system, part, up, secondsOfMonth - at);
    since = at;
  }
  return Math.min(secondsOfMonth, works(system, up) ? lost : lost + secondsOfMonth - since);
}

function monthOf(part: Part, random: Random, up: Map<Part, boolean>): readonly Event[] {
  let isUp = random() < part.availability;
  up.set(part, isUp);
  const events: Event[] = [];
  const mean = betweenFailures(part);
  if (mean === Number.POSITIVE_INFINITY) return events;
  for (let at = 0; ;) {
    at += exponential(random, isUp ? mean : part.repair);
    if (at >= secondsOfMonth) return events;
    isUp = !isUp;
    events.push({ at, part, isUp });
  }
}

function works(system: System, up: ReadonlyMap<Part, boolean>): boolean {
  switch (system.kind) {
    case "part":
      return up.get(system) === true;
    case "series":
      return system.parts.every((part) => works(part, up));
    case "parallel":
      return system.parts.some((part) => works(part, up));
  }
}

/** The failed part's share of the requests, until it is asked no more: one of as many as worked before it failed. */
function unnoticed(system: System, failed: Part, up: ReadonlyMap<Part, boolean>, left: number): number {
  if (system.kind === "part") return 0;
  const within = system.parts.find((part) => partsOf(part).includes(failed));
  if (within === undefined) return 0;
  if (system.kind === "series" || works(within, up)) return unnoticed(within, failed, up, left);
  return Math.min(system.unnoticed, left) / (system.parts.filter((part) => works(part, up)).length + 1);
}
