import type { EnvironmentBuilder } from "../builder.js";
import type { Volume } from "../compute.js";
import { Unknown, type Maybe } from "../maybe.js";
import type { NetworkInterface } from "../network.js";
import type { NodeId } from "../node.js";
import type { Catalogue } from "./catalogue.js";
import { defaultSubnet } from "./default-vpc.js";
import {
  addressesOf,
  groupsOrDefault,
  impliedInterface,
  interfacesBySubnet,
  type PublicAddresses,
  type PublicSide,
} from "./interfaces.js";
import {
  attachedVolumes,
  interfaceNodeOf,
  machineOfGroup,
  machineOfInstance,
  machineOfTemplate,
  subnetOf,
  type Machine,
} from "./machine.js";
import { draftsOf, type Draft } from "./node.js";
import { autoScalingGroupType, groupType, instanceType, launchTemplateType, subnetType, targetGroupType } from "./types.js";

export function drawCompute(catalogue: Catalogue, builder: EnvironmentBuilder, addresses: PublicAddresses): void {
  // Both by instance, once: looking through them for each instance takes the square of their number.
  const attached = new Map<NodeId, NetworkInterface[]>();
  for (const each of builder.list("interfaces"))
    if (each.owner.kind === "instance") attached.set(each.owner.id, [...(attached.get(each.owner.id) ?? []), each]);
  const volumes = attachedVolumes(catalogue);
  for (const draft of draftsOf(catalogue, instanceType))
    drawInstance(catalogue, builder, draft, {
      addresses,
      attached: attached.get(draft.node.id) ?? [],
      volumes: volumes.get(draft.node.id) ?? [],
    });
  for (const { node, read } of draftsOf(catalogue, launchTemplateType)) {
    const { settings, groups, interfaces } = machineOfTemplate(read);
    builder.add("launchTemplates", { ...node, settings, groups: groups.length > 0 ? groups : groupsOfFirst(interfaces[0]) });
  }
  for (const draft of draftsOf(catalogue, autoScalingGroupType)) drawGroup(catalogue, builder, draft);
}

type Wish = Machine["interfaces"][number];

/** An instance calls them GroupSet, a launch template Groups. */
const groupsOfFirst = (wish: Wish | undefined): readonly Maybe<NodeId>[] =>
  wish?.either("GroupSet", "Groups").nodes(groupType) ?? [];

/** What other resources give an instance. */
interface Around {
  readonly addresses: PublicAddresses;
  readonly attached: readonly NetworkInterface[];
  readonly volumes: readonly Volume[];
}

function drawInstance(
  catalogue: Catalogue,
  builder: EnvironmentBuilder,
  { node, read, resource }: Draft,
  { addresses, attached, volumes }: Around,
): void {
  const machine = machineOfInstance(read);
  const stated = read.at("AvailabilityZone").text();
  const named = read.at("SubnetId").node(subnetType);
  const wishes: readonly (Wish | undefined)[] = machine.interfaces.length > 0 ? machine.interfaces : [undefined];
  const interfaces = wishes.map((wish, index): NodeId => {
    const own = wish === undefined ? undefined : interfaceNodeOf(wish);
    if (typeof own === "string" && builder.get("interfaces", own) !== undefined) return own;
    const subnet = subnetOf(wish) ?? named ?? own ?? defaultSubnet(builder, stated);
    const ofWish = groupsOfFirst(wish);
    const made = impliedInterface(node, `eth${index}`, {
      owner: { kind: "instance", id: node.id },
      subnets: [subnet],
      ...addressesOf(wish !== undefined && hasAddress(wish) ? wish : read),
      ...publicSide(
        builder,
        machine,
        wishes.length,
        subnet,
        index === 0 ? (addresses.get(node.id) ?? told(catalogue, resource)) : undefined,
      ),
      groups: groupsOrDefault(builder, ofWish.length > 0 ? ofWish : machine.groups, subnet),
      sourceDestCheck: wish?.at("SourceDestCheck").flag() ?? read.at("SourceDestCheck").flag(true),
    });
    builder.add("interfaces", made);
    return made.id;
  });
  const more = attached.filter(({ id }) => !interfaces.includes(id));
  builder.add("instances", {
    ...node,
    settings: { ...machine.settings, volumes: [...machine.settings.volumes, ...volumes] },
    interfaces: [...interfaces, ...more.map(({ id }) => id)],
    zone: stated ?? zoneOf(builder, builder.get("interfaces", interfaces[0] ?? "")),
  });
}

const hasAddress = (wish: Wish): boolean => wish.at("PrivateIpAddress").given || wish.at("PrivateIpAddresses").given;

/** What an account tells of the public address; what a template's AWS will choose is no concern of it. */
function told(catalogue: Catalogue, { attributes }: Draft["resource"]): PublicSide | undefined {
  const address = catalogue.settle(attributes?.["PublicIp"]);
  return typeof address === "string" && address !== "" ? { isPublic: true, publicAddress: address } : undefined;
}

/**
 * Public: with an Elastic IP, or when it is asked for, or when its subnet gives addresses to who does not say; never with several
 * interfaces. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
 */
function publicSide(
  builder: EnvironmentBuilder,
  { associatePublicIp }: Machine,
  interfaces: number,
  subnet: Maybe<NodeId>,
  side: PublicSide | undefined,
): PublicSide {
  if (side !== undefined) return side;
  if (interfaces > 1) return { isPublic: false };
  return { isPublic: associatePublicIp ?? mapsPublicIp(builder, subnet) };
}

const mapsPublicIp = (builder: EnvironmentBuilder, subnet: Maybe<NodeId>): Maybe<boolean> =>
  subnet instanceof Unknown
    ? subnet
    : (builder.get("subnets", subnet)?.mapsPublicIp ?? new Unknown(`${subnet} is not part of what was read`));

function zoneOf(builder: EnvironmentBuilder, made: NetworkInterface | undefined): Maybe<string> {
  if (made?.subnetUnknown !== undefined) return made.subnetUnknown;
  const subnet = builder.get("subnets", made?.subnets[0] ?? "");
  return subnet?.zone ?? new Unknown("its subnet is not known");
}

function drawGroup(catalogue: Catalogue, builder: EnvironmentBuilder, { node, read }: Draft): void {
  const machine = machineOfGroup(read);
  const named = read
    .at("VPCZoneIdentifier")
    .list()
    .flatMap((item) => {
      // One text may hold several, as the API has them.
      if (typeof item.value !== "string") return [item.node(subnetType) ?? new Unknown("it names no subnet")];
      return item.value.split(",").map((id) => catalogue.node(id.trim(), [subnetType]));
    });
  const zones = read.at("AvailabilityZones").list();
  const byZone =
    zones.length === 0 ? [defaultSubnet(builder, undefined)] : zones.map((zone) => defaultSubnet(builder, zone.text()));
  const subnets = named.length > 0 ? named : byZone;
  const ofWish = groupsOfFirst(machine.interfaces[0]);
  const groups = ofWish.length > 0 ? ofWish : machine.groups;
  const interfaces = interfacesBySubnet(node, subnets, (subnet) => ({
    owner: { kind: "autoScalingGroup", id: node.id },
    isPublic: machine.associatePublicIp ?? mapsPublicIp(builder, subnet),
    groups: groupsOrDefault(builder, groups, subnet),
  }));
  for (const each of interfaces) builder.add("interfaces", each);
  const minSize = read.at("MinSize").number(0);
  builder.add("autoScalingGroups", {
    ...node,
    settings: machine.settings,
    subnets,
    interfaces: interfaces.map(({ id }) => id),
    minSize,
    maxSize: read.at("MaxSize").number(0),
    desiredCapacity: read.at("DesiredCapacity").number() ?? minSize,
    healthCheckType: read.at("HealthCheckType").text("EC2"),
    // The API's own default; the console suggests 300.
    healthCheckGracePeriod: read.at("HealthCheckGracePeriod").number(0),
    targetGroups: read.at("TargetGroupARNs").nodes(targetGroupType),
    scalingPolicies: draftsOf(catalogue, "AWS::AutoScaling::ScalingPolicy")
      .filter((policy) => policy.read.at("AutoScalingGroupName").node(autoScalingGroupType) === node.id)
      .map((policy) => policy.node.id),
  });
}
