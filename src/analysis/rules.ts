import { alarmRules } from "./alarms/rules.js";
import { backupRules } from "./backups/rules.js";
import type { PriceTable } from "./cost/prices.js";
import { costRulesWith } from "./cost/rules.js";
import { exposureRules } from "./exposure/rules.js";
import type { Rule } from "./finding.js";
import { objectiveRulesWith } from "./objectives/rules.js";
import { redundancyRules } from "./redundancy/rules.js";

/** Everything that a check looks for, with these prices. */
export const rulesWith = (prices: PriceTable): readonly Rule[] => [
  ...exposureRules,
  ...redundancyRules,
  ...objectiveRulesWith(() => prices),
  ...alarmRules,
  ...backupRules,
  ...costRulesWith(() => prices),
];
