import type { RegionLabel } from "../../parts/host/label.js";
import { namespaceName } from "../../parts/host/label.js";
import type { Machines } from "../../parts/machines/machines.js";
import type { MachineSpec } from "../../parts/machines/spec.js";
import type { Scope } from "../operations/call.js";
import { put, remove, type Commit } from "../records/records.js";
import { namesToldTo } from "../services/ec2/dhcpoptions.js";
import { interfacesOf } from "../services/ec2/attachments.js";
import { distributions, theImage } from "../services/ec2/images.js";
import { instanceType } from "../services/ec2/instancetypes.js";
import { privateDomain } from "../services/ec2/dnsnames.js";
import { removeInterfacesOf } from "../services/ec2/interfaces.js";
import { releasePublicAddress } from "../services/ec2/publicaddresses.js";
import { Instances, NetworkInterfaces, Vpcs, type Instance, type NetworkInterface } from "../services/ec2/records.js";
import { isRouteTarget } from "../services/ec2/routes.js";
import { LoadBalancers } from "../services/elbv2/records.js";
import type { Keeper } from "./keeper.js";
import type { MetadataDoors } from "./metadata.js";
import type { Outside } from "./outside.js";

/** A terminated instance stays visible for an hour, as on AWS. */
const terminatedShown = 3600_000;
/** Machines boot at the same time, but not more than these: with two cores more at once are slower for everyone. */
const bootingAtOnce = 3;
/** systemd's container exit status of a machine that powered itself off. */
const poweredOff = 130;

/** What the keeper needs from the images: the folder of the image with these packages, built when it is not there yet. */
export type ImageFolder = (packages: readonly string[]) => Promise<string>;

export class InstanceKeeper implements Keeper {
  readonly kind = "instance";
  private readonly watched = new Map<string, () => void>();
  private booting = 0;
  private readonly waitingToBoot: (() => void)[] = [];

  constructor(
    private readonly label: RegionLabel,
    private readonly machines: Machines,
    private readonly doors: MetadataDoors,
    private readonly imageFolder: ImageFolder,
    private readonly outside: Pick<Outside, "ensure">,
  ) {}

  owners(scope: Scope): readonly string[] {
    return scope.records.list(Instances).map((instance) => instance.instanceId);
  }

  async attend(scope: Scope, id: string): Promise<number | void> {
    const instance = scope.records.get(Instances, id);
    if (instance === undefined) return;
    if (instance.wish === "terminated") return this.terminated(scope, instance);
    if (instance.wish === "stopped") return this.stopped(scope, instance);
    return this.running(scope, instance);
  }

  /** Stop watching machines; they run on. */
  close(): void {
    for (const stop of this.watched.values()) stop();
    this.watched.clear();
  }

  private async running(scope: Scope, instance: Instance): Promise<void> {
    const id = instance.instanceId;
    const nic = scope.records.get(NetworkInterfaces, instance.interfaceId);
    if (nic === undefined) throw new Error(`${id} has no network interface ${instance.interfaceId}`);
    const seen = this.machines.observe(id);
    // It powered itself off: AWS's shutdown behaviour "stop".
    if (seen.state === "stopped" && seen.exit === poweredOff && instance.state === "running") {
      change(scope, id, (now) => ({
        ...now,
        wish: "stopped",
        stateReason: {
          code: "Client.InstanceInitiatedShutdown",
          message: "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
        },
      }));
      return this.stopped(scope, instance);
    }
    await scope.upkeep.network(instance.vpcId);
    await this.doors.match(scope, id);
    if (seen.state === "stopped") await this.boot(scope, instance, nic);
    else if (instance.rebootWished === true) this.machines.reboot(id);
    change(scope, id, (now) => ({
      ...now,
      ...(now.rebootWished === undefined ? {} : { rebootWished: false }),
      state: now.wish === "running" ? "running" : now.state,
    }));
    this.watch(scope, id);
  }

  private async boot(scope: Scope, instance: Instance, nic: NetworkInterface): Promise<void> {
    await this.turnToBoot();
    try {
      await this.machines.start(await this.spec(scope, instance, nic));
    } finally {
      this.booting--;
      this.waitingToBoot.shift()?.();
    }
  }

  private async turnToBoot(): Promise<void> {
    while (this.booting >= bootingAtOnce) await new Promise<void>((resolve) => this.waitingToBoot.push(resolve));
    this.booting++;
  }

  private async spec(scope: Scope, instance: Instance, nic: NetworkInterface): Promise<MachineSpec> {
    const image = theImage(scope, instance.imageId);
    const type = instanceType(instance.instanceType);
    const vpc = scope.records.get(Vpcs, instance.vpcId);
    const user = distributions.find((known) => known.name === image.distribution)?.user;
    const { trusts, packageProxy } = await this.outside.ensure();
    return {
      instanceId: instance.instanceId,
      image: await this.imageFolder(image.packages),
      namespace: namespaceName(this.label, "eni", nic.interfaceId),
      hostname: `ip-${nic.privateIp.replaceAll(".", "-")}`,
      domain: privateDomain(scope.regionName),
      ...(vpc === undefined ? { resolvers: [] } : namesToldTo(scope, vpc)),
      vcpus: type.vcpus,
      memoryMiB: type.memoryMiB,
      defaultUser: user === "admin" ? "admin" : "ec2-user",
      trusts: { certificate: trusts.certificate, hashed: trusts.hashed },
      packageProxy,
    };
  }

  private async stopped(scope: Scope, instance: Instance): Promise<void> {
    this.unwatch(instance.instanceId);
    await this.machines.stop(instance.instanceId);
    const released = releasedAddress(scope.records.get(NetworkInterfaces, instance.interfaceId));
    change(scope, instance.instanceId, (now) => (now.wish === "stopped" ? { ...now, state: "stopped" } : now), released);
    // A route through a machine that has stopped is a blackhole.
    const nics = interfacesOf(scope, instance.instanceId);
    if (released.length > 0 || nics.some((nic) => isRouteTarget(scope, nic.interfaceId)))
      await scope.upkeep.network(instance.vpcId);
  }

  private async terminated(scope: Scope, instance: Instance): Promise<number | void> {
    const id = instance.instanceId;
    if (instance.state === "terminated") {
      const left = instance.wishedAt + terminatedShown - scope.now();
      if (left > 0) return left;
      scope.commit(remove(Instances, id));
      return;
    }
    this.unwatch(id);
    await this.machines.terminate(id);
    await this.doors.closeOf(id);
    change(scope, id, (now) => ({ ...now, state: "terminated" }), removeInterfacesOf(scope, { kind: "instance", id }));
    await scope.upkeep.network(instance.vpcId);
    return terminatedShown;
  }

  private watch(scope: Scope, id: string): void {
    if (this.watched.has(id)) return;
    this.watched.set(
      id,
      this.machines.watch(id, () => {
        this.watched.delete(id);
        scope.upkeep.nudge("instance", id);
      }),
    );
  }

  private unwatch(id: string): void {
    this.watched.get(id)?.();
    this.watched.delete(id);
  }
}

/** A public address that was assigned automatically is given back, as on AWS; starting takes another one. */
function releasedAddress(nic: NetworkInterface | undefined): Commit {
  if (nic?.autoPublicIp === undefined) return [];
  const { autoPublicIp, ...kept } = nic;
  return [put(NetworkInterfaces, nic.interfaceId, kept), releasePublicAddress(autoPublicIp)];
}

/** Change the record as it is now, not as it was before we waited. */
function change(scope: Scope, id: string, how: (now: Instance) => Instance, also: Commit = []): void {
  const now = scope.records.get(Instances, id);
  if (now === undefined) return;
  const next = how(now);
  if (also.length > 0 || JSON.stringify(next) !== JSON.stringify(now)) scope.commit(put(Instances, id, next), ...also);
  // A balancer need not wait for its next look to know that a target came or went.
  if (next.state !== now.state)
    for (const balancer of scope.records.list(LoadBalancers))
      if (balancer.vpcId === now.vpcId) scope.upkeep.nudge("balancer", balancer.arn);
}
