import type {
  Address as ApiAddress,
  AllocateAddressCommandInput,
  AllocateAddressCommandOutput,
  AssociateAddressCommandInput,
  AssociateAddressCommandOutput,
  DescribeAddressesAttributeCommandInput,
  DescribeAddressesAttributeCommandOutput,
  DescribeAddressesCommandInput,
  DescribeAddressesCommandOutput,
  DisassociateAddressCommandInput,
  ReleaseAddressCommandInput,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { allocateAddress, associateAddress, disassociateAddress, releaseAddress, theAddress } from "./elasticips.js";
import { onlyInterfaceOf } from "./attachments.js";
import { theInstance } from "./instances.js";
import { describeRules, select } from "./lists.js";
import { Addresses, NetworkInterfaces, type Address } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";

function describe(call: Call, address: Address): ApiAddress {
  const { association } = address;
  const nic = association && call.records.get(NetworkInterfaces, association.interfaceId);
  return {
    AllocationId: address.allocationId,
    PublicIp: address.publicIp,
    Domain: "vpc",
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: call.regionName,
    AssociationId: association?.associationId,
    NetworkInterfaceId: nic?.interfaceId,
    NetworkInterfaceOwnerId: nic === undefined ? undefined : call.accountId,
    PrivateIpAddress: association?.privateIp ?? nic?.privateIp,
    InstanceId: nic?.holder.kind === "instance" ? nic.holder.id : undefined,
    Tags: tagList(address.tags),
  };
}

/** A region's addresses are all of its one border group. */
function checkBorderGroup(call: Call, group: string | undefined): void {
  if (group !== undefined && group !== call.regionName)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${group}) for parameter networkBorderGroup is invalid. The border group here is ${call.regionName}.`,
    );
}

function isOfPublicIp(call: Call, publicIp: string): Address {
  const address = call.records.list(Addresses).find((known) => known.publicIp === publicIp);
  if (address === undefined) throw new ServiceFault("InvalidAddress.NotFound", `Address '${publicIp}' not found.`);
  return address;
}

/** By its allocation, or, as EC2-Classic did and AWS still takes, by the address itself. */
function named(call: Call, allocationId: string | undefined, publicIp: string | undefined): Address {
  oneOf(["public IP", publicIp], ["allocation id", allocationId]);
  if (allocationId === undefined && publicIp !== undefined) return isOfPublicIp(call, publicIp);
  if (allocationId === undefined)
    throw new ServiceFault("MissingParameter", "Either public IP or allocation id must be specified");
  return theAddress(call, allocationId);
}

type Named = readonly [noun: string, id: string | undefined];

/** Two ways to name a thing might name two. */
function oneOf(one: Named, other: Named): void {
  if (one[1] !== undefined && other[1] !== undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `You may specify ${one[0]} or ${other[0]}, but not both in the same call`,
    );
}

function interfaceOf(call: Call, input: AssociateAddressCommandInput): string {
  oneOf(["instance id", input.InstanceId], ["network interface id", input.NetworkInterfaceId]);
  if (input.NetworkInterfaceId !== undefined) return input.NetworkInterfaceId;
  if (input.InstanceId === undefined)
    throw new ServiceFault("MissingParameter", "Either instance ID or network interface id must be specified");
  const instance = theInstance(call, input.InstanceId);
  if (instance.state === "pending" || instance.state === "running" || instance.state === "stopped")
    return onlyInterfaceOf(call, instance);
  throw new ServiceFault("InvalidInstanceID", `The instance '${input.InstanceId}' is not in a valid state for this operation.`);
}

export const elasticIpOperations: readonly Operation[] = [
  operation<AllocateAddressCommandInput, AllocateAddressCommandOutput>(
    "ec2",
    "AllocateAddress",
    {
      Domain: states("vpc"),
      PublicIpv4Pool: states("amazon"),
      NetworkBorderGroup: enforced,
      TagSpecifications: tagSpecifications,
      DryRun: states(false),
    },
    (call, input) => {
      checkBorderGroup(call, input.NetworkBorderGroup);
      const address = allocateAddress(call, tagsAtCreation(input.TagSpecifications, "elastic-ip"));
      return {
        AllocationId: address.allocationId,
        PublicIp: address.publicIp,
        Domain: "vpc",
        PublicIpv4Pool: "amazon",
        NetworkBorderGroup: call.regionName,
      };
    },
  ),
  operation<DescribeAddressesCommandInput, DescribeAddressesCommandOutput>(
    "ec2",
    "DescribeAddresses",
    { Filters: describeRules.Filters, AllocationIds: enforced, PublicIps: enforced, DryRun: states(false) },
    (call, input) => {
      const wanted = input.PublicIps?.map((publicIp) => isOfPublicIp(call, publicIp).publicIp);
      const { page } = select(
        call.records.list(Addresses).filter((address) => wanted?.includes(address.publicIp) ?? true),
        { Filters: input.Filters },
        {
          id: (address) => address.allocationId,
          ids: input.AllocationIds,
          notFound: ["InvalidAllocationID.NotFound", "allocation ID"],
          filters: {
            "allocation-id": (address) => address.allocationId,
            "association-id": (address) => address.association?.associationId,
            "public-ip": (address) => address.publicIp,
            domain: () => "vpc",
            "instance-id": (address) => describe(call, address).InstanceId,
            "network-border-group": () => call.regionName,
            "network-interface-id": (address) => address.association?.interfaceId,
            "network-interface-owner-id": (address) => describe(call, address).NetworkInterfaceOwnerId,
            "private-ip-address": (address) => describe(call, address).PrivateIpAddress,
          },
        },
      );
      return { Addresses: page.map((address) => describe(call, address)) };
    },
  ),
  operation<DescribeAddressesAttributeCommandInput, DescribeAddressesAttributeCommandOutput>(
    "ec2",
    "DescribeAddressesAttribute",
    { AllocationIds: enforced, Attribute: enforced, MaxResults: enforced, NextToken: enforced, DryRun: states(false) },
    (call, input) => {
      const attribute: string | undefined = input.Attribute;
      if (attribute !== undefined && attribute !== "domain-name")
        throw new ServiceFault("InvalidParameterValue", `Value (${attribute}) for parameter attribute is invalid.`);
      input.AllocationIds?.forEach((id) => theAddress(call, id));
      // The one attribute there is, a reverse name, can't be set here (ModifyAddressAttribute is refused).
      return { Addresses: [] };
    },
  ),
  operation<AssociateAddressCommandInput, AssociateAddressCommandOutput>(
    "ec2",
    "AssociateAddress",
    {
      AllocationId: enforced,
      PublicIp: enforced,
      InstanceId: enforced,
      NetworkInterfaceId: enforced,
      PrivateIpAddress: enforced,
      AllowReassociation: enforced,
      DryRun: states(false),
    },
    async (call, input) => ({
      AssociationId: await associateAddress(call, named(call, input.AllocationId, input.PublicIp).allocationId, {
        interfaceId: interfaceOf(call, input),
        privateIp: input.PrivateIpAddress,
        reassociate: input.AllowReassociation,
      }),
    }),
  ),
  operation<DisassociateAddressCommandInput, object>(
    "ec2",
    "DisassociateAddress",
    { AssociationId: enforced, PublicIp: enforced, DryRun: states(false) },
    async (call, input) => {
      oneOf(["public IP", input.PublicIp], ["association id", input.AssociationId]);
      const associationId =
        input.AssociationId ??
        (input.PublicIp === undefined ? undefined : isOfPublicIp(call, input.PublicIp).association?.associationId);
      if (associationId === undefined)
        throw new ServiceFault("MissingParameter", "Either public IP or association id must be specified");
      await disassociateAddress(call, associationId);
      return {};
    },
  ),
  operation<ReleaseAddressCommandInput, object>(
    "ec2",
    "ReleaseAddress",
    { AllocationId: enforced, PublicIp: enforced, NetworkBorderGroup: enforced, DryRun: states(false) },
    (call, input) => {
      checkBorderGroup(call, input.NetworkBorderGroup);
      releaseAddress(call, named(call, input.AllocationId, input.PublicIp).allocationId);
      return {};
    },
  ),
];
