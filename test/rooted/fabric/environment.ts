import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fabric } from "../../../src/parts/fabric/fabric.js";
import { leftovers, removeLeftovers } from "../../../src/parts/host/leftovers.js";
import { namespaceName, regionLabel, type RegionLabel } from "../../../src/parts/host/label.js";
import { Host } from "./hosts.js";

/** A region's network of its own, with hosts in it; everything is taken down at the end and nothing may be left. */
export class TestNetwork {
  readonly state = mkdtempSync(join(tmpdir(), "sandtable-fabric-"));
  readonly label: RegionLabel = regionLabel(this.state);
  readonly fabric = new Fabric(this.label);
  readonly #hosts: Host[] = [];

  async host(namespace: string, name: string, ports: readonly number[] = []): Promise<Host> {
    const host = await Host.in(namespace, name, ports);
    this.#hosts.push(host);
    return host;
  }

  /** A host behind an interface, `eni-…`. */
  at(interfaceId: string, ports: readonly number[] = [80, 5432, 9999]): Promise<Host> {
    return this.host(namespaceName(this.label, "eni", interfaceId), interfaceId, ports);
  }

  internet(ports: readonly number[] = [443]): Promise<Host> {
    return this.host(namespaceName(this.label, "internet"), "internet", ports);
  }

  /** Take everything down; gives what is left, which is nothing. */
  async end(...vpcIds: string[]): Promise<string[]> {
    for (const host of this.#hosts) await host.end();
    try {
      for (const vpcId of vpcIds) await this.fabric.removeVpc(vpcId);
      await this.fabric.removeInternet();
      return (await leftovers(this.label, this.state)).map(({ kind, name }) => `${kind} ${name}`);
    } finally {
      await removeLeftovers(this.label, this.state);
      rmSync(this.state, { recursive: true, force: true });
    }
  }
}
