import {
  DescribeInstanceAttributeCommand,
  type EC2Client,
  type Instance,
  type InstanceNetworkInterface,
  paginateDescribeInstances,
  paginateDescribeVolumes,
  type Volume,
} from "@aws-sdk/client-ec2";
import type { Described, Said } from "../../described.js";
import { isUnknown, Unknown } from "../../maybe.js";
import type { Names } from "../names.js";
import { eachOf, type Reading } from "../reading.js";
import { told } from "../../told.js";
import { type ReadRoom, tagsOf } from "../room.js";
import { groupsOf } from "./interfaces.js";

const instanceType = "AWS::EC2::Instance";

/** What is there as long as the instance is; those that are terminated are shown for an hour. */
const living = new Set(["pending", "running", "stopping", "stopped"]);

export const readMachines: ReadRoom = async (clients, reading) => {
  const client = await clients.ec2();
  const all = await reading.all("ec2:DescribeInstances", [instanceType], paginateDescribeInstances({ client }, {}), (page) =>
    page.Reservations?.flatMap(({ Instances }) => Instances ?? []),
  );
  const instances = all.filter(({ State }) => living.has(State?.Name ?? ""));
  const [volumes, details] = await Promise.all([
    readVolumes(client, reading, instances),
    eachOf(instances, ({ InstanceId = "" }) => detailsOf(client, reading, InstanceId)),
  ]);
  return {
    register: (names) => {
      for (const { InstanceId = "" } of instances) names.register({ type: instanceType, physicalId: InstanceId });
    },
    describe: (names) =>
      instances.flatMap((instance, index) =>
        names.isRepresented(instance.InstanceId)
          ? []
          : [describeInstance(instance, { volumes, more: details[index] ?? {} }, names)],
      ),
  };
};

type Volumes = ReadonlyMap<string, Volume> | Unknown;

async function readVolumes(client: EC2Client, reading: Reading, instances: readonly Instance[]): Promise<Volumes> {
  if (instances.every(({ BlockDeviceMappings }) => (BlockDeviceMappings ?? []).length === 0)) return new Map();
  const read = async (): Promise<ReadonlyMap<string, Volume>> => {
    const found = new Map<string, Volume>();
    for await (const page of paginateDescribeVolumes({ client }, {}))
      for (const volume of page.Volumes ?? []) found.set(volume.VolumeId ?? "", volume);
    return found;
  };
  return (await reading.one("ec2:DescribeVolumes", read())) ?? new Map<string, Volume>();
}

/** What DescribeInstances leaves out. */
async function detailsOf(client: EC2Client, reading: Reading, InstanceId: string): Promise<Described["properties"]> {
  const attribute = (Attribute: "userData" | "disableApiTermination") =>
    reading.one("ec2:DescribeInstanceAttribute", client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute })));
  const [userData, termination] = await Promise.all([attribute("userData"), attribute("disableApiTermination")]);
  return told({
    UserData: isUnknown(userData) ? userData : userData?.UserData?.Value,
    DisableApiTermination: isUnknown(termination) ? termination : termination?.DisableApiTermination?.Value,
  });
}

interface Details {
  readonly volumes: Volumes;
  readonly more: Described["properties"];
}

function describeInstance(instance: Instance, { volumes, more }: Details, names: Names): Described {
  const { MetadataOptions, IamInstanceProfile, Placement, PublicIpAddress, PrivateIpAddress } = instance;
  return {
    id: names.idOf(instanceType, instance.InstanceId),
    type: instanceType,
    physicalId: instance.InstanceId,
    properties: told({
      ImageId: instance.ImageId,
      InstanceType: instance.InstanceType,
      KeyName: instance.KeyName,
      AvailabilityZone: Placement?.AvailabilityZone,
      IamInstanceProfile:
        IamInstanceProfile?.Arn === undefined ? undefined : names.ref("AWS::IAM::InstanceProfile", IamInstanceProfile.Arn),
      MetadataOptions:
        MetadataOptions === undefined
          ? undefined
          : told({
              HttpTokens: MetadataOptions.HttpTokens,
              HttpEndpoint: MetadataOptions.HttpEndpoint,
              HttpPutResponseHopLimit: MetadataOptions.HttpPutResponseHopLimit,
            }),
      Monitoring: instance.Monitoring?.State === "enabled" || instance.Monitoring?.State === "pending",
      NetworkInterfaces: (instance.NetworkInterfaces ?? [])
        .toSorted((a, b) => (a.Attachment?.DeviceIndex ?? 0) - (b.Attachment?.DeviceIndex ?? 0))
        .map((each) => describeInterface(each, names)),
      BlockDeviceMappings: volumesOf(instance, volumes),
      ...more,
      Tags: tagsOf(instance.Tags),
    }),
    attributes: told({
      PublicIp: PublicIpAddress,
      PrivateIp: PrivateIpAddress,
      AvailabilityZone: Placement?.AvailabilityZone,
      // Stopped: it has no public address until it starts again.
      State: instance.State?.Name,
    }),
  };
}

/** An interface of its own by reference, another as what it is. */
function describeInterface(each: InstanceNetworkInterface, names: Names): Said {
  const DeviceIndex = String(each.Attachment?.DeviceIndex ?? 0);
  const own = names.find("AWS::EC2::NetworkInterface", each.NetworkInterfaceId);
  if (own !== undefined)
    return { DeviceIndex, NetworkInterfaceId: names.ref("AWS::EC2::NetworkInterface", each.NetworkInterfaceId ?? "") };
  const secondary = (each.PrivateIpAddresses ?? []).filter(({ Primary }) => Primary !== true);
  return told({
    DeviceIndex,
    SubnetId: names.ref("AWS::EC2::Subnet", each.SubnetId ?? ""),
    GroupSet: groupsOf(each.Groups, names),
    PrivateIpAddress: each.PrivateIpAddress,
    PrivateIpAddresses:
      secondary.length === 0
        ? undefined
        : (each.PrivateIpAddresses ?? []).map(({ PrivateIpAddress = "", Primary = false }) => ({ PrivateIpAddress, Primary })),
    // One that AWS lends while it runs; an Elastic IP address is told by its association.
    AssociatePublicIpAddress: each.Association?.IpOwnerId === "amazon",
    SourceDestCheck: each.SourceDestCheck,
  });
}

function volumesOf(instance: Instance, volumes: Volumes): Said {
  return (instance.BlockDeviceMappings ?? []).map(({ DeviceName, Ebs }) => {
    const volume = isUnknown(volumes) ? undefined : volumes.get(Ebs?.VolumeId ?? "");
    const unknown = isUnknown(volumes) ? volumes : new Unknown(`ec2:DescribeVolumes did not tell of ${Ebs?.VolumeId}`);
    return told({
      DeviceName,
      Ebs: told({
        VolumeSize: volume?.Size ?? unknown,
        VolumeType: volume?.VolumeType ?? unknown,
        Encrypted: volume?.Encrypted ?? unknown,
        DeleteOnTermination: Ebs?.DeleteOnTermination,
      }),
    });
  });
}
