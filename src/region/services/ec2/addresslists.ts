import type { PrivateIpAddressSpecification } from "@aws-sdk/client-ec2";
import { ServiceFault } from "../../operations/fault.js";

/** The primary address may be stated alone or in the list; the others are secondary. */
export function statedAddresses(input: {
  readonly PrivateIpAddress?: string | undefined;
  readonly PrivateIpAddresses?: readonly PrivateIpAddressSpecification[] | undefined;
  readonly SecondaryPrivateIpAddressCount?: number | undefined;
}): { privateIp: string | undefined; secondaryIps: readonly string[]; secondaryCount: number | undefined } {
  const list = input.PrivateIpAddresses ?? [];
  const primary = list.filter(({ Primary }) => Primary === true);
  if (primary.length > 1 || (primary.length === 1 && input.PrivateIpAddress !== undefined))
    throw new ServiceFault("InvalidParameterValue", "Only one primary private IP address can be specified.");
  if (list.some(({ PrivateIpAddress }) => PrivateIpAddress === undefined))
    throw new ServiceFault("MissingParameter", "The request must contain the parameter PrivateIpAddress");
  const secondaryIps = list.flatMap(({ Primary, PrivateIpAddress = "" }) => (Primary === true ? [] : [PrivateIpAddress]));
  if (secondaryIps.length > 0 && input.SecondaryPrivateIpAddressCount !== undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "The parameter secondaryPrivateIpAddressCount cannot be used with secondary private IP addresses",
    );
  return {
    privateIp: input.PrivateIpAddress ?? primary[0]?.PrivateIpAddress,
    secondaryIps,
    secondaryCount: input.SecondaryPrivateIpAddressCount,
  };
}
