import type { AutoScalingGroup, Instance, MachineSettings } from "../../environment/compute.js";
import type { Environment } from "../../environment/environment.js";
import { isKnown, known, Unknown, type Maybe } from "../../environment/maybe.js";
import type { NetworkInterface } from "../../environment/network.js";
import type { Node } from "../../environment/node.js";
import { hoursOfMonth, standing, used, type CostLine, type Pricer } from "./lines.js";
import type { Item } from "./prices.js";

const times = (count: Maybe<number>, each: number): Maybe<number> => (count instanceof Unknown ? count : count * each);

/** How many instances a group runs: as many as are desired, else its least. Unknown bounds make it unknown. */
export const sizeOf = (group: AutoScalingGroup): Maybe<number> =>
  isKnown(group.desiredCapacity) ? group.desiredCapacity : group.minSize;

/** So many machines with these settings, with their volumes. */
export function machineLines(pricer: Pricer, node: Node, settings: MachineSettings, count: Maybe<number>): readonly CostLine[] {
  const type = settings.instanceType;
  const amount = isKnown(count) ? `${count} × ` : "";
  const item: Maybe<Item> = type instanceof Unknown ? type : `instance:${type}`;
  const lines = [
    standing(
      pricer,
      node,
      `${amount}${known(type, "instance of unknown type")}, Linux On-Demand`,
      item,
      times(count, hoursOfMonth),
    ),
  ];
  for (const volume of settings.volumes) {
    const kind: Maybe<Item> = volume.kind instanceof Unknown ? volume.kind : `volume:${volume.kind}`;
    const size = isKnown(volume.size) && isKnown(count) ? volume.size * count : isKnown(volume.size) ? count : volume.size;
    lines.push(standing(pricer, node, `${amount}${known(volume.kind, "volume")} ${volume.device}`, kind, size));
  }
  if (settings.volumes.length === 0) {
    const why = "the image decides about its root volume, and the source does not say how large it is; state BlockDeviceMappings";
    lines.push(standing(pricer, node, `${amount}root volume`, "volume:gp3", new Unknown(why)));
  }
  // Seven metrics of AWS/EC2, each minute (EC2 user guide, "Manage detailed monitoring").
  if (settings.detailedMonitoring === true)
    lines.push(standing(pricer, node, "detailed monitoring, 7 metrics", "metric:month", times(count, 7)));
  return lines;
}

const instanceLines = (pricer: Pricer, instance: Instance): readonly CostLine[] =>
  machineLines(pricer, instance, instance.settings, 1);

const groupLines = (pricer: Pricer, group: AutoScalingGroup): readonly CostLine[] =>
  machineLines(pricer, group, group.settings, sizeOf(group));

/** A NAT gateway; its address is an Elastic IP with a line of its own. */
export const natLines = (pricer: Pricer, node: Node): readonly CostLine[] => [
  standing(pricer, node, "NAT gateway", "nat:hour", hoursOfMonth),
  used(pricer, node, "data through the NAT gateway", "nat:data", "natGb"),
];

/** A public IPv4 address costs by the hour whoever has it (since 2024-02); Elastic IPs are nodes, the others are of interfaces. */
function addressLines(pricer: Pricer, environment: Environment): readonly CostLine[] {
  const lines: CostLine[] = [];
  const withElasticIp = new Set<string>();
  for (const address of environment.elasticIps.values()) {
    const idle = address.owner === undefined;
    if (!idle && isKnown(address.owner)) withElasticIp.add(address.owner);
    const what = idle ? "Elastic IP that nothing uses" : "Elastic IP";
    lines.push(standing(pricer, address, what, idle ? "address:idle" : "address:in-use", hoursOfMonth));
  }
  for (const face of environment.interfaces.values()) {
    if (face.owner.kind === "natGateway" || face.isPublic === false) continue;
    if (withElasticIp.has(face.id) || withElasticIp.has(face.owner.id)) continue;
    const count = isKnown(face.isPublic) ? instancesBehind(environment, face) : face.isPublic;
    lines.push(standing(pricer, ownerOf(environment, face), "public IPv4 address", "address:in-use", times(count, hoursOfMonth)));
  }
  return lines;
}

/** An Auto Scaling group's interface stands for its instances in one of its subnets. */
function instancesBehind(environment: Environment, face: NetworkInterface): Maybe<number> {
  const group = face.owner.kind === "autoScalingGroup" ? environment.autoScalingGroups.get(face.owner.id) : undefined;
  if (group === undefined) return 1;
  return times(sizeOf(group), 1 / Math.max(1, group.interfaces.length));
}

const ownerOf = (environment: Environment, { owner, ...face }: NetworkInterface): Node =>
  environment.instances.get(owner.id) ??
  environment.autoScalingGroups.get(owner.id) ??
  environment.balancers.get(owner.id) ??
  environment.databases.get(owner.id) ??
  face;

/** Machines, NAT gateways, interface endpoints, public addresses, and what is sent. */
export function computeLines(pricer: Pricer, environment: Environment): readonly CostLine[] {
  const endpoints = [...environment.interfaces.values()].filter(({ owner }) => owner.kind === "interfaceEndpoint");
  return [
    ...[...environment.instances.values()].flatMap((node) => instanceLines(pricer, node)),
    ...[...environment.autoScalingGroups.values()].flatMap((node) => groupLines(pricer, node)),
    ...[...environment.natGateways.values()].flatMap((node) => natLines(pricer, node)),
    ...endpoints.flatMap((face) => [
      standing(pricer, face, `interface endpoint ${face.owner.id}`, "endpoint:hour", hoursOfMonth),
      used(pricer, face, `data through endpoint ${face.owner.id}`, "endpoint:data", "endpointGb"),
    ]),
    ...addressLines(pricer, environment),
  ];
}
