import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Control groups by their path below the root (`cgroupPath` in label.ts), on both kinds of host:
 *
 *     v2       one tree at /sys/fs/cgroup
 *     hybrid   v1: one tree a controller, and a v2 tree without controllers at /sys/fs/cgroup/unified
 *
 * The v2 tree is where processes are listed and ended; limits go where the host has the controller. A process is put
 * into a group before it becomes the program (see `enterScript`), so all it starts is inside too.
 */
export interface CgroupLimits {
  readonly memoryBytes?: number;
  /** Processors' worth of time, e.g. 2 or 0.5. */
  readonly cpus?: number;
  readonly processes?: number;
  /** Only the devices any container has (null, zero, random, terminals); v1 only, on v2 the container runtime does it. */
  readonly containerDevices?: boolean;
}

const top = "/sys/fs/cgroup";
const v2 = (): boolean => existsSync(join(top, "cgroup.controllers"));
const v1Controllers = ["memory", "cpu", "pids", "devices", "freezer"] as const;

/** Where processes are listed: an absolute folder. */
export const unifiedFolder = (path: string): string => join(v2() ? top : join(top, "unified"), path);

/** Every folder that stands for the group. */
function treeFolders(path: string): string[] {
  if (v2()) return [join(top, path)];
  const controllers = v1Controllers.map((name) => join(top, name)).filter((folder) => existsSync(folder));
  return [unifiedFolder(path), ...controllers.map((folder) => join(folder, path))];
}

/** Make the group and its parents and set its limits. A group that exists gets the limits anew. */
export async function createCgroup(path: string, limits: CgroupLimits = {}): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (v2()) await passControllersDown(path);
      for (const folder of treeFolders(path)) await mkdir(folder, { recursive: true });
      break;
    } catch (error) {
      // Whoever removed the last group beside this one took the parent away meanwhile.
      if (!isCode(error, "ENOENT") || attempt > 10) throw error;
    }
  }
  for (const [file, value] of limitFiles(path, limits, v2() ? "v2" : "v1")) await writeFile(file, value);
}

/** On v2 a group has the controllers that its parent passes down. */
async function passControllersDown(path: string): Promise<void> {
  const parts = path.split("/");
  for (let depth = 0; depth < parts.length; depth += 1) {
    const folder = join(top, ...parts.slice(0, depth));
    await mkdir(folder, { recursive: true });
    const available = (await readFile(join(folder, "cgroup.controllers"), "utf8")).trim().split(" ");
    const wanted = ["cpu", "memory", "pids"].filter((name) => available.includes(name));
    await writeFile(join(folder, "cgroup.subtree_control"), wanted.map((name) => `+${name}`).join(" "));
  }
}

/** Which file says what; pure. Order matters: a device is allowed after all are denied. */
export function limitFiles(path: string, limits: CgroupLimits, version: "v1" | "v2"): [file: string, value: string][] {
  const { memoryBytes, cpus, processes } = limits;
  const files: [string, string][] = [];
  const at = (controller: string, file: string): string =>
    version === "v2" ? join(top, path, file) : join(top, controller, path, file);
  if (memoryBytes !== undefined)
    files.push([at("memory", version === "v2" ? "memory.max" : "memory.limit_in_bytes"), String(memoryBytes)]);
  if (cpus !== undefined) {
    const quota = Math.round(cpus * 100_000);
    if (version === "v2") files.push([at("cpu", "cpu.max"), `${quota} 100000`]);
    else files.push([at("cpu", "cpu.cfs_period_us"), "100000"], [at("cpu", "cpu.cfs_quota_us"), String(quota)]);
  }
  if (processes !== undefined) files.push([at("pids", "pids.max"), String(processes)]);
  if (limits.containerDevices === true && version === "v1") {
    files.push([at("devices", "devices.deny"), "a"]);
    for (const device of containerDevices) files.push([at("devices", "devices.allow"), device]);
  }
  return files;
}

/** Any node may be made; only these open: null, zero, full, random, urandom, tty, console, ptmx and pseudo-terminals. */
const containerDevices = [
  ...["c *:* m", "b *:* m"],
  ...["c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm"],
  ...["c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm"],
];

/**
 * Shell lines by which a script puts itself into the group, before `exec`. With `leaf`, in the v2 tree into that group
 * below it: there a group with processes may not pass controllers down. The leaf must exist (`createLeaf`).
 */
export const enterScript = (path: string, leaf?: string): string =>
  treeFolders(path)
    .map((folder) => (leaf !== undefined && folder === unifiedFolder(path) ? join(folder, leaf) : folder))
    .map((folder) => `echo $$ > '${join(folder, "cgroup.procs")}'`)
    .join("\n");

/** A group below `path` in the v2 tree alone, where `path`'s limits hold for it. */
export async function createLeaf(path: string, leaf: string): Promise<void> {
  if (v2()) await passControllersDown(join(path, leaf));
  await mkdir(unifiedFolder(join(path, leaf)), { recursive: true });
}

/** Is any process in the group or below it? */
export const isPopulated = (path: string): boolean =>
  readLines(join(unifiedFolder(path), "cgroup.events")).includes("populated 1");

/** True on hosts with v1 controllers, where a container runtime is to be shown the v2 tree alone. */
export const isHybrid = (): boolean => !v2();

/** Process ids in the group and below it. Empty when there is no group. */
export function cgroupProcesses(path: string): number[] {
  return groupsBelow(unifiedFolder(path)).flatMap((folder) => readLines(join(folder, "cgroup.procs")).map(Number));
}

/** Kill everything inside until nothing is left. Throws when something cannot be killed within `milliseconds`. */
export async function killCgroup(path: string, milliseconds = 10_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    const processes = cgroupProcesses(path);
    if (processes.length === 0) return;
    for (const pid of processes) {
      try {
        // A zombie has no group, so what is listed here is not one; 0 is a process of another pid namespace.
        if (pid > 0) process.kill(pid, "SIGKILL");
      } catch (error) {
        if (!isCode(error, "ESRCH")) throw error;
      }
    }
    if (Date.now() > deadline) throw new Error(`control group ${path}: processes ${processes.join(", ")} do not end when killed`);
    await sleep(pause);
  }
}

/**
 * Kill what is inside and remove the group with everything below it, in every tree, and those parents that are empty
 * then. Gone already is fine.
 */
export async function removeCgroup(path: string): Promise<void> {
  await killCgroup(path);
  const depth = path.split("/").length;
  for (const tree of treeFolders(path)) {
    for (const folder of groupsBelow(tree).reverse()) await removeGroup(folder);
    for (let parent = dirname(tree), left = depth - 1; left > 0; parent = dirname(parent), left -= 1) {
      // Not empty, or gone with another owner.
      try {
        await rmdir(parent);
      } catch {
        break;
      }
    }
  }
}

/** A group may stay busy for a moment after its last process has ended. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await rmdir(folder);
    } catch (error) {
      if (isCode(error, "ENOENT")) return;
      if (!isCode(error, "EBUSY") || attempt > 100) throw error;
      await sleep(Math.min(1 + attempt, 20));
    }
  }
}

/** Absolute folders of the group and all below it, parents first. For `doctor`: `cgroupsBelow("sandtable")`. */
export const cgroupsBelow = (path: string): string[] => treeFolders(path).flatMap((folder) => groupsBelow(folder));

function groupsBelow(folder: string): string[] {
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [folder, ...below.flatMap((entry) => groupsBelow(join(folder, entry.name)))];
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean);
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENODEV")) return [];
    throw error;
  }
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;

/**
 * Put this process into a group of ours, made if need be, so that what it starts can be found and ended when it dies; gives the way
 * back to where it came from. Parts leave the group for their own when they start. In the v2 tree alone, where processes are
 * listed: the group has no limits, and the kernel takes milliseconds to move a process, in every tree.
 */
export function enterCgroup(path: string): () => void {
  const folder = unifiedFolder(path);
  mkdirSync(folder, { recursive: true });
  const tree = unifiedFolder("");
  const before = placesOf(readFileSync("/proc/self/cgroup", "utf8")).filter((place) => place.startsWith(tree));
  const move = (to: string): void => writeFileSync(join(to, "cgroup.procs"), String(process.pid));
  move(folder);
  return () => before.filter((place) => existsSync(join(place, "cgroup.procs"))).forEach(move);
}

/** Folders of the groups a process is in, from its /proc/PID/cgroup (cgroups(7)); those of other trees are left out. Pure but for the host's kind. */
function placesOf(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [, controllers, place = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined) return [];
    if (controllers === "") return [unifiedFolder(place)];
    return v1Controllers.some((name) => name === controllers) ? [join(top, controllers, place)] : [];
  });
}
