import { enforced, states } from "../../../operations/members.js";
import {
  allocateAddress,
  associateAddress,
  disassociateAddress,
  releaseAddress,
  theAddress,
} from "../../../services/ec2/elasticips.js";
import { createNatGateway, deleteNatGateway } from "../../../services/ec2/natgateways.js";
import { theInstance } from "../../../services/ec2/instances.js";
import { Addresses, NatGateways, type Address } from "../../../services/ec2/records.js";
import type { ResourceProvider } from "../../provider.js";
import { optionalText, tagRules, tagsOf, text, unlessGone } from "../properties.js";

const isAddress = (value: object): value is Address => "publicIp" in value;

/** `Ref` of an Elastic IP is the address itself; CloudFormation's physical id is the same. */
export const elasticIp: ResourceProvider = {
  type: "AWS::EC2::EIP",
  record: Addresses,
  identify: (id, value) => (isAddress(value) ? value.publicIp : id),
  properties: { Domain: states("vpc"), Tags: tagRules },
  attributes: {
    AllocationId: (call, publicIp) =>
      call.records.list(Addresses).find((known) => known.publicIp === publicIp)?.allocationId ?? "",
    PublicIp: (_call, publicIp) => publicIp,
  },
  create: (call, properties, naming) => Promise.resolve(allocateAddress(call, tagsOf(properties, naming)).publicIp),
  delete: async (call, publicIp) => {
    const address = call.records.list(Addresses).find((known) => known.publicIp === publicIp);
    if (address === undefined) return;
    await unlessGone(["InvalidAllocationID.NotFound"], () => releaseAddress(call, address.allocationId));
  },
};

export const elasticIpAssociation: ResourceProvider = {
  type: "AWS::EC2::EIPAssociation",
  record: Addresses,
  identify: (id, value) => (isAddress(value) ? (value.association?.associationId ?? id) : id),
  properties: { AllocationId: enforced, InstanceId: enforced, NetworkInterfaceId: enforced },
  attributes: { Id: (_call, id) => id },
  create: (call, properties) => {
    const instanceId = optionalText(properties, "InstanceId");
    const interfaceId = optionalText(properties, "NetworkInterfaceId") ?? theInstance(call, instanceId).interfaceId;
    return associateAddress(call, theAddress(call, text(properties, "AllocationId")).allocationId, interfaceId);
  },
  delete: (call, id) => unlessGone(["InvalidAssociationID.NotFound"], () => disassociateAddress(call, id)),
};

export const natGateway: ResourceProvider = {
  type: "AWS::EC2::NatGateway",
  record: NatGateways,
  properties: { SubnetId: enforced, AllocationId: enforced, ConnectivityType: states("public"), Tags: tagRules },
  attributes: { NatGatewayId: (_call, id) => id },
  create: async (call, properties, naming) => {
    const made = await createNatGateway(call, {
      subnetId: text(properties, "SubnetId"),
      allocationId: text(properties, "AllocationId"),
      tags: tagsOf(properties, naming),
    });
    return made.natGatewayId;
  },
  delete: (call, id) => unlessGone(["NatGatewayNotFound"], () => deleteNatGateway(call, id)),
};
