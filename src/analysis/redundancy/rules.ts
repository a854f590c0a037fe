import type { Rule } from "../finding.js";
import { closedHealthCheck, slowHealthCheck } from "./health-checks.js";
import { natButNoStandby, singleNat } from "./nat.js";
import { containerWithoutRestart, droppedPackage, foregroundServer } from "./processes.js";
import { hostHealthOnly, noScalingPolicy } from "./scaling.js";
import { balancerInOneZone, databaseInOneZone, multiAzInOneZone, serviceInOneZone, zonesApart } from "./zones.js";

/** What is there twice, or comes back by itself, only in appearance. */
export const redundancyRules: readonly Rule[] = [
  serviceInOneZone,
  balancerInOneZone,
  databaseInOneZone,
  multiAzInOneZone,
  zonesApart,
  singleNat,
  natButNoStandby,
  hostHealthOnly,
  noScalingPolicy,
  slowHealthCheck,
  closedHealthCheck,
  foregroundServer,
  containerWithoutRestart,
  droppedPackage,
];
