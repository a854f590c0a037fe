/** A metric as CloudWatch names it, of one account and region. */
export interface Metric {
  readonly accountId: string;
  readonly regionName: string;
  /** e.g. `AWS/RDS`. */
  readonly namespace: string;
  /** e.g. `CPUUtilization`. */
  readonly name: string;
  /** e.g. `{ DBInstanceIdentifier: "orders" }`; their order says nothing. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export type Unit = "Percent" | "Count" | "Bytes" | "Seconds" | "Count/Second" | "Bytes/Second";

export interface Sample {
  readonly metric: Metric;
  readonly unit: Unit;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

/** The same text for the same metric and unit, and for no other. Pure. */
export const seriesKey = ({ accountId, regionName, namespace, name, dimensions }: Metric, unit: Unit): string =>
  JSON.stringify([
    ...[accountId, regionName, namespace, name, unit],
    Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1)),
  ]);

/** Are they of the same metric, whatever their unit? Pure. */
export const sameMetric = (one: Metric, other: Metric): boolean => seriesKey(one, "Count") === seriesKey(other, "Count");
