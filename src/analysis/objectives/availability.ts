import { Unknown } from "../../environment/maybe.js";
import { promises, secondsOfMonth, type Fact } from "./facts.js";
import { spread, whySpreadUnknown, type Datastore, type ServicePath, type Tier } from "./path.js";
import { percent, seconds, type Verdict } from "./span.js";

/** A part of the path whose loss is the loss of the service, with what AWS promises of it. */
export interface Component {
  readonly name: string;
  /** Fractions of the month; they differ where the source leaves open what it is, or whether requests need it. */
  readonly low: number;
  readonly high: number;
  readonly why: string;
  readonly sources: readonly string[];
}

export interface Promised {
  readonly components: readonly Component[];
  readonly low: number;
  readonly high: number;
  /** The arithmetic. */
  readonly lines: readonly string[];
  readonly sources: readonly string[];
}

/** The availability that AWS's agreements promise for the whole path: the product of its parts', as all of them are needed. */
export function promised(path: ServicePath): Promised {
  const components = componentsOf(path);
  const low = components.reduce((product, part) => product * part.low, 1);
  const high = components.reduce((product, part) => product * part.high, 1);
  const product = (side: "low" | "high"): string =>
    components
      .filter((part) => part[side] < 1)
      .map((part) => `${part.name} ${percent(part[side])}`)
      .join(" × ");
  const lost = (fraction: number): string =>
    `${percent(fraction)}, which allows ${seconds((1 - fraction) * secondsOfMonth)} a month`;
  const lines =
    low === high
      ? [`${product("high")} = ${lost(high)}`]
      : [`at best ${product("high")} = ${lost(high)}`, `at worst ${product("low")} = ${lost(low)}`];
  return {
    components,
    low,
    high,
    lines: [...lines, ...components.filter((part) => part.low !== part.high).map((part) => `${part.name}: ${part.why}`)],
    sources: [...new Set(components.flatMap((part) => part.sources))],
  };
}

/** Does the promise reach the objective (percent)? */
export function reaches({ low, high }: Pick<Promised, "low" | "high">, objective: number): Verdict {
  // Compared in percent, with the noise of multiplication taken off: 0.9999 × 0.9999 is 99.98 % and a little.
  const settled = (fraction: number): number => Number((fraction * 100).toFixed(9));
  if (settled(high) < objective) return "not achievable";
  return settled(low) >= objective ? "achievable" : "unknown";
}

function componentsOf(path: ServicePath): readonly Component[] {
  const perhaps = (name: string, promise: Fact, why: string): Component => ({
    name,
    low: promise.value,
    high: 1,
    why,
    sources: [promise.source],
  });
  return [
    ...path.entries.filter(({ kind }) => kind !== "none").map(({ name }) => sure(name, promises.balancer, "a load balancer")),
    ...path.tiers.map(serversPart),
    ...path.databases.map(databasePart),
    ...path.buckets.map(({ name }) => perhaps(name, promises.bucket, "counts only if requests wait for the bucket")),
    ...path.gaps.map(({ why }) => ({ name: "an unknown part", low: 0, high: 1, why, sources: [] })),
    ...(path.nat === undefined ? [] : [perhaps("NAT gateway", promises.natGateway, path.nat.because)]),
  ];
}

const sure = (name: string, promise: Fact, why: string): Component => ({
  name,
  low: promise.value,
  high: promise.value,
  why,
  sources: [promise.source],
});

function serversPart(tier: Tier): Component {
  const { least, most } = spread(tier);
  if (least >= 2) return sure(`${tier.name} (EC2 in ${least} zones)`, promises.instancesInZones, "servers in two zones or more");
  const one = promises.instance;
  if (most < 2) return sure(`${tier.name} (EC2 in one zone)`, one, "in one zone EC2 promises what it does for one instance");
  const two = promises.instancesInZones;
  const why = `whether its servers are in two zones is not known: ${whySpreadUnknown(tier)}`;
  return { name: tier.name, low: one.value, high: two.value, why, sources: [one.source, two.source] };
}

function databasePart(database: Datastore): Component {
  const aurora = database.kind === "aurora";
  const many = aurora ? promises.auroraInZones : promises.databaseMultiAz;
  const one = aurora ? promises.auroraInZone : promises.databaseSingleAz;
  const { redundant, certain } = database;
  const part =
    redundant instanceof Unknown
      ? {
          name: database.name,
          low: one.value,
          high: many.value,
          why: `whether a second server takes over is not known: ${redundant.why}`,
          sources: [one.source, many.source],
        }
      : sure(
          `${database.name} (${aurora ? "Aurora" : "RDS"} ${redundant ? "in several zones" : "in one zone"})`,
          redundant ? many : one,
          "",
        );
  return certain ? part : { ...part, high: 1, why: "whether the servers reach it is not known" };
}
