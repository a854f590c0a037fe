import type {
  IamInstanceProfileSpecification,
  InstanceMetadataOptionsRequest,
  InstanceNetworkInterfaceSpecification,
  Placement,
  PrivateIpAddressSpecification,
  RunInstancesCommandInput,
  RunInstancesCommandOutput,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import type { Call } from "../../operations/call.js";
import { NotModelled, ServiceFault } from "../../operations/fault.js";
import { enforced, recorded, states, within } from "../../operations/members.js";
import { operation } from "../../operations/operation.js";
import { statedAddresses } from "./addresslists.js";
import { theDefaultSubnet } from "./defaultvpc.js";
import { groupIdOf } from "./groups.js";
import { runInstances, type InstanceWish, type LaunchInterface } from "./instances.js";
import { describeInstance } from "./instanceview.js";
import { theInterface } from "./interfaces.js";
import type { Subnet } from "./records.js";
import { theSubnet } from "./subnets.js";
import { tagsAtCreation, tagSpecifications } from "./tags.js";

/** Why these are kept without effect; shown by `up`, `status` and the README. */
export const instanceNotes = {
  hopLimit: "the metadata service answers every host behind the interface, whatever the hop limit",
  monitoring: "there are no CloudWatch metrics yet",
} as const;

const metadataOptions = within<InstanceMetadataOptionsRequest>({
  HttpTokens: enforced,
  HttpEndpoint: states("enabled"),
  HttpPutResponseHopLimit: recorded(instanceNotes.hopLimit),
  HttpProtocolIpv6: states("disabled"),
  InstanceMetadataTags: states("disabled"),
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html */
export const launchOperation = operation<RunInstancesCommandInput, RunInstancesCommandOutput>(
  "ec2",
  "RunInstances",
  {
    ImageId: enforced,
    InstanceType: enforced,
    MinCount: enforced,
    MaxCount: enforced,
    SubnetId: enforced,
    SecurityGroupIds: enforced,
    SecurityGroups: enforced,
    PrivateIpAddress: enforced,
    UserData: enforced,
    ClientToken: enforced,
    IamInstanceProfile: within<IamInstanceProfileSpecification>({ Arn: enforced, Name: enforced }),
    MetadataOptions: metadataOptions,
    Monitoring: within({ Enabled: recorded(instanceNotes.monitoring) }),
    NetworkInterfaces: within<InstanceNetworkInterfaceSpecification>({
      DeviceIndex: enforced,
      NetworkCardIndex: states(0),
      InterfaceType: states("interface"),
      NetworkInterfaceId: enforced,
      Description: enforced,
      SubnetId: enforced,
      Groups: enforced,
      PrivateIpAddress: enforced,
      PrivateIpAddresses: within<PrivateIpAddressSpecification>({ Primary: enforced, PrivateIpAddress: enforced }),
      SecondaryPrivateIpAddressCount: enforced,
      AssociatePublicIpAddress: enforced,
      DeleteOnTermination: enforced,
    }),
    Placement: within<Placement>({ AvailabilityZone: enforced, Tenancy: states("default") }),
    InstanceInitiatedShutdownBehavior: states("stop"),
    DisableApiTermination: states(false),
    EbsOptimized: states(false),
    TagSpecifications: tagSpecifications,
    DryRun: states(false),
  },
  async (call, input) => {
    const count = countOf(input);
    const network = await networkOf(call, input, count);
    const instances = runInstances(
      call,
      {
        imageId: input.ImageId ?? "",
        instanceType: input.InstanceType ?? "m1.small",
        ...network,
        instanceProfile: input.IamInstanceProfile?.Arn ?? input.IamInstanceProfile?.Name,
        userData: input.UserData,
        httpTokens: input.MetadataOptions?.HttpTokens,
        httpPutResponseHopLimit: input.MetadataOptions?.HttpPutResponseHopLimit,
        monitoring: input.Monitoring?.Enabled,
        clientToken: input.ClientToken,
        ...tagsOf(input.TagSpecifications),
      },
      count,
    );
    return {
      ReservationId: instances[0]?.reservationId,
      OwnerId: call.accountId,
      Groups: [],
      Instances: instances.map((instance) => describeInstance(call, instance)),
    };
  },
);

function countOf(input: RunInstancesCommandInput): number {
  const { MinCount: min = 1, MaxCount: max = min } = input;
  if (min < 1 || max < min)
    throw new ServiceFault(
      "InvalidParameterValue",
      `Value (${max}) for parameter maxCount is invalid. It must be at least minCount.`,
    );
  if (max > 20) throw new ServiceFault("InstanceLimitExceeded", "Sandtable starts at most 20 instances in one request.");
  return max;
}

/** Tags of the instances and of the interfaces made with them. */
function tagsOf(specifications: readonly TagSpecification[] = []): Pick<InstanceWish, "tags" | "interfaceTags"> {
  if (specifications.some(({ ResourceType }) => ResourceType === "volume"))
    throw new NotModelled("volumes, hence no tags for them (TagSpecifications of RunInstances)");
  const forInterface = specifications.filter(({ ResourceType }) => ResourceType === "network-interface");
  const others = specifications.filter((each) => !forInterface.includes(each));
  return {
    tags: tagsAtCreation(others, "instance"),
    ...(forInterface.length === 0 ? {} : { interfaceTags: tagsAtCreation(forInterface, "network-interface") }),
  };
}

type Network = LaunchInterface & Pick<InstanceWish, "further" | "publicAddress">;

/** Where the instances are to be: in a subnet named for them or for their interfaces, on interfaces, or in the default VPC. */
async function networkOf(call: Call, input: RunInstancesCommandInput, count: number): Promise<Network> {
  const nics = input.NetworkInterfaces ?? [];
  const zone = input.Placement?.AvailabilityZone;
  if (nics.length === 0) {
    const subnet =
      input.SubnetId === undefined ? await theDefaultSubnet(call, zone) : inZone(theSubnet(call, input.SubnetId), zone);
    const named = await Promise.all((input.SecurityGroups ?? []).map((name) => groupIdOf(call, undefined, name)));
    return {
      subnetId: subnet.subnetId,
      groupIds: [...(input.SecurityGroupIds ?? []), ...named],
      privateIp: input.PrivateIpAddress,
    };
  }
  for (const [stated, noun] of [
    [input.SubnetId, "subnet ID"],
    [input.SecurityGroupIds ?? input.SecurityGroups, "security groups"],
    [input.PrivateIpAddress, "private IP address"],
  ] as const)
    if (stated !== undefined)
      throw new ServiceFault(
        "InvalidParameterCombination",
        `Network interfaces and an instance-level ${noun} may not be specified on the same request`,
      );
  const { first, further } = byDeviceIndex(nics);
  const launched = async (nic: InstanceNetworkInterfaceSpecification): Promise<LaunchInterface> =>
    nic.NetworkInterfaceId === undefined
      ? newInterface(call, nic, zone)
      : onInterface(call, { ...nic, NetworkInterfaceId: nic.NetworkInterfaceId }, count, zone);
  return {
    ...(await launched(first)),
    further: await Promise.all(further.map(async ({ nic, deviceIndex }) => ({ ...(await launched(nic)), deviceIndex }))),
    publicAddress: anyOf(nics.map((nic) => nic.AssociatePublicIpAddress)),
  };
}

/** Whether one of them is asked for; undefined where none says anything. */
export const anyOf = (flags: readonly (boolean | undefined)[]): boolean | undefined =>
  flags.includes(true) || (flags.includes(false) ? false : undefined);

/** The primary interface and the others. One alone is the primary one, whether it says so or not. */
export function byDeviceIndex<Nic extends { readonly DeviceIndex?: number | undefined }>(
  nics: readonly Nic[],
): { first: Nic; further: readonly { nic: Nic; deviceIndex: number }[] } {
  const indexed = nics.map((nic) => ({ nic, deviceIndex: nic.DeviceIndex ?? (nics.length === 1 ? 0 : undefined) }));
  const complete = indexed.flatMap(({ nic, deviceIndex }) => (deviceIndex === undefined ? [] : [{ nic, deviceIndex }]));
  if (complete.length < nics.length)
    throw new ServiceFault("InvalidParameterValue", "Each network interface requires a device index.");
  const first = complete.find(({ deviceIndex }) => deviceIndex === 0);
  if (first === undefined)
    throw new ServiceFault("UnsupportedOperation", "When specifying network interfaces, you must include a device at index 0.");
  return { first: first.nic, further: complete.filter((each) => each !== first) };
}

async function newInterface(
  call: Call,
  nic: InstanceNetworkInterfaceSpecification,
  zone: string | undefined,
): Promise<LaunchInterface> {
  const subnet = nic.SubnetId === undefined ? await theDefaultSubnet(call, zone) : inZone(theSubnet(call, nic.SubnetId), zone);
  return {
    subnetId: subnet.subnetId,
    groupIds: nic.Groups ?? [],
    ...statedAddresses(nic),
    description: nic.Description,
    deleteOnTermination: nic.DeleteOnTermination,
  };
}

function onInterface(
  call: Call,
  nic: InstanceNetworkInterfaceSpecification & { NetworkInterfaceId: string },
  count: number,
  zone: string | undefined,
): LaunchInterface {
  const {
    NetworkInterfaceId,
    DeviceIndex: _at,
    NetworkCardIndex: _card,
    DeleteOnTermination,
    InterfaceType: _kind,
    ...others
  } = nic;
  const [stated] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (stated !== undefined)
    throw new ServiceFault(
      "InvalidParameterCombination",
      `The ${stated} parameter cannot be specified when launching with an existing network interface`,
    );
  if (count > 1)
    throw new ServiceFault("InvalidParameterCombination", "Only one instance can be launched with an existing network interface");
  const { subnetId } = inZone(theSubnet(call, theInterface(call, NetworkInterfaceId).subnetId), zone);
  return { subnetId, interfaceId: NetworkInterfaceId, groupIds: [], deleteOnTermination: DeleteOnTermination };
}

function inZone(subnet: Subnet, zone: string | undefined): Subnet {
  if (zone !== undefined && zone !== subnet.zone)
    throw new ServiceFault(
      "InvalidParameterValue",
      `The availability zone of subnet ${subnet.subnetId} is ${subnet.zone}, not ${zone}`,
    );
  return subnet;
}
