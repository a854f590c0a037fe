import type { Server } from "node:http";
import { routerName } from "../../parts/fabric/vpc.js";
import type { RegionLabel } from "../../parts/host/label.js";
import { listenIn } from "../../parts/host/sockets.js";
import { instanceMetadata, type InstanceFacts, type InterfaceFacts } from "../../parts/machines/instanceMetadata.js";
import { metadataServer } from "../../parts/machines/metadata.js";
import type { MetadataSpec } from "../../parts/machines/spec.js";
import type { Scope } from "../operations/call.js";
import { attachmentOf, interfacesOf } from "../services/ec2/attachments.js";
import { publicIpOf } from "../services/ec2/elasticips.js";
import { privateDnsName, publicDnsName } from "../services/ec2/dnsnames.js";
import { Instances, NetworkInterfaces, SecurityGroups, Subnets, Vpcs, type NetworkInterface } from "../services/ec2/records.js";
import { zoneId } from "../services/ec2/zones.js";
import { InstanceProfiles, Roles, type InstanceProfile, type Role } from "../services/iam/records.js";
import { instanceSession } from "../services/sts/sessions.js";

interface Door {
  readonly instanceId: string;
  readonly port: number;
  readonly server: Promise<Server>;
}

/**
 * The metadata service of each instance: a listener for each of its interfaces on the router of its zone, to which the fabric leads
 * just the packets that came through its interface. So a caller is known by the listener, not by an address it could forge.
 */
export class MetadataDoors {
  private readonly open = new Map<string, Door>();

  constructor(private readonly label: RegionLabel) {}

  /** Listens for the interfaces that an instance has, and not for those that it has no more. What is so already is fine. */
  async match(scope: Scope, instanceId: string): Promise<void> {
    const nics = interfacesOf(scope, instanceId);
    const stale = [...this.open].filter(([id, door]) => {
      const is = nics.find((nic) => nic.interfaceId === id);
      if (door.instanceId === instanceId && is?.metadataPort === door.port) return false;
      // What was detached may be another instance's by now, and so may its port.
      return door.instanceId === instanceId || is !== undefined || nics.some((nic) => nic.metadataPort === door.port);
    });
    await Promise.all(stale.map(([id]) => this.close(id)));
    await Promise.all(nics.map((nic) => this.ensure(scope, nic, instanceId)));
  }

  async closeOf(instanceId: string): Promise<void> {
    const its = [...this.open].filter(([, door]) => door.instanceId === instanceId);
    await Promise.all(its.map(([id]) => this.close(id)));
  }

  private async ensure(scope: Scope, nic: NetworkInterface, instanceId: string): Promise<void> {
    const port = nic.metadataPort;
    if (port === undefined) return;
    let door = this.open.get(nic.interfaceId);
    if (door === undefined) {
      door = { instanceId, port, server: this.listen(scope, nic, port) };
      this.open.set(nic.interfaceId, door);
      door.server.catch(() => this.open.delete(nic.interfaceId));
    }
    await door.server;
  }

  private async close(interfaceId: string): Promise<void> {
    const door = this.open.get(interfaceId);
    this.open.delete(interfaceId);
    const server = await door?.server.catch(() => undefined);
    server?.closeAllConnections();
    server?.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.open.keys()].map((id) => this.close(id)));
  }

  private async listen(scope: Scope, nic: NetworkInterface, port: number): Promise<Server> {
    const [handle] = await listenIn(routerName(this.label, nic.vpcId, nic.zone), [
      { protocol: "tcp", host: "169.254.169.254", port },
    ]);
    const server = metadataServer(() => metadataOf(scope, nic.interfaceId), scope.now);
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(handle, resolve));
    return server;
  }
}

/**
 * What the metadata service says to whoever calls through this interface, from the records as they are now: the same through each of
 * an instance's.
 */
export function metadataOf(scope: Scope, interfaceId: string): MetadataSpec | undefined {
  const { records, regionName, accountId } = scope;
  const holder = records.get(NetworkInterfaces, interfaceId)?.holder;
  const instance = holder?.kind === "instance" ? records.get(Instances, holder.id) : undefined;
  const [primary, ...further] = instance === undefined ? [] : interfacesOf(scope, instance.instanceId);
  if (primary === undefined || instance === undefined) return undefined;
  const profile = records.list(InstanceProfiles).find((known) => known.arn === instance.instanceProfileArn);
  const role = profile?.roleName === undefined ? undefined : records.get(Roles, profile.roleName);
  return {
    instanceId: instance.instanceId,
    httpTokens: instance.httpTokens,
    leaves: instanceMetadata({
      instanceId: instance.instanceId,
      imageId: instance.imageId,
      instanceType: instance.instanceType,
      accountId,
      region: regionName,
      zone: instance.zone,
      zoneId: zoneId(instance.zone),
      reservationId: instance.reservationId,
      launchIndex: 0,
      launchedAt: instance.launchedAt,
      ...interfaceFacts(scope, primary),
      furtherInterfaces: further.map((nic) => interfaceFacts(scope, nic)),
      ...(instance.userData === undefined ? {} : { userData: Buffer.from(instance.userData, "base64") }),
      ...(profile === undefined || role === undefined
        ? {}
        : { profile: profileFacts(scope, profile, role, instance.instanceId) }),
    }),
  };
}

function interfaceFacts(scope: Scope, nic: NetworkInterface): InterfaceFacts {
  const { records, regionName } = scope;
  const vpc = records.get(Vpcs, nic.vpcId);
  const publicIp = publicIpOf(scope, nic.interfaceId);
  return {
    deviceNumber: attachmentOf(scope, nic).deviceIndex,
    privateIp: nic.privateIp,
    secondaryIps: nic.secondaryIps ?? [],
    privateDnsName: privateDnsName(regionName, nic.privateIp),
    mac: nic.mac,
    interfaceId: nic.interfaceId,
    subnetId: nic.subnetId,
    subnetCidr: records.get(Subnets, nic.subnetId)?.cidr ?? "",
    vpcId: nic.vpcId,
    vpcCidr: vpc?.cidr ?? "",
    securityGroups: nic.groupIds.map((groupId) => ({
      groupId,
      groupName: records.get(SecurityGroups, groupId)?.groupName ?? groupId,
    })),
    ...(publicIp === undefined ? {} : { publicIp }),
    ...(publicIp === undefined || vpc?.enableDnsHostnames !== true ? {} : { publicDnsName: publicDnsName(regionName, publicIp) }),
  };
}

const profileFacts = (scope: Scope, profile: InstanceProfile, role: Role, instanceId: string): InstanceFacts["profile"] => ({
  arn: profile.arn,
  id: profile.profileId,
  roleName: role.roleName,
  credentials: () => {
    const session = instanceSession(scope, role.roleName, instanceId);
    return { ...session, issuedAt: session.createdAt };
  },
});
