import type { Environment } from "../../environment/environment.js";
import { Unknown, type Maybe } from "../../environment/maybe.js";
import type { Unexamined } from "../../environment/node.js";
import { mergeUsage, type Usage } from "../../environment/stated.js";
import { computeLines } from "./compute.js";
import { dollars, totalOf, used, whyUnknown, type CostLine, type Pricer, type Total } from "./lines.js";
import { managedLines } from "./managed.js";
import { bundledPrices, pricingFor, type PriceTable } from "./prices.js";
import { savingsOf, type Saving } from "./savings.js";

/** The bill for a month, compared with the budget where one is stated. Amounts are US dollars, without taxes and discounts. */
export interface Estimate {
  readonly region: Maybe<string>;
  /** The region whose prices were taken instead, because the user asked for it. */
  readonly pricesOf: string | undefined;
  readonly lines: readonly CostLine[];
  /** By resource, dearest first; one whose cost is not known comes by what is known of it. */
  readonly resources: readonly { readonly resource: CostLine["resource"]; readonly total: Total }[];
  /** What is paid for by standing there, and what by use. */
  readonly standing: Total;
  readonly usage: Total;
  /** May cost money, and the graph does not hold it. */
  readonly notExamined: readonly Unexamined[];
  readonly budget: Budget | undefined;
  /** The three changes that save most, each with what it takes from resilience. */
  readonly savings: readonly Saving[];
  /** Where the prices were read, by the names that the lines give. */
  readonly sources: Readonly<Record<string, string>>;
}

export interface Budget {
  readonly limit: number;
  readonly verdict: "within" | "over" | "unknown";
  readonly reason: string;
}

export interface EstimateOptions {
  readonly prices?: PriceTable;
  /** Take this region's prices, and say so with each. */
  readonly priceRegion?: string;
  /** Beside what the definition states. */
  readonly usage?: Usage;
}

/** Types without a price of their own, of which the graph holds nothing. */
const free =
  /^AWS::(IAM|CloudFormation|CDK|SSM::Parameter|EC2::(VPC|Subnet|Route|SecurityGroup|LaunchTemplate|InternetGateway|DHCPOptions|EIPAssociation))/;

export function estimate(environment: Environment, options: EstimateOptions = {}): Estimate {
  const table = options.prices ?? bundledPrices();
  const pricing = pricingFor(table, environment.region, options.priceRegion);
  const pricer: Pricer = { pricing, usage: mergeUsage(environment.objectives.usage ?? {}, options.usage ?? {}) };
  const lines = [...computeLines(pricer, environment), ...managedLines(pricer, environment), ...sentLines(pricer, environment)];
  const standing = totalOf(lines.filter((line) => !line.usage));
  const usage = totalOf(lines.filter((line) => line.usage));
  const notExamined = environment.unexamined.filter(({ type }) => !free.test(type));
  return {
    region: environment.region,
    pricesOf: options.priceRegion,
    lines,
    resources: byResource(lines),
    standing,
    usage,
    notExamined,
    budget: budgetOf(environment.objectives.budget, standing, usage, notExamined),
    savings: savingsOf(environment, pricer, lines).slice(0, 3),
    sources: sourcesOf(table, lines),
  };
}

/** Traffic is the whole environment's: no definition says which resource sends it. */
function sentLines(pricer: Pricer, environment: Environment): readonly CostLine[] {
  if (environment.instances.size + environment.autoScalingGroups.size + environment.balancers.size === 0) return [];
  const whole = { id: "environment", type: "Sandtable::Environment", name: "the whole environment" };
  return [
    used(pricer, whole, "data sent to the internet", "transfer:internet", "internetGb"),
    used(pricer, whole, "data sent from zone to zone, each way", "transfer:zones", "zonesGb"),
  ];
}

function byResource(lines: readonly CostLine[]): Estimate["resources"] {
  const groups = new Map<string, CostLine[]>();
  for (const line of lines) groups.set(line.resource.id, [...(groups.get(line.resource.id) ?? []), line]);
  return [...groups.values()]
    .flatMap((group) => group.slice(0, 1).map(({ resource }) => ({ resource, total: totalOf(group) })))
    .sort((a, b) => b.total.known - a.total.known);
}

/**
 * Over the budget is over, whatever else is not known. Within it is only what is known in full: a price that is missing, a quantity that
 * depends on a use that nobody stated, a resource that was not examined make the verdict unknown.
 */
function budgetOf(
  limit: number | undefined,
  standing: Total,
  usage: Total,
  notExamined: readonly Unexamined[],
): Budget | undefined {
  if (limit === undefined) return undefined;
  const sum = standing.known + usage.known;
  const unknown = [...standing.unknown, ...usage.unknown];
  const least = unknown.length + notExamined.length > 0 ? "at least " : "";
  if (sum > limit) {
    return {
      limit,
      verdict: "over",
      reason: `${least}${dollars(sum)} a month is ${dollars(sum - limit)} more than the budget of ${dollars(limit)}`,
    };
  }
  const left = `${dollars(sum)} a month is known, which leaves ${dollars(limit - sum)} of the budget of ${dollars(limit)}`;
  if (least === "") return { limit, verdict: "within", reason: left };
  const missing = [
    ...standing.unknown.map((line) => `${line.resource.name}: ${line.what} (${whyUnknown(line)})`),
    ...(usage.unknown.length === 0 ? [] : [`${usage.unknown.length} amounts that depend on use`]),
    ...(notExamined.length === 0 ? [] : [`${notExamined.length} resources that are not examined`]),
  ];
  return { limit, verdict: "unknown", reason: `${left}; not known is ${missing.join("; ")}` };
}

function sourcesOf(table: PriceTable, lines: readonly CostLine[]): Readonly<Record<string, string>> {
  const named = new Set(lines.flatMap(({ price }) => (price instanceof Unknown ? [] : [price.source])));
  return Object.fromEntries(
    Object.entries(table.sources)
      .filter(([name]) => named.has(name))
      .map(([name, { what, where }]) => [name, `${what}: ${where}`]),
  );
}
