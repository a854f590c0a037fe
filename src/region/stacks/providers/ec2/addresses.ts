import type { Call } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { enforced, states } from "../../../operations/members.js";
import {
  allocateAddress,
  associateAddress,
  disassociateAddress,
  endAssociation,
  releaseAddress,
  theAddress,
} from "../../../services/ec2/elasticips.js";
import { onlyInterfaceOf } from "../../../services/ec2/attachments.js";
import { createNatGateway, deleteNatGateway } from "../../../services/ec2/natgateways.js";
import { theInstance } from "../../../services/ec2/instances.js";
import { Addresses, NatGateways, type Address } from "../../../services/ec2/records.js";
import { setTags } from "../../../services/ec2/tagging.js";
import type { ResourceProvider } from "../../provider.js";
import { retag } from "./retag.js";
import { optionalText, tagRules, tagsOf, text, unlessGone } from "../properties.js";

const isAddress = (value: object): value is Address => "publicIp" in value;

const byPublicIp = (call: Call, publicIp: string): Address | undefined =>
  call.records.list(Addresses).find((known) => known.publicIp === publicIp);

/** `Ref` of an Elastic IP is the address itself; CloudFormation's physical id is the same. */
export const elasticIp: ResourceProvider = {
  type: "AWS::EC2::EIP",
  record: Addresses,
  identify: (id, value) => (isAddress(value) ? value.publicIp : id),
  properties: { Domain: states("vpc"), InstanceId: enforced, PublicIpv4Pool: states("amazon"), Tags: tagRules },
  attributes: {
    AllocationId: (call, publicIp) => byPublicIp(call, publicIp)?.allocationId ?? "",
    PublicIp: (_call, publicIp) => publicIp,
  },
  create: async (call, properties, naming) => {
    const { allocationId, publicIp } = allocateAddress(call, tagsOf(properties, naming));
    const instanceId = optionalText(properties, "InstanceId");
    if (instanceId !== undefined)
      await associateAddress(call, allocationId, { interfaceId: onlyInterfaceOf(call, theInstance(call, instanceId)) });
    return publicIp;
  },
  update: async (call, publicIp, { from, to }, naming) => {
    const address = byPublicIp(call, publicIp);
    if (address === undefined) throw new ServiceFault("InvalidAddress.NotFound", `Address '${publicIp}' not found.`);
    setTags(call, address.allocationId, tagsOf(to, naming));
    const instanceId = optionalText(to, "InstanceId");
    if (instanceId !== undefined)
      await associateAddress(call, address.allocationId, { interfaceId: onlyInterfaceOf(call, theInstance(call, instanceId)) });
    else if (optionalText(from, "InstanceId") !== undefined && address.association !== undefined)
      await disassociateAddress(call, address.association.associationId);
  },
  delete: async (call, publicIp, properties) => {
    const address = byPublicIp(call, publicIp);
    if (address === undefined) return;
    // What the resource itself associated goes with it.
    const { association } = address;
    if (association !== undefined && optionalText(properties, "InstanceId") !== undefined)
      await unlessGone(["InvalidAssociationID.NotFound"], () => disassociateAddress(call, association.associationId));
    await unlessGone(["InvalidAllocationID.NotFound"], () => releaseAddress(call, address.allocationId));
  },
};

/** Lives inside the address's record. Another one takes its place, as an update that replaces it needs. */
export const elasticIpAssociation: ResourceProvider = {
  type: "AWS::EC2::EIPAssociation",
  record: Addresses,
  identify: (id, value) => (isAddress(value) ? (value.association?.associationId ?? id) : id),
  properties: {
    AllocationId: enforced,
    EIP: enforced,
    InstanceId: enforced,
    NetworkInterfaceId: enforced,
    PrivateIpAddress: enforced,
  },
  attributes: { Id: (_call, id) => id },
  create: (call, properties) => {
    const instanceId = optionalText(properties, "InstanceId");
    const publicIp = optionalText(properties, "EIP");
    const allocationId =
      optionalText(properties, "AllocationId") ?? (publicIp === undefined ? undefined : byPublicIp(call, publicIp)?.allocationId);
    return associateAddress(call, theAddress(call, allocationId).allocationId, {
      interfaceId: optionalText(properties, "NetworkInterfaceId") ?? onlyInterfaceOf(call, theInstance(call, instanceId)),
      privateIp: optionalText(properties, "PrivateIpAddress"),
      takesOver: true,
    });
  },
  delete: (call, id) => unlessGone(["InvalidAssociationID.NotFound"], () => endAssociation(call, id)),
};

export const natGateway: ResourceProvider = {
  type: "AWS::EC2::NatGateway",
  record: NatGateways,
  properties: {
    SubnetId: enforced,
    AllocationId: enforced,
    PrivateIpAddress: enforced,
    ConnectivityType: states("public"),
    Tags: tagRules,
  },
  attributes: {
    NatGatewayId: (_call, id) => id,
    EniId: (call, id) => call.records.get(NatGateways, id)?.interfaceId ?? "",
  },
  create: async (call, properties, naming) => {
    const made = await createNatGateway(call, {
      subnetId: text(properties, "SubnetId"),
      allocationId: text(properties, "AllocationId"),
      privateIp: optionalText(properties, "PrivateIpAddress"),
      tags: tagsOf(properties, naming),
    });
    return made.natGatewayId;
  },
  update: retag,
  delete: (call, id) => unlessGone(["NatGatewayNotFound"], () => deleteNatGateway(call, id)),
};
