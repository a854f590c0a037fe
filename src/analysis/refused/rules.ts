import type { Rule } from "../finding.js";
import { subnetBlockRefused, subnetBlocksOverlap, vpcBlockRefused } from "./blocks.js";
import { aclEntryRefused, groupRuleRefused, routeRefused } from "./traffic.js";

/** Networks that AWS would not make: a verdict on what never comes to be is no pass. */
export const refusedRules: readonly Rule[] = [
  vpcBlockRefused,
  subnetBlockRefused,
  subnetBlocksOverlap,
  groupRuleRefused,
  aclEntryRefused,
  routeRefused,
];
