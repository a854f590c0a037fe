import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { enginePlace, startEngine } from "../engine/program.js";
import { consoleTail, killContainer, observeContainer, removeContainer, type ContainerPlace } from "../host/container.js";
import type { RegionLabel } from "../host/label.js";
import { ask, statistics } from "./admin.js";
import { adminSocket, configFile, generation, haproxyConfig, masterSocket, nodeFolder } from "./config.js";
import { healthOf } from "./health.js";
import type { BalancerNodeSpec, TargetHealth } from "./spec.js";

export interface BalancersOptions {
  readonly label: RegionLabel;
  /** Holds one folder a node: `files/haproxy.cfg`, `files/servers`, and what is kept of its container. */
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
    const live = observeContainer(place);
    if (live.state === "running") {
      const running = await this.answer(spec.id, "show info").catch(() => "");
      if (description(running) === wanted) return;
    }
    mkdirSync(place.files, { recursive: true, mode: 0o755 });
    if (live.state === "stopped") {
      // Health from before the node stopped is old news.
      writeFileSync(place.servers, noServers, { mode: 0o644 });
      writeFileSync(place.config, config, { mode: 0o644 });
      await startEngine(place, {
        root: this.options.root,
        user: "haproxy",
        namespace: spec.namespace,
        hostname: "balancer",
        folders: { [nodeFolder]: place.files },
        lowPorts: true,
        argv: ["/usr/sbin/haproxy", "-W", "-db", "-S", masterSocket, "-f", configFile],
      });
    } else {
      // Saved by us, since HAProxy does not: targets that are up stay up across the reload.
      const servers = await this.answer(spec.id, "show servers state").catch(() => noServers);
      writeFileSync(place.servers, `${servers}\n`, { mode: 0o644 });
      writeFileSync(place.config, config, { mode: 0o644 });
    }
    await this.runs(spec.id, wanted, live.state === "running");
  }

  /** End the node at once and delete its folder. Gone already succeeds. */
  async remove(id: string): Promise<void> {
    await killContainer(this.place(id));
    await removeContainer(this.place(id));
  }

  /** What the node's checks say of its targets, but for draining ones. Empty when it does not run. */
  async health(id: string): Promise<TargetHealth[]> {
    if (!this.observe(id)) return [];
    return healthOf(statistics(await this.answer(id, "show stat -1 4 -1")));
  }

  /** Does it run? Asked of the kernel. */
  observe(id: string): boolean {
    return observeContainer(this.place(id)).state === "running";
  }

  /**
   * Wait until the node itself says that it runs the configuration. A reload is asked of the master's socket, and again
   * while it does not show: of a request (or a SIGUSR2) that comes while the reload before ends, HAProxy knows nothing.
   */
  private async runs(id: string, wanted: string, reload: boolean): Promise<void> {
    const until = Date.now() + 10_000;
    let askAgain = reload ? 0 : Infinity;
    for (;;) {
      if (Date.now() >= askAgain)
        askAgain = await this.answer(id, "reload", masterSocket).then(
          () => Date.now() + 1000,
          () => 0,
        );
      const info = await this.answer(id, "show info").catch(() => "");
      if (description(info) === wanted) return;
      if (Date.now() > until || !this.observe(id))
        throw new Error(`HAProxy of ${id} did not take its configuration: ${consoleTail(this.place(id), 1500)}`);
      await pause(10);
    }
  }

  private answer(id: string, question: string, socket = adminSocket): Promise<string> {
    const live = observeContainer(this.place(id));
    if (live.state === "stopped") return Promise.reject(new Error(`The load balancer node ${id} does not run.`));
    // By way of the process's root: a state folder may be deeper than the 107 characters a socket's path can have.
    return ask(`/proc/${live.pid}/root${socket}`, question);
  }

  private place(id: string): Place {
    const folder = join(this.options.folder, id);
    const files = join(folder, "files");
    return {
      ...enginePlace(this.options.label, `balancer-${id}`, folder),
      files,
      config: join(files, "haproxy.cfg"),
      servers: join(files, "servers"),
    };
  }
}

interface Place extends ContainerPlace {
  readonly files: string;
  readonly config: string;
  readonly servers: string;
}

/** A server state file that says nothing; the 1 is the format's version. */
const noServers = "1\n";

const description = (info: string): string => /^[Dd]escription: (\S+)$/m.exec(info)?.[1] ?? "";
