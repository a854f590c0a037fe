import type { Operation } from "../../operations/operation.js";
import { listenerOperations } from "./listeneroperations.js";
import { loadBalancerOperations } from "./loadbalanceroperations.js";
import { tagOperations } from "./tags.js";
import { targetGroupOperations } from "./targetgroupoperations.js";

/** Elastic Load Balancing v2: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ */
export const elbv2Operations: readonly Operation[] = [
  ...loadBalancerOperations,
  ...targetGroupOperations,
  ...listenerOperations,
  ...tagOperations,
];
