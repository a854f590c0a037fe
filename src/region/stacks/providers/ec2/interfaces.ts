import type { Call } from "../../../operations/call.js";
import { enforced, states, within } from "../../../operations/members.js";
import { attachNetworkInterface, detachNetworkInterface, theAttached } from "../../../services/ec2/attachments.js";
import { statedAddresses } from "../../../services/ec2/addresslists.js";
import { theInterface } from "../../../services/ec2/interfaces.js";
import {
  assignAddresses,
  createNetworkInterface,
  deleteNetworkInterface,
  modifyNetworkInterface,
  unassignAddresses,
} from "../../../services/ec2/networkinterfaces.js";
import { NetworkInterfaces, type NetworkInterface } from "../../../services/ec2/records.js";
import { setTags } from "../../../services/ec2/tagging.js";
import type { Properties, ResourceProvider } from "../../provider.js";
import {
  optionalFlag,
  optionalNumber,
  optionalText,
  structures,
  tagRules,
  tagsOf,
  text,
  texts,
  unlessGone,
} from "../properties.js";

/** The addresses a template states, read as those of a request. */
export const addressesOf = (properties: Properties): ReturnType<typeof statedAddresses> =>
  statedAddresses({
    PrivateIpAddress: optionalText(properties, "PrivateIpAddress"),
    PrivateIpAddresses: structures(properties, "PrivateIpAddresses").map((each) => ({
      Primary: optionalFlag(each, "Primary"),
      PrivateIpAddress: optionalText(each, "PrivateIpAddress"),
    })),
    SecondaryPrivateIpAddressCount: optionalNumber(properties, "SecondaryPrivateIpAddressCount"),
  });

/** From the secondary addresses there are to those that are wanted. */
async function changeAddresses(call: Call, id: string, { from, to }: { from: Properties; to: Properties }): Promise<void> {
  const [before, after] = [addressesOf(from), addressesOf(to)];
  const present = (): readonly string[] => theInterface(call, id).secondaryIps ?? [];
  const gone = before.secondaryIps.filter((address) => !after.secondaryIps.includes(address) && present().includes(address));
  if (gone.length > 0) await unassignAddresses(call, id, gone);
  const added = after.secondaryIps.filter((address) => !present().includes(address));
  if (added.length > 0) await assignAddresses(call, id, { stated: added });
  const more = after.secondaryIps.length + (after.secondaryCount ?? 0) - present().length;
  if (more > 0) await assignAddresses(call, id, { count: more });
  const surplus = present().filter((address) => !after.secondaryIps.includes(address));
  if (more < 0) await unassignAddresses(call, id, surplus.slice(more));
}

export const networkInterface: ResourceProvider = {
  type: "AWS::EC2::NetworkInterface",
  record: NetworkInterfaces,
  properties: {
    SubnetId: enforced,
    Description: enforced,
    GroupSet: enforced,
    PrivateIpAddress: enforced,
    PrivateIpAddresses: within({ Primary: enforced, PrivateIpAddress: enforced }),
    SecondaryPrivateIpAddressCount: enforced,
    SourceDestCheck: enforced,
    InterfaceType: states("interface"),
    Tags: tagRules,
  },
  attributes: {
    Id: (_call, id) => id,
    VpcId: (call, id) => theInterface(call, id).vpcId,
    PrimaryPrivateIpAddress: (call, id) => theInterface(call, id).privateIp,
    SecondaryPrivateIpAddresses: (call, id) => theInterface(call, id).secondaryIps ?? [],
  },
  create: async (call, properties, naming) => {
    const made = await createNetworkInterface(call, {
      subnetId: text(properties, "SubnetId"),
      description: optionalText(properties, "Description"),
      groupIds: texts(properties, "GroupSet"),
      ...addressesOf(properties),
      sourceDestCheck: optionalFlag(properties, "SourceDestCheck"),
      tags: tagsOf(properties, naming),
    });
    return made.interfaceId;
  },
  update: async (call, id, change, naming) => {
    setTags(call, id, tagsOf(change.to, naming));
    await modifyNetworkInterface(call, id, {
      description: optionalText(change.to, "Description") ?? "",
      groupIds: texts(change.to, "GroupSet"),
      sourceDestCheck: optionalFlag(change.to, "SourceDestCheck") ?? true,
    });
    await changeAddresses(call, id, change);
  },
  delete: (call, id) => unlessGone(["InvalidNetworkInterfaceID.NotFound"], () => deleteNetworkInterface(call, id)),
};

const isInterface = (value: object): value is NetworkInterface => "holder" in value;

/** Lives inside the interface's record. AWS replaces it for another interface, instance or index. */
export const networkInterfaceAttachment: ResourceProvider = {
  type: "AWS::EC2::NetworkInterfaceAttachment",
  record: NetworkInterfaces,
  identify: (id, value) => (isInterface(value) ? (value.attachment?.attachmentId ?? id) : id),
  properties: { DeleteOnTermination: enforced, DeviceIndex: enforced, InstanceId: enforced, NetworkInterfaceId: enforced },
  attributes: { AttachmentId: (_call, id) => id },
  create: (call, properties) =>
    attachNetworkInterface(call, {
      interfaceId: text(properties, "NetworkInterfaceId"),
      instanceId: text(properties, "InstanceId"),
      deviceIndex: Number(text(properties, "DeviceIndex")),
      deleteOnTermination: deletesOnTermination(properties),
    }),
  updatable: ["DeleteOnTermination"],
  update: (call, id, { to }) =>
    modifyNetworkInterface(call, theAttached(call, id).interfaceId, { deleteOnTermination: deletesOnTermination(to) }),
  delete: (call, id) => unlessGone(["InvalidAttachmentID.NotFound"], () => detachNetworkInterface(call, id)),
};

/** CloudFormation's default, unlike the API's. */
const deletesOnTermination = (properties: Properties): boolean => optionalFlag(properties, "DeleteOnTermination") ?? true;
