import type {
  DescribeInstanceTypesCommandInput,
  DescribeInstanceTypesCommandOutput,
  _InstanceType as InstanceTypeName,
} from "@aws-sdk/client-ec2";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { describeRules, select } from "./lists.js";

export interface InstanceType {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** How many it takes, and of how many addresses each. https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html#gp_network */
  readonly interfaces: number;
  readonly addressesPerInterface: number;
}

const type = (
  name: string,
  vcpus: number,
  memoryMiB: number,
  interfaces: number,
  addressesPerInterface: number,
): InstanceType => ({
  name,
  vcpus,
  memoryMiB,
  interfaces,
  addressesPerInterface,
});

/**
 * What a machine of each type is limited to: https://aws.amazon.com/ec2/instance-types/ (general purpose, burstable).
 * The arm64 families (t4g and the like) are refused: the machine image is amd64.
 */
const types: readonly InstanceType[] = [
  type("t2.nano", 1, 512, 2, 2),
  type("t2.micro", 1, 1024, 2, 2),
  type("t2.small", 1, 2048, 3, 4),
  type("t2.medium", 2, 4096, 3, 6),
  type("t2.large", 2, 8192, 3, 12),
  type("t3.nano", 2, 512, 2, 2),
  type("t3.micro", 2, 1024, 2, 2),
  type("t3.small", 2, 2048, 3, 4),
  type("t3.medium", 2, 4096, 3, 6),
  type("t3.large", 2, 8192, 3, 12),
];

/** Throws `NotModelled` for a type that Sandtable has no limits for. */
export function instanceType(name: string): InstanceType {
  const found = types.find((known) => known.name === name);
  if (found !== undefined) return found;
  if (!/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(name))
    throw new ServiceFault("InvalidParameterValue", `Invalid value '${name}' for InstanceType.`);
  throw new NotModelled(`the instance type ${name}`, `The types it has are ${types.map((known) => known.name).join(", ")}.`);
}

export const instanceTypeOperations: readonly Operation[] = [
  operation<DescribeInstanceTypesCommandInput, DescribeInstanceTypesCommandOutput>(
    "ec2",
    "DescribeInstanceTypes",
    { ...describeRules, InstanceTypes: enforced, DryRun: states(false) },
    (_call, input) => {
      const { page, NextToken } = select(types, input, {
        id: (item) => item.name,
        ids: input.InstanceTypes,
        notFound: ["InvalidInstanceType", "instance type"],
        filters: { "instance-type": (item) => item.name },
      });
      return {
        InstanceTypes: page.map((item) => ({
          InstanceType: item.name as InstanceTypeName,
          CurrentGeneration: item.name.startsWith("t3"),
          VCpuInfo: { DefaultVCpus: item.vcpus },
          MemoryInfo: { SizeInMiB: item.memoryMiB },
          ProcessorInfo: { SupportedArchitectures: ["x86_64"] },
          NetworkInfo: {
            MaximumNetworkInterfaces: item.interfaces,
            Ipv4AddressesPerInterface: item.addressesPerInterface,
            Ipv6Supported: false,
          },
          BurstablePerformanceSupported: true,
        })),
        NextToken,
      };
    },
  ),
];
