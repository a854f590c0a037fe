import type { Environment } from "../../environment/environment.js";
import { isKnown } from "../../environment/maybe.js";
import type { Node } from "../../environment/node.js";
import { dollars } from "../cost/lines.js";
import { bundledPrices } from "../cost/prices.js";
import { found, type Finding, type Rule } from "../finding.js";
import { assess, type AssessOptions, type Assessment } from "./assess.js";
import type { Change } from "./changes.js";
import { objectiveNames, type ObjectiveName } from "./judge.js";
import { percent, seconds } from "./span.js";

type AssessmentOf = (environment: Environment) => Assessment;

/** Objectives are no resource, but they stand somewhere. */
const objectivesNode = ({ objectives }: Environment): Node => ({
  id: "Objectives",
  type: "Sandtable::Objectives",
  name: "Objectives",
  tags: {},
  ...(objectives.place === undefined ? {} : { place: objectives.place }),
});

const words: { readonly [N in ObjectiveName]: string } = {
  availability: "availability",
  rto: "recovery time (RTO)",
  rpo: "data loss (RPO)",
};

const stated = (name: ObjectiveName, value: number): string => (name === "availability" ? percent(value / 100) : seconds(value));

const costText = (changes: readonly Change[]): string => {
  const known = changes.reduce((sum, { monthly }) => sum + (isKnown(monthly) ? monthly : 0), 0);
  const unknown = changes.filter(({ monthly }) => !isKnown(monthly)).length;
  return unknown === 0
    ? `${dollars(known)} a month`
    : `at least ${dollars(known)} a month and what is not known of ${unknown === 1 ? "one of them" : `${unknown} of them`}`;
};

const changeText = ({ text, monthly }: Change): string =>
  `${text} (${isKnown(monthly) ? `${dollars(monthly)} a month` : `price not known: ${monthly.why}`})`;

/** What would help, and what it costs. */
function fixOf({ plan, steps, ceiling, verdicts, services }: Assessment, name: ObjectiveName): string {
  const parts: string[] = [];
  if (name === "availability" && services.some(({ path: { stops = [] } }) => stops.length > 0))
    parts.push("first let requests and health checks through: the findings about them say how");
  // What is not known is not made known by spending on something else.
  const helps = plan !== undefined && (verdicts[name] !== "unknown" || plan.verdicts[name] !== "unknown");
  if (helps) {
    const which = plan.exact ? "the cheapest changes" : "changes";
    const then = plan.verdicts[name] ?? "not stated";
    parts.push(
      `${which} that bring the objectives furthest cost ${costText(plan.changes)}: ${plan.changes.map(changeText).join("; ")}; the ${words[name]} is then ${then}`,
    );
  }
  if (name === "availability") {
    parts.push(
      ...steps.map(
        (step) =>
          `${percent(step.availability)} for ${costText(step.changes)}: ${step.changes.map(({ text }) => text).join("; ")}`,
      ),
    );
    parts.push(...ceiling);
  }
  if (parts.length === 0)
    parts.push(
      "no change that is known here brings it further: measure what is assumed with a drill, or state another objective",
    );
  return parts.join(". ");
}

function rule(name: ObjectiveName, assessmentOf: AssessmentOf): Rule {
  const judged: Rule = {
    id: `objective-${name}`,
    subject: "objectives",
    severity: "high",
    summary: `The stated ${words[name]} is more than the environment can be expected to keep.`,
    sources: [],
    judge: (environment) => {
      const assessment = assessmentOf(environment);
      const verdict = assessment.verdicts[name];
      const objective = assessment.objectives[name];
      if (verdict === undefined || objective === undefined || verdict === "achievable") return [];
      const reasons = assessment.reasons[name] ?? [];
      const points = assessment.singlePoints.map(({ why }) => why);
      const single = points.length === 0 ? "" : ` Single points of failure: ${[...new Set(points)].join("; ")}.`;
      const word = verdict === "unknown" ? "is not known to be achievable" : "is not achievable";
      return [
        found(judged, objectivesNode(environment), {
          title: `The ${words[name]} of ${stated(name, objective)} ${word}`,
          reason: `${reasons.join(". ")}.${single}`,
          fix: fixOf(assessment, name),
          verdict: verdict === "unknown" ? "unknown" : "fails",
          sources: sourcesOf(assessment, name),
        }),
      ];
    },
  };
  return judged;
}

const sourcesOf = ({ services }: Assessment, name: ObjectiveName): readonly string[] => [
  ...new Set(
    services.flatMap(({ promised, disruptions }) =>
      name === "availability" ? promised.sources : disruptions.filter(({ counts }) => counts).flatMap(({ sources }) => sources),
    ),
  ),
];

const notStated: Rule = {
  id: "objectives-not-stated",
  subject: "objectives",
  severity: "info",
  summary: "Availability, RTO or RPO has no number, so that nothing can be compared with it.",
  sources: [],
  judge: (environment): readonly Finding[] => {
    const missing = objectiveNames.filter((name) => environment.objectives[name] === undefined);
    if (missing.length === 0) return [];
    const labels = { availability: "availability", rto: "RTO", rpo: "RPO" };
    const names = missing.map((name) => labels[name]);
    const list = names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
    return [
      found(notStated, objectivesNode(environment), {
        title: `${list} ${names.length === 1 ? "is" : "are"} not stated`,
        reason: "Without a number nobody can tell whether the environment keeps what it promises.",
        fix: "state Availability (percent), Rto and Rpo under Metadata: Sandtable: Objectives of the template",
      }),
    ];
  },
};

/** Judgements about what the environment promises. Changes have the prices of the grounds; nothing is simulated. */
export function objectiveRulesWith(grounds: () => AssessOptions): readonly Rule[] {
  const assessments = new WeakMap<Environment, Assessment>();
  // Made once for all rules.
  const assessmentOf: AssessmentOf = (environment) => {
    const made = assessments.get(environment) ?? assess(environment, { ...grounds(), months: 0 });
    assessments.set(environment, made);
    return made;
  };
  return [...objectiveNames.map((name) => rule(name, assessmentOf)), notStated];
}

/** With the prices that come with the program. */
export const objectiveRules: readonly Rule[] = objectiveRulesWith(() => ({ prices: bundledPrices() }));
