import { costRules } from "./cost/rules.js";
import type { Rule } from "./finding.js";
import { objectiveRules } from "./objectives/rules.js";

/** Everything that a check looks for. */
export const allRules: readonly Rule[] = [...objectiveRules, ...costRules];
