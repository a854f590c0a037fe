import type {
  Address as ApiAddress,
  AllocateAddressCommandInput,
  AllocateAddressCommandOutput,
  AssociateAddressCommandInput,
  AssociateAddressCommandOutput,
  DescribeAddressesCommandInput,
  DescribeAddressesCommandOutput,
  DisassociateAddressCommandInput,
  ReleaseAddressCommandInput,
} from "@aws-sdk/client-ec2";
import type { PublicAddressSpec } from "../../../parts/fabric/spec.js";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, states } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { put, remove } from "../../records/records.js";
import { newId } from "./ids.js";
import { describeRules, select } from "./lists.js";
import { freePublicAddress, releasePublicAddress, takePublicAddress } from "./publicaddresses.js";
import { Addresses, InternetGateways, NetworkInterfaces, type Address } from "./records.js";
import { tagList, tagsAtCreation, tagSpecifications } from "./tags.js";

export function allocateAddress(call: Call, tags: Readonly<Record<string, string>>): Address {
  const address: Address = { allocationId: newId("eipalloc"), publicIp: freePublicAddress(call), tags };
  call.commit(put(Addresses, address.allocationId, address), takePublicAddress(address.publicIp));
  return address;
}

export function releaseAddress(call: Call, allocationId: string): void {
  const address = theAddress(call, allocationId);
  if (address.association !== undefined)
    throw new ServiceFault(
      "InvalidIPAddress.InUse",
      `Address ${address.publicIp} is in use by ${address.association.interfaceId}.`,
    );
  call.commit(remove(Addresses, allocationId), releasePublicAddress(address.publicIp));
}

/** Maps the address to an interface, one to one. The VPC must have an internet gateway. */
export async function associateAddress(
  call: Call,
  allocationId: string,
  interfaceId: string,
  reassociate = true,
): Promise<string> {
  const address = theAddress(call, allocationId);
  const nic = call.records.get(NetworkInterfaces, interfaceId);
  if (nic === undefined)
    throw new ServiceFault("InvalidNetworkInterfaceID.NotFound", `The networkInterface ID '${interfaceId}' does not exist`);
  if (!call.records.list(InternetGateways).some((gateway) => gateway.vpcId === nic.vpcId))
    throw new ServiceFault("Gateway.NotAttached", `Network ${nic.vpcId} is not attached to any internet gateway`);
  if (address.association !== undefined && !reassociate)
    throw new ServiceFault(
      "Resource.AlreadyAssociated",
      `resource ${allocationId} is already associated with associate-id ${address.association.associationId}`,
    );
  const associationId = newId("eipassoc");
  const before = address.association && call.records.get(NetworkInterfaces, address.association.interfaceId)?.vpcId;
  const displaced = call.records
    .list(Addresses)
    .filter((other) => other.association?.interfaceId === interfaceId && other.allocationId !== allocationId);
  if (displaced.length > 0 && !reassociate)
    throw new ServiceFault("Resource.AlreadyAssociated", `resource ${interfaceId} already has an Elastic IP address`);
  // An automatically assigned address gives way to an Elastic IP, for good, as on AWS.
  const { autoPublicIp, ...kept } = nic;
  call.commit(
    put(Addresses, allocationId, { ...address, association: { associationId, interfaceId } }),
    ...displaced.map(({ association: _freed, ...other }) => put(Addresses, other.allocationId, other)),
    ...(autoPublicIp === undefined ? [] : [put(NetworkInterfaces, interfaceId, kept), releasePublicAddress(autoPublicIp)]),
  );
  await call.upkeep.network(nic.vpcId);
  if (before !== undefined && before !== nic.vpcId) await call.upkeep.network(before);
  return associationId;
}

export async function disassociateAddress(call: Call, associationId: string): Promise<void> {
  const address = call.records.list(Addresses).find((candidate) => candidate.association?.associationId === associationId);
  if (address?.association === undefined)
    throw new ServiceFault("InvalidAssociationID.NotFound", `The association ID '${associationId}' does not exist`);
  const nic = call.records.get(NetworkInterfaces, address.association.interfaceId);
  if (nic?.holder.kind === "nat-gateway")
    throw new ServiceFault(
      "AuthFailure",
      `You do not have permission to access the specified resource: ${nic.interfaceId} belongs to ${nic.holder.id}.`,
    );
  const { association: _gone, ...kept } = address;
  call.commit(put(Addresses, address.allocationId, kept));
  if (nic !== undefined) await call.upkeep.network(nic.vpcId);
}

export function theAddress(call: Pick<Call, "records">, allocationId: string | undefined): Address {
  const address = allocationId === undefined ? undefined : call.records.get(Addresses, allocationId);
  if (address === undefined)
    throw new ServiceFault("InvalidAllocationID.NotFound", `The allocation ID '${allocationId}' does not exist`);
  return address;
}

/** Every public address in force in a VPC: Elastic IPs and those that came with an interface. */
export const publicAddressesOf = (call: Pick<Call, "records">, vpcId: string): readonly PublicAddressSpec[] =>
  call.records
    .list(NetworkInterfaces)
    .filter((nic) => nic.vpcId === vpcId)
    .flatMap((nic) => {
      const publicIp = publicIpOf(call, nic.interfaceId);
      return publicIp === undefined ? [] : [{ publicIp, interfaceId: nic.interfaceId }];
    });

export const publicIpOf = (call: Pick<Call, "records">, interfaceId: string): string | undefined =>
  call.records.list(Addresses).find((address) => address.association?.interfaceId === interfaceId)?.publicIp ??
  call.records.get(NetworkInterfaces, interfaceId)?.autoPublicIp;

function describe(call: Call, address: Address): ApiAddress {
  const nic = address.association && call.records.get(NetworkInterfaces, address.association.interfaceId);
  return {
    AllocationId: address.allocationId,
    PublicIp: address.publicIp,
    Domain: "vpc",
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: call.regionName,
    AssociationId: address.association?.associationId,
    NetworkInterfaceId: nic?.interfaceId,
    NetworkInterfaceOwnerId: nic === undefined ? undefined : call.accountId,
    PrivateIpAddress: nic?.privateIp,
    InstanceId: nic?.holder.kind === "instance" ? nic.holder.id : undefined,
    Tags: tagList(address.tags),
  };
}

export const elasticIpOperations: readonly Operation[] = [
  operation<AllocateAddressCommandInput, AllocateAddressCommandOutput>(
    "ec2",
    "AllocateAddress",
    { Domain: states("vpc"), TagSpecifications: tagSpecifications, DryRun: states(false) },
    (call, input) => {
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
      const { page } = select(
        call.records
          .list(Addresses)
          .filter((address) => input.PublicIps === undefined || input.PublicIps.includes(address.publicIp)),
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
            "network-interface-id": (address) => address.association?.interfaceId,
            "instance-id": (address) => describe(call, address).InstanceId,
          },
        },
      );
      return { Addresses: page.map((address) => describe(call, address)) };
    },
  ),
  operation<AssociateAddressCommandInput, AssociateAddressCommandOutput>(
    "ec2",
    "AssociateAddress",
    {
      AllocationId: enforced,
      InstanceId: enforced,
      NetworkInterfaceId: enforced,
      AllowReassociation: enforced,
      DryRun: states(false),
    },
    async (call, input) => {
      const interfaceId =
        input.NetworkInterfaceId ??
        call.records.list(NetworkInterfaces).find((nic) => nic.holder.kind === "instance" && nic.holder.id === input.InstanceId)
          ?.interfaceId;
      if (interfaceId === undefined)
        throw new ServiceFault("InvalidInstanceID.NotFound", `The instance ID '${input.InstanceId}' does not exist`);
      return {
        AssociationId: await associateAddress(call, input.AllocationId ?? "", interfaceId, input.AllowReassociation ?? true),
      };
    },
  ),
  operation<DisassociateAddressCommandInput, object>(
    "ec2",
    "DisassociateAddress",
    { AssociationId: enforced, DryRun: states(false) },
    async (call, input) => {
      await disassociateAddress(call, input.AssociationId ?? "");
      return {};
    },
  ),
  operation<ReleaseAddressCommandInput, object>(
    "ec2",
    "ReleaseAddress",
    { AllocationId: enforced, DryRun: states(false) },
    (call, input) => {
      releaseAddress(call, input.AllocationId ?? "");
      return {};
    },
  ),
];
