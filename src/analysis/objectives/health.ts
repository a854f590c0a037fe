import type { HealthCheck } from "../../environment/balancing.js";
import { isKnown, Unknown } from "../../environment/maybe.js";
import { span, type Duration } from "./span.js";

const guide = "Elastic Load Balancing user guide, target-group-health-checks";

/**
 * How long a balancer sends requests to a server that does not answer any more. The first check that fails comes up to an interval after
 * the failure, each costs its timeout, and so many must fail in a row: from (threshold - 1) × interval + timeout to threshold × interval + timeout.
 */
export function noticed(check: HealthCheck): { readonly time: Duration; readonly line: string; readonly source: string } {
  const { interval, timeout, unhealthyThreshold: threshold } = check;
  if (!isKnown(interval) || !isKnown(timeout) || !isKnown(threshold)) {
    const why = [interval, timeout, threshold].find((value) => value instanceof Unknown)?.why ?? "the health check is not known";
    return { time: new Unknown(why), line: `the health check's times are not known: ${why}`, source: guide };
  }
  const low = (threshold - 1) * interval + timeout;
  const high = threshold * interval + timeout;
  return {
    time: span(low, high),
    line: `the health check notices after (${threshold} - 1) × ${interval} s + ${timeout} s = ${low} s to ${threshold} × ${interval} s + ${timeout} s = ${high} s`,
    source: guide,
  };
}
