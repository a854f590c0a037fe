import type { MachineSettings, Volume } from "../compute.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { NodeId } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { Reading } from "./reading.js";
import {
  groupType,
  instanceType,
  interfaceType,
  launchConfigurationType,
  launchTemplateType,
  roleType,
  subnetType,
} from "./types.js";
import { userDataOf } from "./user-data.js";

/** What one of the forms in which a machine is described says; undefined where it says nothing. */
interface Layer extends Partial<Omit<MachineSettings, "volumes">> {
  readonly volumes: readonly Volume[];
  readonly groups: readonly Maybe<NodeId>[];
  /** The interfaces it is to have, the first one being its primary. */
  readonly interfaces: readonly Reading[];
  readonly associatePublicIp?: Maybe<boolean>;
}

/** How a machine is made, with AWS's defaults, and what it says of its network. */
export interface Machine {
  readonly settings: MachineSettings;
  readonly groups: readonly Maybe<NodeId>[];
  readonly interfaces: readonly Reading[];
  readonly associatePublicIp: Maybe<boolean> | undefined;
}

/** An instance, and the launch template that it takes what it does not say from. */
export const machineOfInstance = (read: Reading): Machine =>
  over([instanceLayer(read), ...templateLayers(read.at("LaunchTemplate"))]);

export const machineOfTemplate = (read: Reading): Machine => over([dataLayer(read.at("LaunchTemplateData"))]);

/** An Auto Scaling group makes its instances from a launch template (of a mixed policy, the common one), or from a launch configuration. */
export function machineOfGroup(read: Reading): Machine {
  const mixed = read.at("MixedInstancesPolicy", "LaunchTemplate");
  const override = mixed.at("Overrides").list()[0]?.at("InstanceType").text();
  const configuration = referred(read.at("LaunchConfigurationName"), launchConfigurationType);
  return over([
    ...(override === undefined ? [] : [{ ...nothing, instanceType: override }]),
    ...templateLayers(read.at("LaunchTemplate")),
    ...templateLayers(mixed.at("LaunchTemplateSpecification")),
    ...(configuration === undefined ? [] : [configurationLayer(configuration)]),
  ]);
}

const nothing: Layer = { volumes: [], groups: [], interfaces: [] };

/** The first layer that says something wins; AWS's defaults come last. */
function over(layers: readonly Layer[]): Machine {
  const first = <K extends keyof Layer>(key: K): Layer[K] | undefined =>
    layers.map((layer) => layer[key]).find((value) => value !== undefined);
  const firstList = <K extends "groups" | "interfaces" | "volumes">(key: K): Layer[K] =>
    layers.map((layer) => layer[key]).find((value) => value.length > 0) ?? nothing[key];
  return {
    settings: {
      instanceType: first("instanceType") ?? "m1.small", // API_RunInstances
      image: first("image"),
      ...imageNameIn(first("imageName")),
      keyName: first("keyName"),
      role: first("role"),
      userData: first("userData"),
      tokensRequired: first("tokensRequired") ?? false,
      hopLimit: first("hopLimit") ?? 1,
      detailedMonitoring: first("detailedMonitoring") ?? false,
      volumes: firstList("volumes"),
    },
    groups: firstList("groups"),
    interfaces: firstList("interfaces"),
    associatePublicIp: first("associatePublicIp"),
  };
}

/** The resource that a value names, for reading. */
function referred(value: Reading, type: string): Reading | undefined {
  const id = value.node(type);
  const resource = typeof id === "string" ? value.catalogue.get(id) : undefined;
  return resource === undefined ? undefined : Reading.of(value.catalogue, resource);
}

const templateLayers = (specification: Reading): readonly Layer[] => {
  const named = specification.either("LaunchTemplateId", "LaunchTemplateName");
  if (!named.given) return [];
  const template = referred(named, launchTemplateType);
  if (template !== undefined) return [dataLayer(template.at("LaunchTemplateData"))];
  // Whatever a template that we do not have says is not known, and no default is in its place.
  const why = named.node(launchTemplateType);
  return typeof why === "object" ? [unknownLayer(why)] : [];
};

const unknownLayer = (why: Unknown): Layer => ({
  instanceType: why,
  image: why,
  keyName: why,
  role: why,
  userData: why,
  tokensRequired: why,
  hopLimit: why,
  detailedMonitoring: why,
  associatePublicIp: why,
  volumes: [],
  groups: [why],
  interfaces: [],
});

const common = (read: Reading) => ({
  instanceType: read.at("InstanceType").text(),
  image: read.at("ImageId").text(),
  ...imageNameOf(read.at("ImageId")),
  keyName: read.at("KeyName").text(),
  userData: userDataOf(read.at("UserData")),
  ...metadataOf(read.at("MetadataOptions")),
  volumes: volumesOf(read.at("BlockDeviceMappings")),
});

const imageNameIn = (imageName: string | undefined): Pick<Layer, "imageName"> => (imageName === undefined ? {} : { imageName });

function imageNameOf(image: Reading): Pick<Layer, "imageName"> {
  const id = image.text();
  return imageNameIn(typeof id === "string" ? image.catalogue.description.imageNames?.get(id) : undefined);
}

function instanceLayer(read: Reading): Layer {
  const interfaces = read.at("NetworkInterfaces").list();
  return {
    ...common(read),
    role: roleOf(read.at("IamInstanceProfile")),
    detailedMonitoring: read.at("Monitoring").flag(),
    groups: read.either("SecurityGroupIds", "SecurityGroups").nodes(groupType),
    interfaces,
    associatePublicIp: interfaces[0]?.at("AssociatePublicIpAddress").flag(),
  };
}

function dataLayer(data: Reading): Layer {
  const interfaces = data.at("NetworkInterfaces").list();
  return {
    ...common(data),
    role: roleOf(data.at("IamInstanceProfile").either("Arn", "Name")),
    detailedMonitoring: data.at("Monitoring", "Enabled").flag(),
    groups: data.either("SecurityGroupIds", "SecurityGroups").nodes(groupType),
    interfaces,
    associatePublicIp: interfaces[0]?.at("AssociatePublicIpAddress").flag(),
  };
}

function configurationLayer(read: Reading): Layer {
  return {
    ...common(read),
    role: roleOf(read.at("IamInstanceProfile")),
    // "By default, detailed monitoring is enabled when you create a launch configuration."
    detailedMonitoring: read.at("InstanceMonitoring").flag(true),
    groups: read.at("SecurityGroups").nodes(groupType),
    interfaces: [],
    associatePublicIp: read.at("AssociatePublicIpAddress").flag(),
  };
}

function metadataOf(options: Reading): Pick<Layer, "tokensRequired" | "hopLimit"> {
  const tokens = options.at("HttpTokens").text();
  return {
    tokensRequired: tokens === undefined || typeof tokens === "object" ? tokens : tokens === "required",
    hopLimit: options.at("HttpPutResponseHopLimit").number(),
  };
}

/** The role of an instance profile; a role may stand for itself, where a source tells no profile. */
export function roleOf(profile: Reading): Maybe<NodeId> | undefined {
  const id = profile.node("AWS::IAM::InstanceProfile", roleType);
  const resource = typeof id === "string" ? profile.catalogue.get(id) : undefined;
  if (resource === undefined || resource.type === roleType) return id;
  return Reading.of(profile.catalogue, resource).at("Roles").list()[0]?.node(roleType);
}

const volumesOf = (mappings: Reading): readonly Volume[] =>
  mappings
    .list()
    .filter((mapping) => mapping.at("Ebs").given)
    .map((mapping) => volumeOf(mapping.at("DeviceName").rendered(), mapping.at("Ebs")));

const sizeOfSnapshot = new Unknown("the volume is as large as the snapshot that it is made from");

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ec2-instance-ebs.html */
const volumeOf = (device: string, disk: Reading): Volume => ({
  device,
  size: disk.at("VolumeSize").number() ?? sizeOfSnapshot,
  kind: disk.at("VolumeType").text("gp2"),
  encrypted: disk.at("Encrypted").flag(false),
  deleteOnTermination: disk.at("DeleteOnTermination").flag(true),
});

/** The subnets of the interfaces that a machine asks for. */
export const subnetOf = (wish: Reading | undefined): Maybe<NodeId> | undefined => wish?.at("SubnetId").node(subnetType);

export const interfaceNodeOf = (wish: Reading): Maybe<NodeId> | undefined => wish.at("NetworkInterfaceId").node(interfaceType);

/** Volumes that are resources of their own, by the instance that they are attached to. */
export function attachedVolumes(catalogue: Catalogue): ReadonlyMap<NodeId, readonly Volume[]> {
  const found = new Map<NodeId, Volume[]>();
  const add = (instance: Maybe<NodeId> | undefined, read: Reading): void => {
    const volume = referred(read.at("VolumeId"), "AWS::EC2::Volume");
    if (typeof instance !== "string" || volume === undefined) return;
    const volumes = found.get(instance) ?? [];
    volumes.push({
      device: read.at("Device").rendered(),
      size: volume.at("Size").number() ?? sizeOfSnapshot,
      kind: volume.at("VolumeType").text("gp2"),
      encrypted: volume.at("Encrypted").flag(false),
      deleteOnTermination: false,
    });
    found.set(instance, volumes);
  };
  for (const resource of catalogue.of(instanceType))
    for (const own of Reading.of(catalogue, resource).at("Volumes").list()) add(resource.id, own);
  for (const resource of catalogue.of("AWS::EC2::VolumeAttachment")) {
    const read = Reading.of(catalogue, resource);
    add(read.at("InstanceId").node(instanceType), read);
  }
  return found;
}
