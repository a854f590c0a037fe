import { seriesKey, type Metric, type Sample, type Unit } from "./metric.js";
import { byPeriod, ofValue, type StatisticsAt } from "./statistics.js";

/**
 * The text of a segment: the samples of one stretch of time, one JSON line each. A series says who it is once, before its first
 * sample; a sample is `[series, at, value]`, and what was put together `[series, at, sampleCount, sum, minimum, maximum]`.
 *
 *     {"series":0,"unit":"Percent","metric":{"accountId":…,"namespace":"AWS/RDS","name":"CPUUtilization","dimensions":{…}}}
 *     [0,1795255200000,12.5]
 */
export interface Series {
  readonly metric: Metric;
  readonly unit: Unit;
  readonly sets: StatisticsAt[];
}

/** Numbers of the series that a segment has named already, by `seriesKey`. */
export type SeriesNumbers = Map<string, number>;

/** The lines of samples, each series named when it is new to the segment; which is noted in `numbers`. */
export function sampleLines(samples: readonly Sample[], numbers: SeriesNumbers): string {
  return samples
    .map(({ metric, unit, at, value }) => {
      const { line, number } = named(metric, unit, numbers);
      return `${line}${JSON.stringify([number, at, rounded(value)])}\n`;
    })
    .join("");
}

/** The whole of a segment in which what belongs to one period is put together. Pure. */
export function coarser(series: readonly Series[], periodSeconds: number): string {
  const numbers: SeriesNumbers = new Map();
  return series
    .flatMap(({ metric, unit, sets }) => {
      const { line, number } = named(metric, unit, numbers);
      const lines = byPeriod(sets, periodSeconds).map(
        ({ at, sampleCount, sum, minimum, maximum }) =>
          `${JSON.stringify([number, at, sampleCount, rounded(sum), rounded(minimum), rounded(maximum)])}\n`,
      );
      return [line, ...lines];
    })
    .join("");
}

/** What a segment holds. A line that is none (torn, or damaged) is left out. Pure. */
export function readSegment(text: string): ReadonlyMap<number, Series> {
  const all = new Map<number, Series>();
  for (const line of text.split("\n")) {
    const value = parse(line);
    if (Array.isArray(value)) {
      const set = setOf(value);
      if (set !== undefined) all.get(value[0] as number)?.sets.push(set);
    } else if (isName(value)) all.set(value.series, { metric: value.metric, unit: value.unit, sets: [] });
  }
  return all;
}

/** The numbers under which a segment knows its series, to go on with it. Pure. */
export const seriesNumbers = (series: ReadonlyMap<number, Series>): SeriesNumbers =>
  new Map([...series].map(([number, { metric, unit }]) => [seriesKey(metric, unit), number]));

function named(metric: Metric, unit: Unit, numbers: SeriesNumbers): { readonly line: string; readonly number: number } {
  const key = seriesKey(metric, unit);
  const known = numbers.get(key);
  if (known !== undefined) return { line: "", number: known };
  const number = numbers.size;
  numbers.set(key, number);
  return { line: `${JSON.stringify({ series: number, unit, metric })}\n`, number };
}

/** Six digits behind the point are more than was measured. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

interface Name {
  readonly series: number;
  readonly unit: Unit;
  readonly metric: Metric;
}

const isName = (value: unknown): value is Name =>
  typeof value === "object" && value !== null && "series" in value && "unit" in value && "metric" in value;

function setOf(line: readonly unknown[]): StatisticsAt | undefined {
  if (!line.every((each) => typeof each === "number")) return undefined;
  const [, at, ...rest] = line as number[];
  if (at === undefined) return undefined;
  const [first, sum, minimum, maximum] = rest;
  if (rest.length === 1 && first !== undefined) return ofValue(at, first);
  if (first === undefined || sum === undefined || minimum === undefined || maximum === undefined) return undefined;
  return { at, sampleCount: first, sum, minimum, maximum };
}
