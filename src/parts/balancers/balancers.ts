import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { RegionLabel } from "../host/label.js";
import { endContainer, lastWords, observeContainer, startContainer, type ContainerKey } from "../engine/container.js";
import { imageUser, ociConfig } from "../engine/program.js";
import { ask, statistics } from "./admin.js";
import { adminSocket, configFile, generation, haproxyConfig, nodeFolder } from "./config.js";
import { healthOf } from "./health.js";
import type { BalancerNodeSpec, TargetHealth } from "./spec.js";

export interface BalancersOptions {
  readonly label: RegionLabel;
  /** Holds one folder a node: `files/haproxy.cfg`, `files/servers`, `config.json`, `log`. */
  readonly folder: string;
  /** Root of the engine image. */
  readonly root: string;
}

/**
 * The nodes of load balancers: HAProxy in master-worker mode, one container each. They outlive us; which configuration
 * one runs is asked of itself.
 */
export class Balancers {
  constructor(private readonly options: BalancersOptions) {}

  /**
   * Make the node run this configuration: starts it, or reloads it without losing a connection or what is known of its
   * targets; does nothing when it runs it already. Resolves when it does.
   */
  async apply(spec: BalancerNodeSpec): Promise<void> {
    const config = haproxyConfig(spec);
    const wanted = generation(config);
    const place = this.place(spec.id);
    const key = this.key(spec.id);
    const live = observeContainer(key);
    if (live !== undefined) {
      const running = await this.answer(spec.id, "show info").catch(() => "");
      if (description(running) === wanted) return;
    }
    mkdirSync(place.files, { recursive: true, mode: 0o755 });
    if (live === undefined) {
      // Health from before the node stopped is old news.
      writeFileSync(place.servers, noServers, { mode: 0o644 });
      writeFileSync(place.config, config, { mode: 0o644 });
      const root = this.options.root;
      await startContainer({
        ...key,
        bundle: place.folder,
        config: ociConfig({
          root,
          user: imageUser(readFileSync(join(root, "etc/passwd"), "utf8"), "haproxy"),
          namespace: spec.namespace,
          hostname: "balancer",
          folders: { [nodeFolder]: place.files },
          lowPorts: true,
          argv: ["/usr/sbin/haproxy", "-W", "-db", "-f", configFile],
        }),
      });
    } else {
      // Saved by us, since HAProxy does not: targets that are up stay up across the reload.
      const servers = await this.answer(spec.id, "show servers state").catch(() => noServers);
      writeFileSync(place.servers, `${servers}\n`, { mode: 0o644 });
      writeFileSync(place.config, config, { mode: 0o644 });
      process.kill(live.pid, "SIGUSR2");
    }
    await this.runs(spec.id, wanted);
  }

  /** End the node at once and delete its folder. Gone already succeeds. */
  async remove(id: string): Promise<void> {
    await endContainer(this.key(id));
    rmSync(this.place(id).folder, { recursive: true, force: true });
  }

  /** What the node's checks say of its targets, but for draining ones. Empty when it does not run. */
  async health(id: string): Promise<TargetHealth[]> {
    if (!this.observe(id)) return [];
    return healthOf(statistics(await this.answer(id, "show stat -1 4 -1")));
  }

  /** Does it run? Asked of the kernel. */
  observe(id: string): boolean {
    return observeContainer(this.key(id)) !== undefined;
  }

  /** Wait until the node itself says that it runs the configuration. */
  private async runs(id: string, wanted: string): Promise<void> {
    const until = Date.now() + 10_000;
    for (;;) {
      const info = await this.answer(id, "show info").catch(() => "");
      if (description(info) === wanted) return;
      if (Date.now() > until || !this.observe(id))
        throw new Error(`HAProxy of ${id} did not take its configuration: ${lastWords(this.place(id).folder)}`);
      await pause(10);
    }
  }

  private answer(id: string, question: string): Promise<string> {
    const live = observeContainer(this.key(id));
    if (live === undefined) return Promise.reject(new Error(`The load balancer node ${id} does not run.`));
    // By way of the process's root: a state folder may be deeper than the 107 characters a socket's path can have.
    return ask(`/proc/${live.pid}/root${adminSocket}`, question);
  }

  private place(id: string): { folder: string; files: string; config: string; servers: string } {
    const folder = join(this.options.folder, id);
    const files = join(folder, "files");
    return { folder, files, config: join(files, "haproxy.cfg"), servers: join(files, "servers") };
  }

  private key(id: string): ContainerKey {
    return { label: this.options.label, owner: `balancer-${id}` };
  }
}

/** A server state file that says nothing; the 1 is the format's version. */
const noServers = "1\n";

const description = (info: string): string => /^[Dd]escription: (\S+)$/m.exec(info)?.[1] ?? "";
