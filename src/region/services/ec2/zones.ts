import { ServiceFault } from "../../operations/fault.js";

/** Every region of the model has three zones, as the ones its environments name do. */
const letters = ["a", "b", "c"] as const;

export const zonesOf = (regionName: string): readonly string[] => letters.map((letter) => `${regionName}${letter}`);

/** `eu-west-3a` -> `euw3-az1`: AWS's short form of the region, and the zone's number. */
export function zoneId(zone: string): string {
  const [area = "", direction = "", number = ""] = zone.slice(0, -1).split("-");
  const short = direction
    .replace(/(north|south)(east|west)?/, (_, ns: string, ew?: string) => ns[0] + (ew?.[0] ?? ""))
    .replace(/east|west|central/, (word) => word[0] ?? "");
  return `${area}${short}${number}-az${letters.indexOf(zone.slice(-1) as "a") + 1}`;
}

/** The zone wanted, or the first one; throws `InvalidParameterValue` for one the region has not. */
export function zoneByNameOrId(regionName: string, wanted: string | undefined): string {
  const zones = zonesOf(regionName);
  const zone = wanted === undefined ? zones[0] : zones.find((name) => name === wanted || zoneId(name) === wanted);
  if (zone === undefined)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${wanted}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.join(", ")}.`,
    );
  return zone;
}
