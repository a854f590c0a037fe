import { alarmRules } from "./alarms/rules.js";
import { backupRules } from "./backups/rules.js";
import type { PriceTable } from "./cost/prices.js";
import { costRulesWith } from "./cost/rules.js";
import { exposureRules } from "./exposure/rules.js";
import type { Measured, Usage } from "../environment/stated.js";
import type { Rule } from "./finding.js";
import { objectiveRulesWith } from "./objectives/rules.js";
import { redundancyRules } from "./redundancy/rules.js";
import { refusedRules } from "./refused/rules.js";
import { sourceRules } from "./source/rules.js";

/** What judgements rest on beside the graph. */
export interface Grounds {
  readonly prices: PriceTable;
  /** Stated beside what the definition states; where both do, this one holds. */
  readonly usage?: Usage;
  readonly measured?: Measured;
}

/** Everything that a check looks for. */
export const rulesWith = (grounds: Grounds): readonly Rule[] => [
  ...refusedRules,
  ...exposureRules,
  ...redundancyRules,
  ...objectiveRulesWith(() => grounds),
  ...alarmRules,
  ...backupRules,
  ...sourceRules,
  ...costRulesWith(() => grounds),
];
