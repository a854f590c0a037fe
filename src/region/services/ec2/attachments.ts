import type { Call } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { put } from "../../records/records.js";
import { newId } from "./ids.js";
import { instanceType } from "./instancetypes.js";
import { checkAddressCount, freedInterface, freeMetadataPort, ownInterface } from "./interfaces.js";
import { Instances, NetworkInterfaces, type Instance, type NetworkInterface } from "./records.js";

type Reads = Pick<Call, "records">;
export type Attachment = NonNullable<NetworkInterface["attachment"]>;

/** How an interface is attached; by default as the one that came with its instance. */
export function attachmentOf(call: Reads, nic: NetworkInterface): Attachment {
  if (nic.attachment !== undefined) return nic.attachment;
  const { kind, id } = nic.holder;
  return {
    attachmentId: `${kind === "instance" ? "eni-attach" : "ela-attach"}-${nic.interfaceId.slice("eni-".length)}`,
    deviceIndex: kind === "instance" ? 0 : 1,
    deleteOnTermination: kind === "instance",
    attachedAt: call.records.get(Instances, id)?.launchedAt ?? 0,
  };
}

export const newAttachment = (call: Pick<Call, "now">, deviceIndex: number, deleteOnTermination: boolean): Attachment => ({
  attachmentId: newId("eni-attach"),
  deviceIndex,
  deleteOnTermination,
  attachedAt: call.now(),
});

/** All interfaces of an instance, the primary one first. */
export const interfacesOf = (call: Reads, instanceId: string): readonly NetworkInterface[] =>
  call.records
    .list(NetworkInterfaces)
    .filter(({ holder }) => holder.kind === "instance" && holder.id === instanceId)
    .map((nic) => ({ nic, at: attachmentOf(call, nic).deviceIndex }))
    .sort((one, other) => one.at - other.at)
    .map(({ nic }) => nic);

/** The interface that a request means when it names an instance: AWS takes that where there is but one. */
export function onlyInterfaceOf(call: Reads, { instanceId, interfaceId }: Instance): string {
  if (interfacesOf(call, instanceId).length > 1)
    throw new ServiceFault(
      "InvalidInstanceID",
      `There are multiple interfaces attached to instance '${instanceId}'. Please specify an interface ID for the operation instead.`,
    );
  return interfaceId;
}

export function checkInterfaceCount(count: number, typeName: string): void {
  if (count > instanceType(typeName).interfaces)
    throw new ServiceFault("AttachmentLimitExceeded", `Interface count ${count} exceeds the limit for ${typeName}`);
}

export interface AttachmentWish {
  readonly interfaceId: string;
  readonly instanceId: string;
  readonly deviceIndex: number;
  readonly deleteOnTermination: boolean;
}

/**
 * Makes an interface of the user's own a further one of a machine; the kernel has it there before this resolves. Returns the
 * attachment's id. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachNetworkInterface.html
 */
export async function attachNetworkInterface(call: Call, wish: AttachmentWish): Promise<string> {
  const { interfaceId, instanceId, deviceIndex } = wish;
  const nic = ownInterface(call, interfaceId);
  const instance = call.records.get(Instances, instanceId);
  if (instance === undefined)
    throw new ServiceFault("InvalidInstanceID.NotFound", `The instance ID '${instanceId}' does not exist`);
  if (nic.holder.kind !== "none") throw new ServiceFault("InvalidNetworkInterface.InUse", `Interface: [${interfaceId}] in use.`);
  if (instance.state !== "running" && instance.state !== "stopped")
    throw new ServiceFault("IncorrectState", `Instance '${instanceId}' is not 'running' or 'stopped'.`);
  checkPlace(instance, nic);
  const others = interfacesOf(call, instanceId);
  checkIndex(deviceIndex);
  if (others.some((other) => attachmentOf(call, other).deviceIndex === deviceIndex))
    throw new ServiceFault(
      "InvalidParameterValue",
      `Instance '${instanceId}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  checkInterfaceCount(others.length + 1, instance.instanceType);
  checkAddressCount(nic, instanceType(instance.instanceType).addressesPerInterface);
  const attachment = newAttachment(call, deviceIndex, wish.deleteOnTermination);
  call.commit(
    put(NetworkInterfaces, interfaceId, {
      ...nic,
      holder: { kind: "instance", id: instanceId },
      attachment,
      metadataPort: freeMetadataPort(call.records.list(NetworkInterfaces)),
    }),
  );
  call.upkeep.nudge("instance", instanceId);
  await call.upkeep.network(nic.vpcId);
  return attachment.attachmentId;
}

/** Whether an interface may be one of an instance's, from where the two are. */
export function checkPlace(
  instance: Pick<Instance, "zone" | "vpcId">,
  { interfaceId, zone, vpcId }: Pick<NetworkInterface, "interfaceId" | "zone" | "vpcId">,
): void {
  if (instance.zone !== zone)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "You may not attach a network interface to an instance if they are not in the same availability zone",
    );
  if (instance.vpcId !== vpcId)
    throw new NotModelled(
      `an instance with network interfaces in two VPCs (${interfaceId} is in ${vpcId}, the instance in ${instance.vpcId})`,
      "Use an interface in a subnet of the instance's own VPC, and a peering connection to reach the other one.",
    );
}

export function checkIndex(deviceIndex: number): void {
  if (!Number.isInteger(deviceIndex) || deviceIndex < 0 || deviceIndex > mostIndexes)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${deviceIndex}) for parameter deviceIndex is invalid. Sandtable takes 0 to ${mostIndexes}.`,
    );
}

/** Far beyond the interfaces of any type, as gaps are allowed; the tables of a machine are numbered from 10000. */
const mostIndexes = 255;

/**
 * Frees a further interface of a machine: it keeps its addresses and Elastic IPs. A machine can't hold on to it here, so that forcing
 * it (`Force`) is the same.
 */
export async function detachNetworkInterface(call: Call, attachmentId: string): Promise<void> {
  const nic = theAttached(call, attachmentId);
  if (nic.holder.kind !== "instance")
    throw new ServiceFault("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.");
  if (attachmentOf(call, nic).deviceIndex === 0)
    throw new ServiceFault(
      "OperationNotPermitted",
      "The network interface at device index 0 and networkCard index 0 cannot be detached.",
    );
  call.commit(...freedInterface(nic));
  call.upkeep.nudge("instance", nic.holder.id);
  await call.upkeep.network(nic.vpcId);
}

/** The interface with this attachment. */
export function theAttached(call: Reads, attachmentId: string): NetworkInterface {
  const nic = call.records
    .list(NetworkInterfaces)
    .find((known) => known.holder.kind !== "none" && attachmentOf(call, known).attachmentId === attachmentId);
  if (nic === undefined)
    throw new ServiceFault("InvalidAttachmentID.NotFound", `The interface attachment ID '${attachmentId}' does not exist`);
  return nic;
}
