import type { Environment } from "../../environment/environment.js";
import type { Objectives } from "../../environment/objectives.js";
import { mergeUsage, type Measured, type Usage } from "../../environment/stated.js";
import { bundledPrices, pricingFor, type PriceTable } from "../cost/prices.js";
import { promised, reaches, type Promised } from "./availability.js";
import { candidates } from "./changes.js";
import { disruptionsOf, type Disruption, type DisruptionKind } from "./disruptions.js";
import { promises } from "./facts.js";
import { servicePaths } from "./find.js";
import { judge, type Judgement, type ObjectiveName, type Verdicts } from "./judge.js";
import { modelNotes, systemOf } from "./montecarlo/model.js";
import { simulate, type Simulation } from "./montecarlo/simulate.js";
import { named, type Named, type ServicePath } from "./path.js";
import { Search, type Plan } from "./search.js";
import { durationText, keeps, percent } from "./span.js";

/** What can be expected of the environment, compared with what is stated. */
export interface Assessment {
  readonly objectives: Objectives;
  /** Of all services together: one for each objective that is stated. */
  readonly verdicts: Verdicts;
  /** Why an objective is not surely kept. */
  readonly reasons: Readonly<Partial<Record<ObjectiveName, readonly string[]>>>;
  readonly services: readonly ServiceAssessment[];
  /** Parts whose loss stops a service until somebody acts. */
  readonly singlePoints: readonly SinglePoint[];
  /** The cheapest changes that bring the objectives furthest; undefined where nothing is missing, or nothing helps. */
  readonly plan: Plan | undefined;
  /** Where no change reaches the availability: what more money buys, from the cheapest to the most available. */
  readonly steps: readonly Plan[];
  /** What would reach an availability that no change here does. */
  readonly ceiling: readonly string[];
}

export interface ServiceAssessment {
  readonly path: ServicePath;
  readonly promised: Promised;
  readonly disruptions: readonly Disruption[];
  /** By failure and repair: where parts are left open, at worst and at best. Undefined where no months were asked for. */
  readonly simulated: { readonly worst: Simulation; readonly best: Simulation; readonly model: readonly string[] } | undefined;
}

export interface SinglePoint {
  readonly on: Named;
  readonly why: string;
  readonly stoppedBy: readonly DisruptionKind[];
}

export interface AssessOptions {
  readonly prices?: PriceTable;
  readonly priceRegion?: string;
  readonly usage?: Usage;
  /** What drills measured. */
  readonly measured?: Measured;
  readonly seed?: number;
  /** How many months are simulated; 1,000 unless it is said. 0: none. */
  readonly months?: number;
}

export function assess(environment: Environment, options: AssessOptions = {}): Assessment {
  const { objectives } = environment;
  const measured = { ...objectives.measured, ...options.measured };
  const paths = servicePaths(environment);
  const judged = (changed: readonly ServicePath[]): Judgement => judge(changed, objectives, measured);
  const { verdicts } = judged(paths);
  const pricer = {
    pricing: pricingFor(options.prices ?? bundledPrices(), environment.region, options.priceRegion),
    usage: mergeUsage(objectives.usage ?? {}, options.usage ?? {}),
  };
  const missing = Object.values(verdicts).some((verdict) => verdict !== "achievable");
  const availability = (changed: readonly ServicePath[]): number => Math.min(1, ...changed.map((path) => promised(path).low));
  const search = missing ? new Search(paths, candidates(environment, paths, pricer), { judge: judged, availability }) : undefined;
  const plan = search?.cheapest();
  const after = plan?.verdicts ?? verdicts;
  const services = paths.map((path) => serviceOf(path, objectives, { ...options, measured }));
  return {
    objectives,
    verdicts,
    reasons: reasonsOf(services, verdicts, objectives),
    services,
    singlePoints: singlePointsOf(services),
    plan,
    // Nothing that can be bought opens the way.
    steps:
      after.availability === "not achievable" && paths.every(({ stops = [] }) => stops.length === 0)
        ? (search?.steps() ?? [])
        : [],
    ceiling: ceilingOf(services, after, objectives),
  };
}

function serviceOf(path: ServicePath, objectives: Objectives, options: AssessOptions): ServiceAssessment {
  return {
    path,
    promised: promised(path),
    disruptions: disruptionsOf(path, objectives, options.measured ?? {}),
    simulated: simulated(path, objectives, options),
  };
}

function simulated(
  path: ServicePath,
  { availability }: Objectives,
  { seed = 1, months = 1000 }: AssessOptions,
): ServiceAssessment["simulated"] {
  if (months === 0) return undefined;
  const settings = { seed, months, ...(availability === undefined ? {} : { objective: availability / 100 }) };
  const [low, high] = [systemOf(path, "low"), systemOf(path, "high")];
  const worst = simulate(low, settings);
  // The same system and seed would only take the same time again.
  const best = JSON.stringify(low) === JSON.stringify(high) ? worst : simulate(high, settings);
  return { worst, best, model: modelNotes };
}

function reasonsOf(services: readonly ServiceAssessment[], verdicts: Verdicts, objectives: Objectives): Assessment["reasons"] {
  const none =
    services.length === 0 ? ["no way in from the internet was found, so it is not known what has to be available"] : [];
  const gaps = services.flatMap(({ path }) => path.gaps.map(({ why }) => why));
  const stops = services.flatMap(({ path }) => (path.stops ?? []).map(({ why }) => why));
  const times = (of: "rto" | "rpo", objective: number): readonly string[] =>
    services.flatMap(({ disruptions }) =>
      disruptions
        .filter(({ counts }) => counts)
        .flatMap(({ title, effects }) =>
          effects
            .filter((effect) => keeps(effect[of], objective) !== "achievable")
            .map((effect) => `${title}: ${effect.on.name}: ${durationText(effect[of])}`),
        ),
    );
  const { availability, rto, rpo } = objectives;
  const promisedLines = services.filter(
    (service) => availability !== undefined && reaches(service.promised, availability) !== "achievable",
  );
  const wanted = (name: ObjectiveName): boolean => verdicts[name] !== undefined && verdicts[name] !== "achievable";
  const unique = (lines: readonly string[]): readonly string[] => [...new Set(lines)];
  return {
    ...(wanted("availability")
      ? { availability: unique([...none, ...stops, ...promisedLines.flatMap((service) => service.promised.lines)]) }
      : {}),
    ...(wanted("rto") && rto !== undefined ? { rto: unique([...none, ...gaps, ...times("rto", rto)]) } : {}),
    ...(wanted("rpo") && rpo !== undefined ? { rpo: unique([...none, ...gaps, ...times("rpo", rpo)]) } : {}),
  };
}

function singlePointsOf(services: readonly ServiceAssessment[]): readonly SinglePoint[] {
  const points = new Map<string, SinglePoint>();
  for (const { kind, counts, effects } of services.flatMap(({ disruptions }) => disruptions)) {
    for (const { on, single } of counts ? effects : []) {
      if (single === undefined) continue;
      const key = `${on.id} ${single}`;
      const before = points.get(key)?.stoppedBy ?? [];
      points.set(key, { on: named(on), why: single, stoppedBy: before.includes(kind) ? before : [...before, kind] });
    }
  }
  return [...points.values()];
}

/** Where one region's promises end, and what goes beyond them. */
function ceilingOf(services: readonly ServiceAssessment[], after: Verdicts, { availability }: Objectives): readonly string[] {
  if (availability === undefined || after.availability !== "not achievable") return [];
  return services.flatMap(({ path }) => {
    const parts = [
      ...path.entries
        .filter(({ kind }) => kind !== "none")
        .map(() => ({ name: "a load balancer", value: promises.balancer.value })),
      ...path.tiers.map(() => ({ name: "EC2 in two zones", value: promises.instancesInZones.value })),
      ...path.databases.map(() => ({ name: "Aurora in two zones", value: promises.auroraInZones.value })),
    ];
    const best = parts.reduce((product, { value }) => product * value, 1);
    if (reaches({ low: best, high: best }, availability) === "achievable") return [];
    const two = 1 - (1 - best) ** 2;
    const product = parts.map(({ name, value }) => `${name} ${percent(value)}`).join(" × ");
    return [
      `${path.name}: the best that these parts are promised in one region is ${product} = ${percent(best)}: ${percent(availability / 100)} is above it, whatever is changed`,
      `${path.name}: two regions that both serve, behind Route 53 (${percent(promises.names.value)}), would be promised 1 - (1 - ${percent(best)})² = ${percent(two)}, if they fail independently and both have the data; or state an objective of ${percent(best)} or less`,
    ];
  });
}
