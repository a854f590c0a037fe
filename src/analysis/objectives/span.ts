import { isKnown, Unknown } from "../../environment/maybe.js";

/** Seconds, from the least to the most. */
export interface Span {
  readonly low: number;
  readonly high: number;
  /** What is taken where nobody publishes a figure: no verdict may pass on it. */
  readonly assumes?: string;
  /** It grows from low to high again and again (what was written since the last upload of logs), so high is surely met; and later than that, too. */
  readonly recurs?: true;
}

/** It has no end of its own, and this is why. */
export interface Never {
  readonly never: string;
}

/** How long until the service is back, or how much of the newest data is lost. */
export type Duration = Span | Never | Unknown;

export type Verdict = "achievable" | "not achievable" | "unknown";

export const span = (low: number, high = low, assumes?: string): Span =>
  assumes === undefined ? { low, high } : { low, high, assumes };

export const isNever = (duration: Duration): duration is Never => "never" in duration;

/** One after the other. */
export function plus(a: Duration, b: Duration): Duration {
  if (isNever(a)) return a;
  if (isNever(b)) return b;
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  const assumes = [a.assumes, b.assumes].filter((text) => text !== undefined);
  return span(a.low + b.low, a.high + b.high, assumes.length === 0 ? undefined : [...new Set(assumes)].join("; "));
}

/** The worst of several that happen at once; none of them takes no time. What never ends is worst, then what is not known. */
export function worst(durations: readonly Duration[]): Duration {
  const never = durations.find(isNever);
  if (never !== undefined) return never;
  const unknown = durations.find((duration) => duration instanceof Unknown);
  if (unknown !== undefined) return unknown;
  const spans = durations.filter((duration): duration is Span => isKnown(duration) && !isNever(duration));
  const assumes = [...new Set(spans.flatMap((each) => (each.assumes === undefined ? [] : [each.assumes])))];
  const all = span(
    Math.max(0, ...spans.map(({ low }) => low)),
    Math.max(0, ...spans.map(({ high }) => high)),
    assumes.length === 0 ? undefined : assumes.join("; "),
  );
  // What recurs counts where it is the worst of them.
  return spans.some(({ recurs, high }) => recurs === true && high === all.high) ? { ...all, recurs: true } : all;
}

/** Does it keep to an objective, in seconds? Only what surely does is achievable. */
export function keeps(duration: Duration, objective: number): Verdict {
  if (isNever(duration)) return "not achievable";
  if (duration instanceof Unknown) return "unknown";
  if (duration.low > objective) return "not achievable";
  // Of the same length as the objective nothing is left for an upload that is late.
  if (duration.recurs === true && duration.high > objective) return "not achievable";
  if (duration.recurs === true && duration.high === objective) return "unknown";
  return duration.high <= objective && duration.assumes === undefined ? "achievable" : "unknown";
}

/** What all of them come to together. */
export function allOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("not achievable")) return "not achievable";
  return verdicts.includes("unknown") ? "unknown" : "achievable";
}

/** `35 s`, `30.7 min`, `2 h`. */
export function seconds(value: number): string {
  const round = (n: number): string => String(Number(n.toFixed(1)));
  if (value < 120) return `${round(value)} s`;
  return value < 7200 ? `${round(value / 60)} min` : `${round(value / 3600)} h`;
}

export function durationText(duration: Duration): string {
  if (isNever(duration)) return `no end: ${duration.never}`;
  if (duration instanceof Unknown) return `unknown: ${duration.why}`;
  const range = duration.low === duration.high ? seconds(duration.low) : `${seconds(duration.low)} to ${seconds(duration.high)}`;
  return duration.assumes === undefined ? range : `${range} (${duration.assumes})`;
}

/** `99.93 %`, with as many digits as tell it from 100. */
export function percent(fraction: number): string {
  if (fraction === 1) return "100 %";
  const digits = fraction > 0.9999 && fraction < 1 ? Math.floor(-Math.log10(1 - fraction)) : 2;
  return `${(fraction * 100).toFixed(digits).replace(/(\.\d\d\d*?)0+$/, "$1")} %`;
}
