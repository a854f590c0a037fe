import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, type Commit } from "../../records/records.js";
import { theInstanceProfile } from "../iam/instanceprofiles.js";
import { newId } from "./ids.js";
import { theImage } from "./images.js";
import { instanceType } from "./instancetypes.js";
import { checkAddressCount, decideInterface, freeMetadataPort, interfaceChanges } from "./interfaces.js";
import { publicIpOf } from "./elasticips.js";
import { freePublicAddress, takePublicAddress } from "./publicaddresses.js";
import { Instances, NetworkInterfaces, type Instance, type NetworkInterface, type Tags } from "./records.js";
import { theSubnet } from "./subnets.js";

export interface InstanceWish {
  readonly imageId: string;
  readonly instanceType: string;
  /** Of a new interface; that of `interfaceId` is told by it. */
  readonly subnetId: string;
  /** An interface that is there already becomes its first one; everything that a new one would have is that one's. */
  readonly interfaceId?: string | undefined;
  readonly deleteOnTermination?: boolean | undefined;
  readonly groupIds: readonly string[];
  readonly privateIp?: string;
  readonly secondaryIps?: readonly string[] | undefined;
  readonly secondaryCount?: number | undefined;
  readonly description?: string | undefined;
  readonly interfaceTags?: Tags | undefined;
  /** Undefined: as the subnet says. */
  readonly publicAddress?: boolean;
  readonly sourceDestCheck?: boolean;
  /** Name or ARN. */
  readonly instanceProfile?: string;
  readonly userData?: string;
  readonly httpTokens?: "optional" | "required";
  readonly httpPutResponseHopLimit?: number;
  readonly monitoring?: boolean;
  readonly clientToken?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** AWS's limit of user data, before base64: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
const userDataLimit = 16_384;

/** @param userData in base64 */
export function checkUserData(userData: string): void {
  if (Buffer.from(userData, "base64").length > userDataLimit)
    throw new ServiceFault("InvalidParameterValue", "User data is limited to 16384 bytes");
}

/** Decide and commit `count` instances in one reservation; they are `pending` and their keeper starts them. */
export function runInstances(call: Call, wish: InstanceWish, count = 1): readonly Instance[] {
  const image = theImage(call, wish.imageId);
  const type = instanceType(wish.instanceType);
  const known = call.records.get(NetworkInterfaces, wish.interfaceId ?? "");
  const subnet = theSubnet(call, known?.subnetId ?? wish.subnetId);
  if (wish.userData !== undefined) checkUserData(wish.userData);
  const profile = wish.instanceProfile === undefined ? undefined : theInstanceProfile(call, wish.instanceProfile);
  const reservationId = newId("r");
  const nics: NetworkInterface[] = [];
  const instances = Array.from({ length: count }, (): Instance => {
    const instanceId = newId("i");
    const nic = wish.interfaceId === undefined ? newInterface(call, wish, instanceId, nics) : adopted(call, wish, instanceId);
    nics.push(nic);
    return {
      instanceId,
      imageId: image.imageId,
      instanceType: type.name,
      vpcId: subnet.vpcId,
      subnetId: subnet.subnetId,
      zone: subnet.zone,
      interfaceId: nic.interfaceId,
      ...(profile === undefined ? {} : { instanceProfileArn: profile.arn }),
      ...(wish.userData === undefined ? {} : { userData: wish.userData }),
      httpTokens: wish.httpTokens ?? "optional",
      httpPutResponseHopLimit: wish.httpPutResponseHopLimit ?? 1,
      wish: "running",
      wishedAt: call.now(),
      state: "pending",
      launchedAt: call.now(),
      reservationId,
      monitoring: wish.monitoring ?? false,
      publicAddress: wish.interfaceId === undefined && (wish.publicAddress ?? subnet.mapPublicIpOnLaunch),
      ...(wish.clientToken === undefined ? {} : { clientToken: wish.clientToken }),
      tags: wish.tags,
    };
  });
  call.commit(...instances.map((instance) => put(Instances, instance.instanceId, instance)), ...nics.flatMap(interfaceChanges));
  for (const instance of instances) call.upkeep.nudge("instance", instance.instanceId);
  return instances;
}

function newInterface(
  call: Call,
  wish: InstanceWish,
  instanceId: string,
  alsoTaken: readonly NetworkInterface[],
): NetworkInterface {
  const subnet = theSubnet(call, wish.subnetId);
  const nic = decideInterface(
    call,
    {
      subnetId: subnet.subnetId,
      groupIds: wish.groupIds,
      description: wish.description ?? "",
      holder: { kind: "instance", id: instanceId },
      privateIp: wish.privateIp,
      secondaryIps: wish.secondaryIps,
      secondaryCount: wish.secondaryCount,
      publicAddress: wish.publicAddress ?? subnet.mapPublicIpOnLaunch,
      metadata: true,
      sourceDestCheck: wish.sourceDestCheck,
      tags: wish.interfaceTags,
      ...(wish.deleteOnTermination === false ? { attachment: firstAttachment(call, false) } : {}),
    },
    alsoTaken,
  );
  checkAddressCount(nic, instanceType(wish.instanceType).addressesPerInterface);
  return nic;
}

/** An interface of the user's own; unless told otherwise it stays when the instance goes. */
function adopted(call: Call, wish: InstanceWish, instanceId: string): NetworkInterface {
  const nic = call.records.get(NetworkInterfaces, wish.interfaceId ?? "");
  if (nic === undefined)
    throw new ServiceFault("InvalidNetworkInterfaceID.NotFound", `The networkInterface ID '${wish.interfaceId}' does not exist`);
  if (nic.holder.kind !== "none")
    throw new ServiceFault("InvalidNetworkInterface.InUse", `Interface: [${nic.interfaceId}] in use.`);
  checkAddressCount(nic, instanceType(wish.instanceType).addressesPerInterface);
  return {
    ...nic,
    holder: { kind: "instance", id: instanceId },
    attachment: firstAttachment(call, wish.deleteOnTermination ?? false),
    metadataPort: freeMetadataPort(call.records.list(NetworkInterfaces)),
    sourceDestCheck: wish.sourceDestCheck ?? nic.sourceDestCheck,
  };
}

const firstAttachment = (call: Call, deleteOnTermination: boolean): NonNullable<NetworkInterface["attachment"]> => ({
  attachmentId: newId("eni-attach"),
  deviceIndex: 0,
  deleteOnTermination,
  attachedAt: call.now(),
});

interface InstanceChanged {
  readonly before: Instance;
  readonly after: Instance;
}

export const changeInstance = (call: Call, instanceId: string, wish: Instance["wish"]): void =>
  void changeInstances(call, [instanceId], wish);

/**
 * Stop, start or terminate all of them in one commit, or none when one of them cannot be changed so; gives the states before and
 * after. What is asked already is no error, as on AWS.
 */
export function changeInstances(call: Call, ids: readonly string[], wish: Instance["wish"]): readonly InstanceChanged[] {
  const befores = [...new Set(ids)].map((id) => theInstance(call, id));
  const changed = befores.map((before) => ({ before, after: afterWish(call, before, wish) }));
  const taken: string[] = [];
  call.commit(
    ...changed.flatMap(({ before, after }) => {
      if (after.state === before.state && wish === before.wish) return [];
      const starts = after.state === "pending" && before.publicAddress;
      return [put(Instances, before.instanceId, after), ...(starts ? freshPublicAddress(call, before, taken) : [])];
    }),
  );
  for (const { before } of changed) call.upkeep.nudge("instance", before.instanceId);
  return changed;
}

function afterWish(call: Call, before: Instance, wish: Instance["wish"]): Instance {
  const refuse = (): never => {
    throw new ServiceFault(
      "IncorrectInstanceState",
      `The instance '${before.instanceId}' is not in a state from which it can be ${wish === "running" ? "started" : "stopped"}.`,
    );
  };
  const next = ((): Instance["state"] => {
    if (before.state === "terminated") return wish === "terminated" ? "terminated" : refuse();
    if (wish === "terminated") return "shutting-down";
    if (before.wish === "terminated") return refuse();
    if (wish === "running") return before.state === "stopped" ? "pending" : before.state === "stopping" ? refuse() : before.state;
    return before.state === "stopped" ? "stopped" : "stopping";
  })();
  return {
    ...before,
    wish,
    wishedAt: call.now(),
    state: next,
    launchedAt: wish === "running" && next === "pending" ? call.now() : before.launchedAt,
    stateReason:
      wish === "running"
        ? undefined
        : { code: "Client.UserInitiatedShutdown", message: "Client.UserInitiatedShutdown: User initiated shutdown" },
  };
}

/** Ask the keepers of all these running instances for a reboot, in one commit, or of none when one of them does not run. */
export function rebootInstances(call: Call, ids: readonly string[]): void {
  const instances = [...new Set(ids)].map((id) => theInstance(call, id));
  for (const { instanceId, state } of instances)
    if (state !== "running")
      throw new ServiceFault(
        "IncorrectInstanceState",
        `The instance '${instanceId}' is not in a state from which it can be rebooted.`,
      );
  call.commit(...instances.map((instance) => put(Instances, instance.instanceId, { ...instance, rebootWished: true })));
  for (const { instanceId } of instances) call.upkeep.nudge("instance", instanceId);
}

/** Starting assigns a new public address, unless an Elastic IP is there. `taken`: by others that start in the same commit. */
function freshPublicAddress(call: Call, instance: Instance, taken: string[]): Commit {
  const nic = call.records.get(NetworkInterfaces, instance.interfaceId);
  if (nic === undefined || publicIpOf(call, nic.interfaceId) !== undefined) return [];
  const autoPublicIp = freePublicAddress(call, taken);
  taken.push(autoPublicIp);
  return [put(NetworkInterfaces, nic.interfaceId, { ...nic, autoPublicIp }), takePublicAddress(autoPublicIp)];
}

export function theInstance(call: Pick<Call, "records">, instanceId: string | undefined): Instance {
  const instance = instanceId === undefined ? undefined : call.records.get(Instances, instanceId);
  if (instance === undefined)
    throw new ServiceFault("InvalidInstanceID.NotFound", `The instance ID '${instanceId}' does not exist`);
  return instance;
}

/** True while the instance is on its way between two states. */
export const inTransition = (call: Pick<Call, "records">, instanceId: string): boolean =>
  ["pending", "stopping", "shutting-down"].includes(call.records.get(Instances, instanceId)?.state ?? "");
