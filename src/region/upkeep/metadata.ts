import type { Server } from "node:http";
import { routerName } from "../../parts/fabric/vpc.js";
import type { RegionLabel } from "../../parts/host/label.js";
import { listenIn } from "../../parts/host/sockets.js";
import { instanceMetadata, type InstanceFacts } from "../../parts/machines/instanceMetadata.js";
import { metadataServer } from "../../parts/machines/metadata.js";
import type { MetadataSpec } from "../../parts/machines/spec.js";
import type { Scope } from "../operations/call.js";
import { publicIpOf } from "../services/ec2/elasticips.js";
import { privateDnsName, publicDnsName } from "../services/ec2/dnsnames.js";
import { Instances, NetworkInterfaces, SecurityGroups, Subnets, Vpcs, type NetworkInterface } from "../services/ec2/records.js";
import { zoneId } from "../services/ec2/zones.js";
import { InstanceProfiles, Roles, type InstanceProfile, type Role } from "../services/iam/records.js";
import { instanceSession } from "../services/sts/sessions.js";

/**
 * The metadata service of each instance: a listener of its own on the router of its zone, to which the fabric leads
 * just the packets that came through its interface. So a caller is known by the listener, not by an address it could forge.
 */
export class MetadataDoors {
  private readonly open = new Map<string, Promise<Server>>();

  constructor(private readonly label: RegionLabel) {}

  /** Listens for the interface's instance; open already is fine. */
  async ensure(scope: Scope, nic: NetworkInterface): Promise<void> {
    const port = nic.metadataPort;
    if (port === undefined) return;
    let door = this.open.get(nic.interfaceId);
    if (door === undefined) {
      door = this.listen(scope, nic, port);
      this.open.set(nic.interfaceId, door);
      door.catch(() => this.open.delete(nic.interfaceId));
    }
    await door;
  }

  async close(interfaceId: string): Promise<void> {
    const door = this.open.get(interfaceId);
    this.open.delete(interfaceId);
    const server = await door?.catch(() => undefined);
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

/** What the metadata service says to whoever calls through this interface, from the records as they are now. */
function metadataOf(scope: Scope, interfaceId: string): MetadataSpec | undefined {
  const { records, regionName, accountId } = scope;
  const nic = records.get(NetworkInterfaces, interfaceId);
  const instance = nic?.holder.kind === "instance" ? records.get(Instances, nic.holder.id) : undefined;
  if (nic === undefined || instance === undefined) return undefined;
  const vpc = records.get(Vpcs, nic.vpcId);
  const publicIp = publicIpOf(scope, interfaceId);
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
      privateIp: nic.privateIp,
      privateDnsName: privateDnsName(regionName, nic.privateIp),
      mac: nic.mac,
      interfaceId,
      subnetId: nic.subnetId,
      subnetCidr: records.get(Subnets, nic.subnetId)?.cidr ?? "",
      vpcId: nic.vpcId,
      vpcCidr: vpc?.cidr ?? "",
      securityGroups: nic.groupIds.map((groupId) => ({
        groupId,
        groupName: records.get(SecurityGroups, groupId)?.groupName ?? groupId,
      })),
      ...(publicIp === undefined ? {} : { publicIp }),
      ...(publicIp === undefined || vpc?.enableDnsHostnames !== true
        ? {}
        : { publicDnsName: publicDnsName(regionName, publicIp) }),
      ...(instance.userData === undefined ? {} : { userData: Buffer.from(instance.userData, "base64") }),
      ...(profile === undefined || role === undefined
        ? {}
        : { profile: profileFacts(scope, profile, role, instance.instanceId) }),
    }),
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
