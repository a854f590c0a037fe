import type { SourcePlace } from "./node.js";
import type { Measured, Usage } from "./stated.js";

/** What the environment promises, and how often it may fail to. */
export interface Objectives {
  /** Percent of a month, e.g. 99.98. */
  readonly availability?: number;
  /** Seconds of data that may be lost. */
  readonly rpo?: number;
  /** Seconds until the service is back. */
  readonly rto?: number;
  /** US dollars a month. */
  readonly budget?: number;
  /** What drills measured of it. */
  readonly measured?: Measured;
  /** The use it is expected to have. */
  readonly usage?: Usage;
  readonly place?: SourcePlace;
}
