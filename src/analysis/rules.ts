import { alarmRules } from "./alarms/rules.js";
import { backupRules } from "./backups/rules.js";
import { costRules } from "./cost/rules.js";
import { exposureRules } from "./exposure/rules.js";
import type { Rule } from "./finding.js";
import { objectiveRules } from "./objectives/rules.js";
import { redundancyRules } from "./redundancy/rules.js";

/** Everything that a check looks for. */
export const allRules: readonly Rule[] = [
  ...exposureRules,
  ...redundancyRules,
  ...objectiveRules,
  ...alarmRules,
  ...backupRules,
  ...costRules,
];
