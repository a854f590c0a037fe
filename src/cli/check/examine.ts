import type { Finding, Severity } from "../../analysis/finding.js";
import { rulesWith, type Grounds } from "../../analysis/rules.js";
import type { Acceptance } from "../../analysis/verdict/baseline.js";
import { judge } from "../../analysis/verdict/judge.js";
import type { Report } from "../../analysis/verdict/report.js";
import type { Environment } from "../../environment/environment.js";

export interface Examination {
  readonly environment: Environment;
  readonly report: Report;
}

/** Judge a graph. `now` ends the acceptances; `others` is what was found beside by others' rules. */
export function examine(
  environment: Environment,
  options: {
    readonly failOn: Severity;
    readonly acceptances: readonly Acceptance[];
    readonly now: Date;
    readonly grounds: Grounds;
    readonly others?: readonly Finding[];
  },
): Examination {
  const { failOn, acceptances, now, grounds, others = [] } = options;
  const today = now.toISOString().slice(0, 10);
  return { environment, report: judge(environment, rulesWith(grounds), { failOn, acceptances, today, others }) };
}
