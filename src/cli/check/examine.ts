import type { Severity } from "../../analysis/finding.js";
import type { PriceTable } from "../../analysis/cost/prices.js";
import { rulesWith } from "../../analysis/rules.js";
import type { Acceptance } from "../../analysis/verdict/baseline.js";
import { judge } from "../../analysis/verdict/judge.js";
import type { Report } from "../../analysis/verdict/report.js";
import type { Description } from "../../environment/described.js";
import type { Environment } from "../../environment/environment.js";
import { graphOf } from "../../environment/graph/graph.js";

export interface Examination {
  readonly environment: Environment;
  readonly report: Report;
}

/** Make the graph and judge it. `now` ends the acceptances. */
export function examine(
  description: Description,
  options: {
    readonly failOn: Severity;
    readonly acceptances: readonly Acceptance[];
    readonly now: Date;
    readonly prices: PriceTable;
  },
): Examination {
  const environment = graphOf(description);
  const today = options.now.toISOString().slice(0, 10);
  const report = judge(environment, rulesWith(options.prices), {
    failOn: options.failOn,
    acceptances: options.acceptances,
    today,
  });
  return { environment, report };
}
