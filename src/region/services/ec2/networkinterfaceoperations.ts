import type {
  AssignPrivateIpAddressesCommandInput,
  AssignPrivateIpAddressesCommandOutput,
  AttachNetworkInterfaceCommandInput,
  AttachNetworkInterfaceCommandOutput,
  CreateNetworkInterfaceCommandInput,
  CreateNetworkInterfaceCommandOutput,
  DeleteNetworkInterfaceCommandInput,
  DescribeNetworkInterfaceAttributeCommandInput,
  DescribeNetworkInterfaceAttributeCommandOutput,
  DescribeNetworkInterfacesCommandInput,
  DescribeNetworkInterfacesCommandOutput,
  DetachNetworkInterfaceCommandInput,
  ModifyNetworkInterfaceAttributeCommandInput,
  NetworkInterfaceAttachmentChanges,
  PrivateIpAddressSpecification,
  ResetNetworkInterfaceAttributeCommandInput,
  UnassignPrivateIpAddressesCommandInput,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced, recorded, states, within } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { statedAddresses } from "./addresslists.js";
import { attachmentOf, attachNetworkInterface, detachNetworkInterface } from "./attachments.js";
import { theInterface } from "./interfaces.js";
import { describeRules, select } from "./lists.js";
import {
  assignAddresses,
  createNetworkInterface,
  deleteNetworkInterface,
  modifyNetworkInterface,
  unassignAddresses,
  type InterfaceAttributes,
} from "./networkinterfaces.js";
import { attachmentView, describeInterface, groupsOf, interfaceFilters } from "./networkinterfaceview.js";
import { NetworkInterfaces } from "./records.js";
import { tagsAtCreation, tagSpecifications } from "./tags.js";

/** AWS changes one attribute in a request. */
function attributeFrom(call: Call, input: ModifyNetworkInterfaceAttributeCommandInput): InterfaceAttributes {
  const stated = [input.Attachment, input.Description, input.Groups, input.SourceDestCheck].filter((one) => one !== undefined);
  if (stated.length !== 1)
    throw new ServiceFault(
      "InvalidParameterCombination",
      stated.length === 0 ? "No attributes specified." : "Fields for multiple attribute types specified.",
    );
  const nic = theInterface(call, input.NetworkInterfaceId);
  const { Attachment } = input;
  if (
    Attachment !== undefined &&
    (nic.holder.kind === "none" || Attachment.AttachmentId !== attachmentOf(call, nic).attachmentId)
  )
    throw new ServiceFault(
      "InvalidAttachmentID.NotFound",
      `The interface attachment ID '${Attachment.AttachmentId}' does not exist`,
    );
  return {
    description: input.Description?.Value,
    groupIds: input.Groups,
    sourceDestCheck: input.SourceDestCheck?.Value,
    deleteOnTermination: Attachment?.DeleteOnTermination,
  };
}

function describeAttribute(
  call: Call,
  input: DescribeNetworkInterfaceAttributeCommandInput,
): Omit<DescribeNetworkInterfaceAttributeCommandOutput, "$metadata"> {
  const nic = theInterface(call, input.NetworkInterfaceId);
  const NetworkInterfaceId = nic.interfaceId;
  if (input.Attribute === "description") return { NetworkInterfaceId, Description: { Value: nic.description } };
  if (input.Attribute === "groupSet") return { NetworkInterfaceId, Groups: groupsOf(call, nic) };
  if (input.Attribute === "sourceDestCheck") return { NetworkInterfaceId, SourceDestCheck: { Value: nic.sourceDestCheck } };
  if (input.Attribute === "attachment") return { NetworkInterfaceId, Attachment: attachmentView(call, nic) };
  throw new ServiceFault("InvalidParameterValue", `Value (${input.Attribute}) for parameter attribute is invalid.`);
}

export const networkInterfaceOperations: readonly Operation[] = [
  operation<CreateNetworkInterfaceCommandInput, CreateNetworkInterfaceCommandOutput>(
    "ec2",
    "CreateNetworkInterface",
    {
      SubnetId: enforced,
      Description: enforced,
      Groups: enforced,
      PrivateIpAddress: enforced,
      PrivateIpAddresses: within<PrivateIpAddressSpecification>({ Primary: enforced, PrivateIpAddress: enforced }),
      SecondaryPrivateIpAddressCount: enforced,
      InterfaceType: states("interface"),
      Ipv6AddressCount: states(0),
      EnablePrimaryIpv6: states(false),
      TagSpecifications: tagSpecifications,
      ClientToken: enforced,
      DryRun: states(false),
    },
    async (call, input) => {
      const nic = await createNetworkInterface(call, {
        subnetId: input.SubnetId ?? "",
        description: input.Description,
        groupIds: input.Groups,
        ...statedAddresses(input),
        tags: tagsAtCreation(input.TagSpecifications, "network-interface"),
      });
      return { NetworkInterface: describeInterface(call, nic), ClientToken: input.ClientToken };
    },
  ),
  operation<DescribeNetworkInterfacesCommandInput, DescribeNetworkInterfacesCommandOutput>(
    "ec2",
    "DescribeNetworkInterfaces",
    { ...describeRules, NetworkInterfaceIds: enforced },
    (call, input) => {
      const { page, NextToken } = select(
        call.records.list(NetworkInterfaces).map((nic) => ({ ...nic, tags: nic.tags ?? {} })),
        input,
        {
          id: (nic) => nic.interfaceId,
          ids: input.NetworkInterfaceIds,
          notFound: ["InvalidNetworkInterfaceID.NotFound", "networkInterface ID"],
          filters: interfaceFilters(call),
          unpaged: "networkInterfaceIdSet",
        },
      );
      return { NetworkInterfaces: page.map((nic) => describeInterface(call, nic)), NextToken };
    },
  ),
  operation<DeleteNetworkInterfaceCommandInput, object>(
    "ec2",
    "DeleteNetworkInterface",
    { NetworkInterfaceId: enforced, DryRun: states(false) },
    async (call, input) => {
      await deleteNetworkInterface(call, input.NetworkInterfaceId ?? "");
      return {};
    },
  ),
  operation<ModifyNetworkInterfaceAttributeCommandInput, object>(
    "ec2",
    "ModifyNetworkInterfaceAttribute",
    {
      NetworkInterfaceId: enforced,
      Attachment: within<NetworkInterfaceAttachmentChanges>({ AttachmentId: enforced, DeleteOnTermination: enforced }),
      Description: within({ Value: enforced }),
      Groups: enforced,
      SourceDestCheck: within({ Value: enforced }),
      DryRun: states(false),
    },
    async (call, input) => {
      await modifyNetworkInterface(call, input.NetworkInterfaceId ?? "", attributeFrom(call, input));
      return {};
    },
  ),
  operation<DescribeNetworkInterfaceAttributeCommandInput, DescribeNetworkInterfaceAttributeCommandOutput>(
    "ec2",
    "DescribeNetworkInterfaceAttribute",
    { NetworkInterfaceId: enforced, Attribute: enforced, DryRun: states(false) },
    describeAttribute,
  ),
  operation<ResetNetworkInterfaceAttributeCommandInput, object>(
    "ec2",
    "ResetNetworkInterfaceAttribute",
    { NetworkInterfaceId: enforced, SourceDestCheck: enforced, DryRun: states(false) },
    async (call, input) => {
      await modifyNetworkInterface(call, input.NetworkInterfaceId ?? "", { sourceDestCheck: true });
      return {};
    },
  ),
  operation<AttachNetworkInterfaceCommandInput, AttachNetworkInterfaceCommandOutput>(
    "ec2",
    "AttachNetworkInterface",
    {
      NetworkInterfaceId: enforced,
      InstanceId: enforced,
      DeviceIndex: enforced,
      NetworkCardIndex: states(0),
      DryRun: states(false),
    },
    async (call, input) => ({
      AttachmentId: await attachNetworkInterface(call, {
        interfaceId: input.NetworkInterfaceId ?? "",
        instanceId: input.InstanceId ?? "",
        deviceIndex: input.DeviceIndex ?? 0,
        deleteOnTermination: false,
      }),
      NetworkCardIndex: 0,
    }),
  ),
  operation<DetachNetworkInterfaceCommandInput, object>(
    "ec2",
    "DetachNetworkInterface",
    {
      AttachmentId: enforced,
      Force: recorded("a machine cannot hold on to an interface here: each is detached at once"),
      DryRun: states(false),
    },
    async (call, input) => {
      await detachNetworkInterface(call, input.AttachmentId ?? "");
      return {};
    },
  ),
  operation<AssignPrivateIpAddressesCommandInput, AssignPrivateIpAddressesCommandOutput>(
    "ec2",
    "AssignPrivateIpAddresses",
    {
      NetworkInterfaceId: enforced,
      PrivateIpAddresses: enforced,
      SecondaryPrivateIpAddressCount: enforced,
      AllowReassignment: enforced,
    },
    async (call, input) => {
      const added = await assignAddresses(call, input.NetworkInterfaceId ?? "", {
        stated: input.PrivateIpAddresses,
        count: input.SecondaryPrivateIpAddressCount,
        reassign: input.AllowReassignment,
      });
      return {
        NetworkInterfaceId: input.NetworkInterfaceId,
        AssignedPrivateIpAddresses: added.map((PrivateIpAddress) => ({ PrivateIpAddress })),
      };
    },
  ),
  operation<UnassignPrivateIpAddressesCommandInput, object>(
    "ec2",
    "UnassignPrivateIpAddresses",
    { NetworkInterfaceId: enforced, PrivateIpAddresses: enforced },
    async (call, input) => {
      await unassignAddresses(call, input.NetworkInterfaceId ?? "", input.PrivateIpAddresses ?? []);
      return {};
    },
  ),
];
