import type {
  AccountAttribute,
  DescribeAccountAttributesCommandInput,
  DescribeAccountAttributesCommandOutput,
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
  DescribeRegionsCommandInput,
  DescribeRegionsCommandOutput,
  DescribeVpnGatewaysCommandInput,
  DescribeVpnGatewaysCommandOutput,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { defaultVpc, defaultVpcNow } from "./defaultvpc.js";
import { describeRules, select } from "./lists.js";
import { zoneId, zonesOf } from "./zones.js";

/** The regions every account has without asking: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
const regions = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
] as const;

/** This endpoint answers for every region; one that must be asked for on AWS is shown to those who use it. */
const regionsOf = (call: Call) =>
  [...new Set<string>([...regions, call.regionName])].map((name) => ({ name, endpoint: `ec2.${name}.amazonaws.com` }));

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AccountAttribute.html */
const accountAttributes: Readonly<Record<string, (call: Call) => string>> = {
  "supported-platforms": () => "VPC",
  "default-vpc": (call) => defaultVpcNow(call)?.vpcId ?? "none",
  "max-instances": () => "20",
  "max-elastic-ips": () => "5",
  "vpc-max-elastic-ips": () => "5",
  "vpc-max-security-groups-per-interface": () => "5",
};

function describeZones(
  call: Call,
  input: DescribeAvailabilityZonesCommandInput,
): Omit<DescribeAvailabilityZonesCommandOutput, "$metadata"> {
  const zones = zonesOf(call.regionName).map((name) => ({ name, id: zoneId(name) }));
  const unknown = (noun: string, sent: readonly string[] | undefined, known: readonly string[]): void => {
    const wrong = (sent ?? []).filter((each) => !known.includes(each));
    if (wrong.length > 0) throw new ServiceFault("InvalidParameterValue", `Invalid ${noun}: [${wrong.join(", ")}]`);
  };
  unknown(
    "availability zone",
    input.ZoneNames,
    zones.map(({ name }) => name),
  );
  unknown(
    "availability zone-id",
    input.ZoneIds,
    zones.map(({ id }) => id),
  );
  const { page } = select(
    zones.filter(({ id }) => input.ZoneIds === undefined || input.ZoneIds.includes(id)),
    { Filters: input.Filters },
    {
      id: (zone) => zone.name,
      notFound: ["InvalidParameterValue", "availability zone"],
      filters: {
        "zone-name": (zone) => zone.name,
        "zone-id": (zone) => zone.id,
        "zone-type": () => "availability-zone",
        state: () => "available",
        "region-name": () => call.regionName,
        "group-name": () => call.regionName,
        "opt-in-status": () => "opt-in-not-required",
        message: () => undefined,
        "parent-zone-id": () => undefined,
        "parent-zone-name": () => undefined,
      },
    },
  );
  const named = page.filter(({ name }) => input.ZoneNames === undefined || input.ZoneNames.includes(name));
  return {
    AvailabilityZones: named.map(({ name, id }) => ({
      ZoneName: name,
      ZoneId: id,
      ZoneType: "availability-zone",
      State: "available",
      RegionName: call.regionName,
      GroupName: call.regionName,
      NetworkBorderGroup: call.regionName,
      OptInStatus: "opt-in-not-required",
      Messages: [],
    })),
  };
}

export const zoneOperations: readonly Operation[] = [
  operation<DescribeAvailabilityZonesCommandInput, DescribeAvailabilityZonesCommandOutput>(
    "ec2",
    "DescribeAvailabilityZones",
    // All zones are shown in any case: none must be asked for.
    {
      Filters: describeRules.Filters,
      ZoneNames: enforced,
      ZoneIds: enforced,
      AllAvailabilityZones: enforced,
      DryRun: states(false),
    },
    describeZones,
  ),
  operation<DescribeRegionsCommandInput, DescribeRegionsCommandOutput>(
    "ec2",
    "DescribeRegions",
    { Filters: describeRules.Filters, RegionNames: enforced, AllRegions: enforced, DryRun: states(false) },
    (call, input) => {
      const known = regionsOf(call);
      const unknown = (input.RegionNames ?? []).filter((name) => !known.some((region) => region.name === name));
      if (unknown.length > 0) throw new ServiceFault("InvalidParameterValue", `Invalid region names: [${unknown.join(", ")}]`);
      const { page } = select(
        known.filter(({ name }) => input.RegionNames?.includes(name) ?? true),
        { Filters: input.Filters },
        {
          id: (region) => region.name,
          notFound: ["InvalidParameterValue", "region"],
          filters: {
            "region-name": (region) => region.name,
            endpoint: (region) => region.endpoint,
            "opt-in-status": () => "opt-in-not-required",
          },
        },
      );
      return {
        Regions: page.map(({ name, endpoint }) => ({
          RegionName: name,
          Endpoint: endpoint,
          OptInStatus: "opt-in-not-required",
        })),
      };
    },
  ),
  operation<DescribeAccountAttributesCommandInput, DescribeAccountAttributesCommandOutput>(
    "ec2",
    "DescribeAccountAttributes",
    { AttributeNames: enforced, DryRun: states(false) },
    async (call, input) => {
      const names: readonly string[] = input.AttributeNames ?? Object.keys(accountAttributes);
      const unknown = names.find((name) => !Object.hasOwn(accountAttributes, name));
      if (unknown !== undefined)
        throw new ServiceFault("InvalidParameterValue", `Value (${unknown}) for parameter attributeName is invalid.`);
      // Who asks for it by name needs it.
      if (input.AttributeNames?.includes("default-vpc") === true) await defaultVpc(call);
      return {
        AccountAttributes: names.map((name): AccountAttribute => ({
          AttributeName: name,
          AttributeValues: [{ AttributeValue: accountAttributes[name]?.(call) }],
        })),
      };
    },
  ),
  // There are none, and there is no operation that would make one; the CDK asks when it looks a VPC up.
  operation<DescribeVpnGatewaysCommandInput, DescribeVpnGatewaysCommandOutput>(
    "ec2",
    "DescribeVpnGateways",
    { Filters: describeRules.Filters, VpnGatewayIds: enforced, DryRun: states(false) },
    (_call, input) => {
      const none = (): undefined => undefined;
      select(
        [],
        { Filters: input.Filters },
        {
          id: () => "",
          ids: input.VpnGatewayIds,
          notFound: ["InvalidVpnGatewayID.NotFound", "vpnGateway ID"],
          filters: {
            "amazon-side-asn": none,
            "attachment.state": none,
            "attachment.vpc-id": none,
            "availability-zone": none,
            state: none,
            type: none,
            "vpn-gateway-id": none,
          },
        },
      );
      return { VpnGateways: [] };
    },
  ),
];
