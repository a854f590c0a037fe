/** Medians of what was measured, with the spread, and the ratio to a baseline of the same run. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

export interface Figure {
  readonly what: string;
  readonly values: readonly number[];
  readonly unit: string;
  /** What it should be, in words. */
  readonly aim: string;
  readonly met: boolean;
}

export const line = ({ what, values, unit, aim, met }: Figure): string => {
  const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
  const spread = `${round(Math.min(...values))} … ${round(Math.max(...values))}`;
  return `${what.padEnd(58)} ${round(median(values)).padStart(8)} ${unit.padEnd(4)} (${spread}, n=${values.length})  aim ${aim}: ${met ? "met" : "missed"}`;
};

export const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
};
