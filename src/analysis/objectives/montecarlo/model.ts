import { isKnown } from "../../../environment/maybe.js";
import { assumptions, promises, times } from "../facts.js";
import { noticed } from "../health.js";
import { spread, zonesAmong, type Datastore, type ServicePath, type Tier } from "../path.js";
import { isNever } from "../span.js";
import type { System } from "./system.js";

/** What the model says and assumes, for whoever reads its figures. */
export const modelNotes: readonly string[] = [
  "each part is down for as much of the time as its service level agreement allows, in outages of its repair time: MTBF = MTTR × A / (1 - A)",
  "parts fail independently of each other; servers in several zones are one part for each zone, beside one for what takes EC2 in all zones",
  "when a zone's servers fail, their share of the requests fails until the health check has noticed",
  `${assumptions.balancerOutage.source}; ${assumptions.serverOutage.source}; a database is back after the middle of its failover times, or after ${times.singleAzRecovery.value} s without a second server`,
];

const part = (name: string, availability: number, repair: number): System => ({ kind: "part", name, availability, repair });

/** A path as parts that fail and are repaired. Where the source leaves something open, `side` says whether the better or the worse is taken. */
export function systemOf(path: ServicePath, side: "low" | "high"): System {
  const worse = side === "low";
  const outage = assumptions.balancerOutage.value;
  return {
    kind: "series",
    parts: [
      ...path.entries.filter(({ kind }) => kind !== "none").map(({ name }) => part(name, promises.balancer.value, outage)),
      ...path.tiers.map((tier) => serversOf(tier, worse)),
      ...path.databases.filter(({ certain }) => certain || worse).map((database) => databaseOf(database, worse)),
      ...(worse ? path.buckets.map(({ name }) => part(name, promises.bucket.value, outage)) : []),
      ...(worse && path.nat !== undefined ? [part("NAT gateway", promises.natGateway.value, outage)] : []),
    ],
  };
}

function serversOf(tier: Tier, worse: boolean): System {
  const { least, most } = spread(tier);
  const zones = worse ? least : most;
  const servers = (name: string): System => part(name, promises.instance.value, assumptions.serverOutage.value);
  if (zones < 2) return servers(tier.name);
  const names = [...new Set(tier.zones.filter(isKnown))];
  const inZones = Array.from({ length: Math.min(zones, Math.max(2, zonesAmong(tier.zones).most)) }, (_, index) =>
    servers(`${tier.name} in ${names[index] ?? `zone ${index + 1}`}`),
  );
  const check = tier.healthCheck === undefined ? undefined : noticed(tier.healthCheck).time;
  const unnoticed = check === undefined || !isKnown(check) || isNever(check) ? 0 : (check.low + check.high) / 2;
  return {
    kind: "series",
    parts: [
      part("EC2 in all zones", promises.instancesInZones.value, assumptions.balancerOutage.value),
      { kind: "parallel", parts: inZones, unnoticed },
    ],
  };
}

function databaseOf({ name, kind, redundant }: Datastore, worse: boolean): System {
  const failsOver = isKnown(redundant) ? redundant : !worse;
  const {
    multiAzFailoverLeast,
    multiAzFailoverMost,
    auroraFailoverLeast,
    auroraFailoverMost,
    clusterFailover,
    singleAzRecovery,
  } = times;
  if (kind === "aurora") {
    return failsOver
      ? part(name, promises.auroraInZones.value, (auroraFailoverLeast.value + auroraFailoverMost.value) / 2)
      : part(name, promises.auroraInZone.value, singleAzRecovery.value);
  }
  if (!failsOver) return part(name, promises.databaseSingleAz.value, singleAzRecovery.value);
  const failover = kind === "cluster" ? clusterFailover.value : (multiAzFailoverLeast.value + multiAzFailoverMost.value) / 2;
  return part(name, promises.databaseMultiAz.value, failover);
}
