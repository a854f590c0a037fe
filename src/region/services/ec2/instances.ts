import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { put, type Commit } from "../../records/records.js";
import { theInstanceProfile } from "../iam/instanceprofiles.js";
import { checkIndex, checkInterfaceCount, checkPlace, interfacesOf, newAttachment } from "./attachments.js";
import { newId } from "./ids.js";
import { theImage } from "./images.js";
import { instanceType } from "./instancetypes.js";
import { checkAddressCount, decideInterface, freeMetadataPort, interfaceChanges, ownInterface } from "./interfaces.js";
import { publicIpOf } from "./elasticips.js";
import { freePublicAddress, takePublicAddress } from "./publicaddresses.js";
import { Instances, NetworkInterfaces, type Instance, type NetworkInterface, type Subnet, type Tags } from "./records.js";
import { theSubnet } from "./subnets.js";

/** What one interface of an instance is to be. */
export interface LaunchInterface {
  /** Of a new interface; that of `interfaceId` is told by it. */
  readonly subnetId: string;
  /** An interface that is there already; everything that a new one would have is that one's. */
  readonly interfaceId?: string | undefined;
  readonly deleteOnTermination?: boolean | undefined;
  readonly groupIds: readonly string[];
  readonly privateIp?: string | undefined;
  readonly secondaryIps?: readonly string[] | undefined;
  readonly secondaryCount?: number | undefined;
  readonly description?: string | undefined;
}

/** The members of `LaunchInterface` are of its first one. */
export interface InstanceWish extends LaunchInterface {
  readonly imageId: string;
  readonly instanceType: string;
  readonly further?: readonly (LaunchInterface & { readonly deviceIndex: number })[] | undefined;
  readonly interfaceTags?: Tags | undefined;
  /** Undefined: as the subnet says, but none where there are several interfaces. */
  readonly publicAddress?: boolean;
  /** Of its first interface. */
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
  const further = checkedFurther(call, wish, subnet);
  const profile = wish.instanceProfile === undefined ? undefined : theInstanceProfile(call, wish.instanceProfile);
  const reservationId = newId("r");
  const nics: NetworkInterface[] = [];
  const instances = Array.from({ length: count }, (): Instance => {
    const instanceId = newId("i");
    const launched = { wish, instanceId, alsoTaken: nics };
    const nic = interfaceFor(call, launched, wish, 0);
    nics.push(nic);
    for (const each of further) nics.push(interfaceFor(call, launched, each, each.deviceIndex));
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
      publicAddress: wish.interfaceId === undefined && takesPublicAddress(wish, subnet),
      ...(wish.clientToken === undefined ? {} : { clientToken: wish.clientToken }),
      tags: wish.tags,
    };
  });
  call.commit(...instances.map((instance) => put(Instances, instance.instanceId, instance)), ...nics.flatMap(interfaceChanges));
  for (const instance of instances) call.upkeep.nudge("instance", instance.instanceId);
  return instances;
}

const takesPublicAddress = (wish: InstanceWish, subnet: Subnet): boolean =>
  wish.publicAddress ?? (subnet.mapPublicIpOnLaunch && (wish.further ?? []).length === 0);

/** The further interfaces, checked against each other and the first one, which is in `subnet`. */
function checkedFurther(call: Call, wish: InstanceWish, subnet: Subnet): NonNullable<InstanceWish["further"]> {
  const further = wish.further ?? [];
  if (further.length === 0) return further;
  const indexes = new Set([0, ...further.map(({ deviceIndex }) => deviceIndex)]);
  if (indexes.size <= further.length)
    throw new ServiceFault("InvalidParameterValue", "Each network interface requires a unique device index.");
  indexes.forEach(checkIndex);
  if (wish.publicAddress === true)
    throw new ServiceFault(
      "InvalidParameterCombination",
      "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.",
    );
  checkInterfaceCount(indexes.size, wish.instanceType);
  const named = [wish, ...further].flatMap(({ interfaceId }) => interfaceId ?? []);
  if (new Set(named).size < named.length)
    throw new ServiceFault("InvalidParameterValue", "A network interface ID may not be specified on multiple interfaces.");
  for (const { interfaceId, subnetId } of further) {
    const place = call.records.get(NetworkInterfaces, interfaceId ?? "") ?? theSubnet(call, subnetId);
    checkPlace(subnet, { interfaceId: interfaceId ?? "a new one", zone: place.zone, vpcId: place.vpcId });
  }
  return further;
}

interface Launched {
  readonly wish: InstanceWish;
  readonly instanceId: string;
  /** Interfaces decided for the same commit. */
  readonly alsoTaken: readonly NetworkInterface[];
}

function interfaceFor(call: Call, launched: Launched, of: LaunchInterface, deviceIndex: number): NetworkInterface {
  const nic =
    of.interfaceId === undefined
      ? newInterface(call, launched, of, deviceIndex)
      : adopted(call, launched, { ...of, interfaceId: of.interfaceId }, deviceIndex);
  checkAddressCount(nic, instanceType(launched.wish.instanceType).addressesPerInterface);
  return nic;
}

function newInterface(
  call: Call,
  { wish, instanceId, alsoTaken }: Launched,
  of: LaunchInterface,
  deviceIndex: number,
): NetworkInterface {
  const subnet = theSubnet(call, of.subnetId);
  const deleteOnTermination = of.deleteOnTermination ?? true;
  return decideInterface(
    call,
    {
      subnetId: subnet.subnetId,
      groupIds: of.groupIds,
      description: of.description ?? "",
      holder: { kind: "instance", id: instanceId },
      privateIp: of.privateIp,
      secondaryIps: of.secondaryIps,
      secondaryCount: of.secondaryCount,
      publicAddress: deviceIndex === 0 && takesPublicAddress(wish, subnet),
      metadata: true,
      ...(deviceIndex === 0 ? { sourceDestCheck: wish.sourceDestCheck } : {}),
      tags: wish.interfaceTags,
      ...(deviceIndex === 0 && deleteOnTermination ? {} : { attachment: newAttachment(call, deviceIndex, deleteOnTermination) }),
    },
    alsoTaken,
  );
}

/** An interface of the user's own; unless told otherwise it stays when the instance goes. */
function adopted(
  call: Call,
  { wish, instanceId, alsoTaken }: Launched,
  { interfaceId, deleteOnTermination }: LaunchInterface & { readonly interfaceId: string },
  deviceIndex: number,
): NetworkInterface {
  const nic = ownInterface(call, interfaceId);
  if (nic.holder.kind !== "none") throw new ServiceFault("InvalidNetworkInterface.InUse", `Interface: [${interfaceId}] in use.`);
  return {
    ...nic,
    holder: { kind: "instance", id: instanceId },
    attachment: newAttachment(call, deviceIndex, deleteOnTermination ?? false),
    metadataPort: freeMetadataPort([...call.records.list(NetworkInterfaces), ...alsoTaken]),
    sourceDestCheck: (deviceIndex === 0 ? wish.sourceDestCheck : undefined) ?? nic.sourceDestCheck,
  };
}

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

/**
 * Starting assigns a new public address, unless an Elastic IP is there or there is more than one interface, as on AWS. `taken`: by
 * others that start in the same commit.
 */
function freshPublicAddress(call: Call, instance: Instance, taken: string[]): Commit {
  const nic = call.records.get(NetworkInterfaces, instance.interfaceId);
  if (nic === undefined || publicIpOf(call, nic.interfaceId) !== undefined) return [];
  if (interfacesOf(call, instance.instanceId).length > 1) return [];
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
