import type {
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
  DescribeRegionsCommandInput,
  DescribeRegionsCommandOutput,
} from "@aws-sdk/client-ec2";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { describeRules, select } from "./lists.js";

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

export const zoneOperations: readonly Operation[] = [
  operation<DescribeAvailabilityZonesCommandInput, DescribeAvailabilityZonesCommandOutput>(
    "ec2",
    "DescribeAvailabilityZones",
    {
      Filters: describeRules.Filters,
      ZoneNames: enforced,
      ZoneIds: enforced,
      AllAvailabilityZones: states(false),
      DryRun: states(false),
    },
    (call, input) => {
      const zones = zonesOf(call.regionName).filter(
        (zone) => input.ZoneIds === undefined || input.ZoneIds.includes(zoneId(zone)),
      );
      const { page } = select(
        zones.map((name) => ({ name })),
        { Filters: input.Filters },
        {
          id: (zone) => zone.name,
          ids: input.ZoneNames,
          notFound: ["InvalidParameterValue", "availability zone"],
          filters: {
            "zone-name": (zone) => zone.name,
            "zone-id": (zone) => zoneId(zone.name),
            "zone-type": () => "availability-zone",
            state: () => "available",
            "region-name": () => call.regionName,
            "group-name": () => call.regionName,
            "opt-in-status": () => "opt-in-not-required",
          },
        },
      );
      return {
        AvailabilityZones: page.map(({ name }) => ({
          ZoneName: name,
          ZoneId: zoneId(name),
          ZoneType: "availability-zone",
          State: "available",
          RegionName: call.regionName,
          GroupName: call.regionName,
          NetworkBorderGroup: call.regionName,
          OptInStatus: "opt-in-not-required",
          Messages: [],
        })),
      };
    },
  ),
  operation<DescribeRegionsCommandInput, DescribeRegionsCommandOutput>(
    "ec2",
    "DescribeRegions",
    { RegionNames: enforced, AllRegions: enforced, DryRun: states(false) },
    (call, input) => {
      const unknown = (input.RegionNames ?? []).filter((name) => name !== call.regionName);
      if (unknown.length > 0) throw new ServiceFault("InvalidParameterValue", `Invalid region names: [${unknown.join(", ")}]`);
      return {
        Regions: [
          { RegionName: call.regionName, Endpoint: `ec2.${call.regionName}.amazonaws.com`, OptInStatus: "opt-in-not-required" },
        ],
      };
    },
  ),
];
