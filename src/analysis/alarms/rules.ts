import type { Rule } from "../finding.js";
import { impossibleDatapoints, reversedComparison, thresholdOutOfRange } from "./comparison.js";
import { contradicting, noAvailabilityAlarm, webAclOnNetworkBalancer } from "./coverage.js";
import { shutTopic } from "./encrypted-topics.js";
import { agentMissing, dimensionNamesNothing, metricElsewhere, periodTooFine } from "./measuring.js";
import { actionsDisabled, silentRecovery, unheardTopic, withoutAction } from "./telling.js";

/** Alarms that cannot work, tell nobody, or are missing. */
export const alarmRules: readonly Rule[] = [
  reversedComparison,
  thresholdOutOfRange,
  impossibleDatapoints,
  periodTooFine,
  metricElsewhere,
  agentMissing,
  dimensionNamesNothing,
  withoutAction,
  actionsDisabled,
  silentRecovery,
  unheardTopic,
  shutTopic,
  contradicting,
  noAvailabilityAlarm,
  webAclOnNetworkBalancer,
];
