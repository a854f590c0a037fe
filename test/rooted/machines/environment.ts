import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { folders, type Folders } from "../../../src/parts/host/folders.js";
import { regionLabel, type RegionLabel } from "../../../src/parts/host/label.js";
import { leftovers, removeLeftovers } from "../../../src/parts/host/leftovers.js";
import { ensureImage, type ImageWish } from "../../../src/parts/images/images.js";
import { instanceMetadata } from "../../../src/parts/machines/instanceMetadata.js";
import { Machines } from "../../../src/parts/machines/machines.js";
import { metadataServer } from "../../../src/parts/machines/metadata.js";
import type { MachineSpec } from "../../../src/parts/machines/spec.js";
import { BareNetwork } from "./bareNetwork.js";

/** A region's machines of its own, in bare namespaces; everything is taken down at the end and nothing may be left. */
export class TestMachines {
  readonly state = mkdtempSync(join(tmpdir(), "sandtable-machines-"));
  readonly folders: Folders = { ...folders(), state: this.state };
  readonly label: RegionLabel = regionLabel(this.state);
  readonly machines = new Machines(this.label, this.folders);
  readonly #network = new BareNetwork(this.label);

  /** The image, built at its first use on this host. */
  static image(wish: ImageWish): Promise<string> {
    return ensureImage(wish, folders(), ({ image, phase, percent }) => console.log(`image ${image}: ${percent} % ${phase}`));
  }

  /** A namespace with the metadata service, and what a machine in it is to be. It does not run yet. */
  async prepare(number: number, image: string, userData: string): Promise<MachineSpec> {
    const instanceId = `i-${String(number).padStart(17, "0")}`;
    const privateIp = `10.0.2.${10 + number}`;
    const { namespace, router } = await this.#network.add(instanceId, privateIp);
    const hostname = `ip-${privateIp.replaceAll(".", "-")}`;
    const domain = "eu-west-3.compute.internal";
    const leaves = instanceMetadata({
      instanceId,
      imageId: "ami-0123456789abcdef0",
      instanceType: "t3.micro",
      accountId: "000000000000",
      region: "eu-west-3",
      zone: "eu-west-3a",
      zoneId: "euw3-az1",
      reservationId: "r-0123456789abcdef0",
      launchIndex: 0,
      privateDnsName: `${hostname}.${domain}`,
      privateIp,
      mac: "02:0a:00:00:00:01",
      interfaceId: "eni-1",
      subnetId: "subnet-1",
      subnetCidr: "10.0.2.0/24",
      vpcId: "vpc-1",
      vpcCidr: "10.0.0.0/16",
      securityGroups: [{ groupId: "sg-1", groupName: "default" }],
      launchedAt: Date.now(),
      key: { name: "test", material: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJf5DqExampleExampleExampleExampleExampleEx test" },
      userData,
    });
    await this.#network.serve(
      router,
      metadataServer(() => ({ instanceId, httpTokens: "required", leaves })),
    );
    return { instanceId, image, namespace, hostname, domain, resolvers: ["10.0.0.2"], search: domain, vcpus: 2, memoryMiB: 1024 };
  }

  /** Start it and wait until cloud-init has ended. */
  async boot(spec: MachineSpec): Promise<void> {
    await this.machines.start(spec);
    await until(`${spec.instanceId} has booted`, () => this.machines.bootFinished(spec.instanceId));
  }

  /** What a command in the machine printed, both ways, and its exit code. */
  async run(
    spec: MachineSpec,
    argv: readonly string[],
    options: { stdin?: string; user?: string } = {},
  ): Promise<{ code: number; said: string }> {
    let said = "";
    const hear = (chunk: Buffer): void => void (said += chunk.toString());
    const code = await this.machines.run(spec.instanceId, argv, { ...options, onStdout: hear, onStderr: hear });
    return { code, said };
  }

  /** Take everything down; gives what is left, which is nothing. */
  async end(specs: readonly MachineSpec[]): Promise<string[]> {
    try {
      for (const { instanceId } of specs) await this.machines.terminate(instanceId);
      await this.#network.remove();
      const kernel = (await leftovers(this.label, this.state)).map(({ kind, name }) => `${kind} ${name}`);
      const disks = join(this.state, "machines");
      return [...kernel, ...(existsSync(disks) ? readdirSync(disks).map((name) => `file ${name}`) : [])];
    } finally {
      await removeLeftovers(this.label, this.state);
      rmSync(this.state, { recursive: true, force: true });
    }
  }
}

/** Wait for what will come; the test's own timeout is the limit. */
export async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await is()); tries += 1) {
    if (tries > 12_000) throw new Error(`waited in vain: ${what}`);
    await sleep(5);
  }
}
