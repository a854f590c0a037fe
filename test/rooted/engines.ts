import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { command, run } from "../../src/parts/host/command.js";
import { folders } from "../../src/parts/host/folders.js";
import { namespaceName, regionLabel, type RegionLabel } from "../../src/parts/host/label.js";
import { leftovers, removeLeftovers } from "../../src/parts/host/leftovers.js";
import { createNamespaces, deleteNamespaces } from "../../src/parts/host/namespaces.js";
import { engineRoot, ensureImage } from "../../src/parts/images/images.js";

/**
 * What the tests of databases and balancers stand on: a labelled state folder of their own, the engine image, and namespaces
 * wired to each other. `hub` is in the middle; every other namespace reaches it, and it reaches them.
 */
export class TestEngines {
  readonly state = mkdtempSync(join(tmpdir(), "sandtable-engines-"));
  readonly label: RegionLabel = regionLabel(this.state);
  readonly root = engineRoot(folders());
  readonly templates = join(folders().images, "templates");
  private readonly namespaces: string[] = [];
  private readonly programs: ChildProcess[] = [];

  static async begin(): Promise<TestEngines> {
    await ensureImage({ kind: "engine" }, folders());
    return new TestEngines();
  }

  /** The name of a namespace. */
  named(id: string): string {
    return namespaceName(this.label, "eni", id);
  }

  /** Make the hub at 10.99.N.1 on a wire to the N-th of these, which is 10.99.N.2. */
  async wire(hub: string, ...ends: readonly string[]): Promise<void> {
    const names = [hub, ...ends].map((id) => this.named(id));
    await createNamespaces(names);
    this.namespaces.push(...names);
    const [middle = "", ...others] = names;
    const ip = (namespace: string, ...args: string[]): Promise<string> => run(command("ip", "-n", namespace, ...args));
    for (const name of names) await ip(name, "link", "set", "lo", "up");
    for (const [index, other] of others.entries()) {
      const link = `wire${index + 1}`;
      await ip(middle, "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", other);
      await ip(middle, "address", "add", `10.99.${index + 1}.1/24`, "dev", link);
      await ip(other, "address", "add", `10.99.${index + 1}.2/24`, "dev", "eth0");
      await ip(middle, "link", "set", link, "up");
      await ip(other, "link", "set", "eth0", "up");
      await ip(other, "route", "add", "default", "via", `10.99.${index + 1}.1`);
    }
  }

  /** Run a JavaScript program inside a namespace until the test ends it. */
  program(id: string, script: string): ChildProcess {
    const child = spawn("nsenter", [`--net=/run/netns/${this.named(id)}`, process.execPath, "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.programs.push(child);
    return child;
  }

  /** Run a JavaScript program inside a namespace to its end, and give what it printed. */
  async ask(id: string, script: string): Promise<string> {
    const { stdout } = await promisify(execFile)("nsenter", [
      `--net=/run/netns/${this.named(id)}`,
      process.execPath,
      "-e",
      script,
    ]);
    return stdout.trim();
  }

  /** Take everything down; gives what is left, which is nothing. */
  async end(): Promise<string[]> {
    try {
      for (const program of this.programs) program.kill("SIGKILL");
      await deleteNamespaces(this.namespaces);
      const parts = (await leftovers(this.label, this.state)).map(({ kind, name }) => `${kind} ${name}`);
      const files = ["databases", "balancers"]
        .map((folder) => join(this.state, folder))
        .filter((folder) => existsSync(folder))
        .flatMap((folder) => readdirSync(folder));
      // The region's own cgroup stands until the region is purged.
      return [
        ...parts.filter((part) => !/^cgroup .*\/sandtable\/[0-9a-f]{6}$/.test(part)),
        ...files.map((file) => `file ${file}`),
      ];
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
    await pause(10);
  }
}
