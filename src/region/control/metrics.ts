import * as z from "zod";
import type { House } from "../house.js";
import type { ControlHandler } from "./server.js";

const wish = z.object({
  namespace: z.string().default("AWS/RDS"),
  name: z.string(),
  dimensions: z.record(z.string(), z.string()).default({}),
  /** Milliseconds since the epoch; by default the last hour. */
  start: z.number().optional(),
  end: z.number().optional(),
  /** Seconds. */
  period: z.number().int().positive().default(60),
});

/** Datapoints of one metric of this region, until CloudWatch is there to tell them. */
export const metricsVerb =
  (house: House): ControlHandler =>
  (request) => {
    const { namespace, name, dimensions, start, end, period } = wish.parse(request);
    const { accountId, regionName } = house.home;
    const to = end ?? house.home.now() + 1;
    const from = start ?? to - 60 * 60 * 1000;
    return Promise.resolve(
      house.metrics.read({ accountId, regionName, namespace, name, dimensions }, { from, to, periodSeconds: period }),
    );
  };
