import type { Environment } from "../../environment/environment.js";
import type { Node } from "../../environment/node.js";
import { found, type Finding, type Rule } from "../finding.js";
import { estimate, type Estimate, type EstimateOptions } from "./estimate.js";
import { whyUnknown } from "./lines.js";
import { bundledPrices } from "./prices.js";
import { savingText } from "./savings.js";

/** The budget is no resource, but it stands somewhere. */
const budgetNode = ({ objectives }: Environment): Node => ({
  id: "Objectives",
  type: "Sandtable::Objectives",
  name: "budget",
  tags: {},
  ...(objectives.place === undefined ? {} : { place: objectives.place }),
});

const sources = ["AWS Price List; each line of the estimate names its own source and date"];

const overBudgetBy = (estimateOf: EstimateOf) => {
  const overBudget = {
    id: "cost-over-budget",
    subject: "cost",
    severity: "medium",
    summary: "The environment costs more in a month than its stated budget.",
    sources,
    judge: (environment: Environment): readonly Finding[] => {
      const { budget, savings } = estimateOf(environment);
      if (budget === undefined || budget.verdict === "within") return [];
      const fix = savings.length === 0 ? "state a larger budget" : `what saves most: ${savings.map(savingText).join(". ")}`;
      return [
        budget.verdict === "over"
          ? found(overBudget, budgetNode(environment), {
              title: "The month costs more than the budget",
              reason: `${budget.reason}.`,
              fix,
            })
          : found(overBudget, budgetNode(environment), {
              title: "Whether the month stays within the budget is not known",
              reason: `${budget.reason}.`,
              fix: "state the expected use, and the prices and sizes that are missing",
              severity: "info",
              verdict: "unknown",
            }),
      ];
    },
  } as const satisfies Rule;
  return overBudget;
};

const unknownPriceBy = (estimateOf: EstimateOf) => {
  const unknownPrice = {
    id: "cost-price-unknown",
    subject: "cost",
    severity: "info",
    summary: "What a resource costs by standing there is not known, so that the total is too low.",
    sources,
    // Without a budget nobody asked, and the estimate itself names what it lacks.
    judge: (environment: Environment): readonly Finding[] =>
      environment.objectives.budget === undefined
        ? []
        : estimateOf(environment).standing.unknown.map((line) =>
            found(
              unknownPrice,
              { ...line.resource, tags: {}, ...placeOf(environment, line.resource.id) },
              {
                title: `What it costs is not known: ${line.what}`,
                reason: `${whyUnknown(line)}.`,
                fix: "run sandtable check --update-prices, or state what is missing",
                verdict: "unknown",
              },
            ),
          ),
  } as const satisfies Rule;
  return unknownPrice;
};

function placeOf(environment: Environment, id: string): Pick<Node, "place"> {
  const node =
    environment.instances.get(id) ??
    environment.autoScalingGroups.get(id) ??
    environment.databases.get(id) ??
    environment.databaseClusters.get(id) ??
    environment.balancers.get(id) ??
    environment.natGateways.get(id) ??
    environment.elasticIps.get(id) ??
    environment.keys.get(id) ??
    environment.alarms.get(id) ??
    environment.webAcls.get(id) ??
    environment.secrets.get(id);
  return node?.place === undefined ? {} : { place: node.place };
}

type EstimateOf = (environment: Environment) => Estimate;

/** Judgements about money: over the stated budget, and what is missing from the estimate. */
export function costRulesWith(grounds: () => EstimateOptions): readonly Rule[] {
  const estimates = new WeakMap<Environment, Estimate>();
  // Made once for all rules.
  const estimateOf: EstimateOf = (environment) => {
    const made = estimates.get(environment) ?? estimate(environment, grounds());
    estimates.set(environment, made);
    return made;
  };
  return [overBudgetBy(estimateOf), unknownPriceBy(estimateOf)];
}

/** With the prices that come with the program. */
export const costRules: readonly Rule[] = costRulesWith(() => ({ prices: bundledPrices() }));
