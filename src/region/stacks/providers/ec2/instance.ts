import type { Call } from "../../../operations/call.js";
import { ServiceFault } from "../../../operations/fault.js";
import { enforced, recorded, states, within } from "../../../operations/members.js";
import { publicIpOf } from "../../../services/ec2/elasticips.js";
import { groupIdOf } from "../../../services/ec2/groups.js";
import { anyOf, byDeviceIndex, instanceNotes } from "../../../services/ec2/launching.js";
import { changeInstance, runInstances, theInstance, type LaunchInterface } from "../../../services/ec2/instances.js";
import { modifyInstance, modifyWithInterruption } from "../../../services/ec2/instancechanges.js";
import { setTags } from "../../../services/ec2/tagging.js";
import type { Value } from "../../../../template/value.js";
import { privateDnsName, publicDnsName } from "../../../services/ec2/dnsnames.js";
import { theInterface } from "../../../services/ec2/interfaces.js";
import { modifyNetworkInterface } from "../../../services/ec2/networkinterfaces.js";
import { Instances, NetworkInterfaces, type Instance, type NetworkInterface } from "../../../services/ec2/records.js";
import { theDefaultSubnet } from "../../../services/ec2/defaultvpc.js";
import { theSubnet } from "../../../services/ec2/subnets.js";
import { addressesOf } from "./interfaces.js";
import { canonical } from "../../plan.js";
import type { Naming, Properties, PropertyChange, ResourceProvider } from "../../provider.js";
import {
  optionalFlag,
  optionalNumber,
  optionalText,
  structure,
  structures,
  tagRules,
  tagsOf,
  text,
  texts,
  unlessGone,
} from "../properties.js";

const nicOf = (call: Call, id: string): NetworkInterface | undefined =>
  call.records.get(NetworkInterfaces, theInstance(call, id).interfaceId);

export const instance: ResourceProvider = {
  type: "AWS::EC2::Instance",
  record: Instances,
  properties: {
    ImageId: enforced,
    InstanceType: enforced,
    SubnetId: enforced,
    SecurityGroupIds: enforced,
    SecurityGroups: enforced,
    PrivateIpAddress: enforced,
    SourceDestCheck: enforced,
    IamInstanceProfile: enforced,
    UserData: enforced,
    AvailabilityZone: enforced,
    Monitoring: recorded(instanceNotes.monitoring),
    Tenancy: states("default"),
    EbsOptimized: states(false),
    DisableApiTermination: states(false),
    InstanceInitiatedShutdownBehavior: states("stop"),
    NetworkInterfaces: within({
      DeviceIndex: enforced,
      NetworkInterfaceId: enforced,
      Description: enforced,
      SubnetId: enforced,
      GroupSet: enforced,
      PrivateIpAddress: enforced,
      PrivateIpAddresses: within({ Primary: enforced, PrivateIpAddress: enforced }),
      SecondaryPrivateIpAddressCount: enforced,
      AssociatePublicIpAddress: enforced,
      DeleteOnTermination: enforced,
    }),
    MetadataOptions: within({
      HttpTokens: enforced,
      HttpEndpoint: states("enabled"),
      HttpPutResponseHopLimit: recorded(instanceNotes.hopLimit),
      HttpProtocolIpv6: states("disabled"),
      InstanceMetadataTags: states("disabled"),
    }),
    Tags: tagRules,
  },
  attributes: {
    InstanceId: (_call, id) => id,
    AvailabilityZone: (call, id) => theInstance(call, id).zone,
    VpcId: (call, id) => theInstance(call, id).vpcId,
    PrivateIp: (call, id) => nicOf(call, id)?.privateIp ?? "",
    PrivateDnsName: (call, id) => privateDnsName(call.regionName, nicOf(call, id)?.privateIp ?? ""),
    PublicIp: (call, id) => publicIpOf(call, theInstance(call, id).interfaceId) ?? "",
    PublicDnsName: (call, id) => {
      const publicIp = publicIpOf(call, theInstance(call, id).interfaceId);
      return publicIp === undefined ? "" : publicDnsName(call.regionName, publicIp);
    },
  },
  create: async (call, properties, naming) => (await launch(call, properties, tagsOf(properties, naming))).instanceId,
  settled: started,
  updatable: [
    ...["SecurityGroupIds", "SourceDestCheck", "IamInstanceProfile", "MetadataOptions", "Monitoring", "Tags"],
    // With an interruption, as for every instance whose root device is a volume.
    ...["InstanceType", "UserData"],
  ],
  update,
  delete: (call, id, _properties, signal) =>
    unlessGone(["InvalidInstanceID.NotFound"], async () => {
      changeInstance(call, id, "terminated");
      await call.until(() => (call.records.get(Instances, id)?.state ?? "terminated") === "terminated", signal);
    }),
};

async function started(call: Call, id: string, signal: AbortSignal): Promise<void> {
  await call.until(() => call.records.get(Instances, id)?.state !== "pending", signal);
  const reached = theInstance(call, id);
  if (reached.state !== "running")
    throw new ServiceFault(
      "InternalFailure",
      `Instance ${id} did not start: ${reached.stateReason?.message ?? `it is ${reached.state}`}`,
      500,
    );
}

async function update(call: Call, id: string, change: PropertyChange, naming: Naming, signal: AbortSignal): Promise<void> {
  const { from, to } = change;
  const differs = (name: string): boolean => canonical((from[name] ?? null) as Value) !== canonical((to[name] ?? null) as Value);
  const ifDiffers = <T>(name: string, value: T): T | undefined => (differs(name) ? value : undefined);
  setTags(call, id, tagsOf(to, naming));
  if (differs("SecurityGroupIds") || differs("SourceDestCheck"))
    await modifyNetworkInterface(call, theInstance(call, id).interfaceId, {
      groupIds: ifDiffers("SecurityGroupIds", texts(to, "SecurityGroupIds")),
      sourceDestCheck: ifDiffers("SourceDestCheck", optionalFlag(to, "SourceDestCheck") ?? true),
    });
  modifyInstance(call, id, {
    instanceProfile: ifDiffers("IamInstanceProfile", optionalText(to, "IamInstanceProfile") ?? null),
    monitoring: ifDiffers("Monitoring", optionalFlag(to, "Monitoring") ?? false),
    ...(differs("MetadataOptions")
      ? { httpTokens: httpTokensOf(to) ?? "optional", httpPutResponseHopLimit: hopLimitOf(to) ?? 1 }
      : {}),
  });
  if (!differs("InstanceType") && !differs("UserData")) return;
  const stopped = {
    instanceType: ifDiffers("InstanceType", optionalText(to, "InstanceType") ?? defaultType),
    userData: ifDiffers("UserData", optionalText(to, "UserData") ?? null),
  };
  await modifyWithInterruption(call, id, stopped, signal);
  if (theInstance(call, id).wish === "running") await started(call, id, signal);
}

const metadataOf = (properties: Properties): Properties => structure(properties, "MetadataOptions") ?? {};

function httpTokensOf(properties: Properties): Instance["httpTokens"] | undefined {
  const given = optionalText(metadataOf(properties), "HttpTokens");
  if (given !== undefined && given !== "required" && given !== "optional")
    throw new ServiceFault("InvalidParameterValue", `Value (${given}) for parameter HttpTokens is invalid`);
  return given;
}

const hopLimitOf = (properties: Properties): number | undefined =>
  optionalNumber(metadataOf(properties), "HttpPutResponseHopLimit");

/** AWS's, where a template does not say. */
const defaultType = "m1.small";

async function launch(call: Call, properties: Properties, tags: Readonly<Record<string, string>>): Promise<Instance> {
  const nics = structures(properties, "NetworkInterfaces").map((nic) => ({
    nic,
    DeviceIndex: optionalNumber(nic, "DeviceIndex"),
  }));
  const { first, further } = nics.length === 0 ? { first: { nic: {} }, further: [] } : byDeviceIndex(nics);
  const named = await Promise.all(texts(properties, "SecurityGroups").map((name) => groupIdOf(call, undefined, name)));
  const [made] = runInstances(call, {
    imageId: text(properties, "ImageId"),
    instanceType: optionalText(properties, "InstanceType") ?? defaultType,
    ...(await launchInterface(call, properties, {
      SubnetId: optionalText(properties, "SubnetId"),
      GroupSet: [...texts(properties, "SecurityGroupIds"), ...named],
      PrivateIpAddress: optionalText(properties, "PrivateIpAddress"),
      ...first.nic,
    })),
    further: await Promise.all(
      further.map(async ({ nic: { nic }, deviceIndex }) => ({ ...(await launchInterface(call, properties, nic)), deviceIndex })),
    ),
    publicAddress: anyOf(nics.map(({ nic }) => optionalFlag(nic, "AssociatePublicIpAddress"))),
    sourceDestCheck: optionalFlag(properties, "SourceDestCheck"),
    instanceProfile: optionalText(properties, "IamInstanceProfile"),
    userData: optionalText(properties, "UserData"),
    httpTokens: httpTokensOf(properties),
    httpPutResponseHopLimit: hopLimitOf(properties),
    monitoring: optionalFlag(properties, "Monitoring"),
    tags,
  });
  if (made === undefined) throw new ServiceFault("InternalFailure", "No instance was made", 500);
  return made;
}

/** What one of `NetworkInterfaces` says. */
async function launchInterface(call: Call, properties: Properties, nic: Properties): Promise<LaunchInterface> {
  const zone = optionalText(properties, "AvailabilityZone");
  const interfaceId = optionalText(nic, "NetworkInterfaceId");
  const named = interfaceId === undefined ? optionalText(nic, "SubnetId") : theInterface(call, interfaceId).subnetId;
  const subnet = named === undefined ? await theDefaultSubnet(call, zone) : theSubnet(call, named);
  if (zone !== undefined && zone !== subnet.zone)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The availability zone of subnet ${subnet.subnetId} is ${subnet.zone}, not ${zone}`,
    );
  return {
    subnetId: subnet.subnetId,
    interfaceId,
    deleteOnTermination: optionalFlag(nic, "DeleteOnTermination"),
    description: optionalText(nic, "Description"),
    groupIds: texts(nic, "GroupSet"),
    ...addressesOf(nic),
  };
}
