import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { enginePlace, startEngine } from "../engine/program.js";
import { consoleTail, killContainer, observeContainer, removeContainer, type ContainerPlace } from "../host/container.js";
import type { RegionLabel } from "../host/label.js";
import { configFile, dnsmasqArguments, dnsmasqConfig, filesFolder, hostsFile, hostsText } from "./config.js";
import type { ResolverSpec } from "./spec.js";

export interface NamesOptions {
  readonly label: RegionLabel;
  /** Holds `<owner>/<namespace>/`: `files/hosts`, `files/dnsmasq.conf` and what is kept of its container. */
  readonly folder: string;
  /** Root of the engine image. */
  readonly root: string;
}

/** A namespace a resolver listens in, and its addresses there. */
export interface ListenSpec {
  readonly namespace: string;
  readonly addresses: readonly string[];
}

/**
 * Resolvers: dnsmasq, one per namespace it listens in (a VPC has a router, hence a resolver, in each of its zones, and all of
 * them know the same names). They outlive us, and are found again by their container.
 */
export class Names {
  /** Resolvers that were told their names by this process. */
  readonly #told = new Map<string, string>();

  constructor(private readonly options: NamesOptions) {}

  /**
   * Make the owner's resolvers answer these names at these addresses, and no others. New names are taken up without a pause in
   * service. The namespaces must exist.
   */
  async apply(spec: ResolverSpec, listen: readonly ListenSpec[]): Promise<void> {
    const wanted = new Set(listen.map(({ namespace }) => namespace));
    for (const namespace of this.#known(spec.owner)) if (!wanted.has(namespace)) await this.#end(spec.owner, namespace);
    await Promise.all(listen.map((each) => this.#applyIn(each, spec)));
  }

  /** End the owner's resolvers and delete their files. Gone already succeeds. */
  async remove(owner: string): Promise<void> {
    for (const namespace of this.#known(owner)) await this.#end(owner, namespace);
    rmSync(join(this.options.folder, owner), { recursive: true, force: true });
  }

  async #applyIn({ namespace, addresses }: ListenSpec, { owner, names }: ResolverSpec): Promise<void> {
    const place = this.#place(owner, namespace);
    const config = dnsmasqConfig(addresses, names);
    const hosts = hostsText(names);
    const [hostsPath, configPath] = [join(place.files, hostsFile), join(place.files, configFile)];

    const live = observeContainer(place);
    if (live.state === "running" && contentOf(configPath) === config && isIn(live.pid, namespace)) {
      if (this.#told.get(namespace) === hosts) return;
      replace(hostsPath, hosts);
      process.kill(live.pid, "SIGHUP");
    } else {
      // Ended before its configuration is written: what is on disk is what a running one runs.
      await killContainer(place);
      mkdirSync(place.files, { recursive: true, mode: 0o755 });
      replace(hostsPath, hosts);
      replace(configPath, config);
      const pid = await startEngine(place, {
        root: this.options.root,
        user: "dnsmasq",
        namespace,
        hostname: "resolver",
        folders: { [filesFolder]: place.files },
        lowPorts: true,
        argv: dnsmasqArguments,
      });
      await listens(place, pid, addresses);
    }
    this.#told.set(namespace, hosts);
  }

  async #end(owner: string, namespace: string): Promise<void> {
    this.#told.delete(namespace);
    await removeContainer(this.#place(owner, namespace));
  }

  #known(owner: string): string[] {
    const folder = join(this.options.folder, owner);
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** Its container is `names-router-vpc-…`: the namespace's name without what it has of the region. */
  #place(owner: string, namespace: string): ContainerPlace & { readonly files: string } {
    const { label, folder } = this.options;
    const place = enginePlace(label, `names-${namespace.replace(`st-${label.code}-`, "")}`, join(folder, owner, namespace));
    return { ...place, files: join(place.folder, "files") };
  }
}

/** Wait until it answers at its addresses: who asks before would wait for seconds. */
async function listens(place: ContainerPlace, pid: number, addresses: readonly string[]): Promise<void> {
  for (const deadline = Date.now() + 10_000; ; await pause(4)) {
    const bound = contentOf(`/proc/${pid}/net/udp`) ?? "";
    if (addresses.every((address) => bound.includes(` ${hexOf(address)}:0035 `))) return;
    if (Date.now() > deadline || observeContainer(place).state === "stopped")
      throw new Error(`${place.name}: dnsmasq does not listen on ${addresses.join(", ")}: ${consoleTail(place, 1000).trim()}`);
  }
}

/** As the kernel writes it: the four bytes in the order of this machine. */
function hexOf(address: string): string {
  const bytes = Uint8Array.from(address.split("."), Number);
  return new Uint32Array(bytes.buffer)[0]!.toString(16).toUpperCase().padStart(8, "0");
}

/** Is the process in the namespace that has this name now, not in an earlier one of the same name? */
const isIn = (pid: number, namespace: string): boolean => {
  try {
    return statSync(`/proc/${pid}/ns/net`).ino === statSync(`/run/netns/${namespace}`).ino;
  } catch {
    return false;
  }
};

const contentOf = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, "utf8") : undefined);

/** Whole or not at all, for a reader at any instant. */
function replace(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o644 });
  renameSync(`${file}.new`, file);
}
