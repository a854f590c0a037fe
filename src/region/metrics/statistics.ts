/** Samples of one series put together: CloudWatch's StatisticSet, from which its simple statistics follow. */
export interface StatisticSet {
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Samples from `at` on, for as long as they were put together. */
export interface StatisticsAt extends StatisticSet {
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What CloudWatch calls a datapoint. */
export interface Datapoint extends StatisticsAt {
  readonly average: number;
}

export const ofValue = (at: number, value: number): StatisticsAt => ({
  at,
  sampleCount: 1,
  sum: value,
  minimum: value,
  maximum: value,
});

const together = (one: StatisticSet, other: StatisticSet): StatisticSet => ({
  sampleCount: one.sampleCount + other.sampleCount,
  sum: one.sum + other.sum,
  minimum: Math.min(one.minimum, other.minimum),
  maximum: Math.max(one.maximum, other.maximum),
});

/** Put what begins in the same period together; periods begin at the epoch. In ascending order of time. Pure. */
export function byPeriod(parts: Iterable<StatisticsAt>, periodSeconds: number): readonly StatisticsAt[] {
  const period = periodSeconds * 1000;
  const sets = new Map<number, StatisticSet>();
  for (const part of parts) {
    const at = Math.floor(part.at / period) * period;
    const before = sets.get(at);
    sets.set(at, before === undefined ? part : together(before, part));
  }
  return [...sets]
    .sort(([one], [other]) => one - other)
    .map(([at, { sampleCount, sum, minimum, maximum }]) => ({ at, sampleCount, sum, minimum, maximum }));
}

export const datapoint = (set: StatisticsAt): Datapoint => ({ ...set, average: set.sum / set.sampleCount });
