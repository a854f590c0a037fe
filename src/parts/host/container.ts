import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, openSync, closeSync, readFileSync, rmSync, watch as watchFile } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  cgroupProcesses,
  createCgroup,
  createLeaf,
  enterScript,
  isHybrid,
  isPopulated,
  killCgroup,
  removeCgroup,
  unifiedFolder,
  type CgroupLimits,
} from "./cgroup.js";
import type { Command } from "./command.js";
import type { OciConfig } from "./oci.js";

/**
 * A container that outlives us. A detached shell (the shim) mounts the overlay in a mount namespace of its own, runs
 * crun in the foreground and writes its exit code to a file:
 *
 *     cgroup/shim   the shell and crun          folder/upper, work   the writable layer
 *     cgroup/host   what is in the container    folder/config.json   what crun was told
 *                                               folder/pid, exit     of the container's first process
 *                                               folder/console.log   its output, crun's complaints
 *
 * Nothing is kept in memory: a new process asks the cgroup and the files. The overlay is nobody else's mount, so it is
 * gone with the container however that ends.
 */
export interface ContainerPlace {
  /** Name for crun, `containerName(label, id)`. */
  readonly name: string;
  /** `cgroupPath(label, owner)`. */
  readonly cgroup: string;
  /** Absolute; holds the writable layer and what is kept of the container. */
  readonly folder: string;
}

export interface ContainerStart extends ContainerPlace {
  /** Root folders of the image, topmost first. */
  readonly roots: readonly string[];
  /** Everything but the cgroup path; `root.path` must be `rootFolder(place)`. */
  readonly config: OciConfig;
  readonly limits: CgroupLimits;
  /** Started again by the shim whenever it ends with this code, e.g. 129 for a machine that reboots itself. */
  readonly againOn?: number;
}

export type ContainerState =
  | { readonly state: "running"; readonly pid: number }
  | { readonly state: "stopped"; readonly exit?: number };

/** Where the overlay is mounted, seen by crun alone. */
export const rootFolder = (place: ContainerPlace): string => join(place.folder, "rootfs");

/** Start and give the process id (on the host) of the container's first process. Started already is fine. */
export async function startContainer(start: ContainerStart): Promise<number> {
  const { name, cgroup, folder } = start;
  const seen = observeContainer(start);
  if (seen.state === "running") return seen.pid;
  await clearRemains(start);
  await createCgroup(cgroup, start.limits);
  await createLeaf(cgroup, "shim");
  for (const part of ["upper", "work", "rootfs"]) await mkdir(join(folder, part), { recursive: true });
  // The container's /, whatever the umask here.
  await chmod(join(folder, "upper"), 0o755);
  const config = { ...start.config, linux: { ...start.config.linux, cgroupsPath: `/${cgroup}/host` } };
  await writeFile(join(folder, "config.json"), JSON.stringify(config, null, 1));
  const console = openSync(join(folder, "console.log"), "a", 0o600);
  try {
    const script = `${enterScript(cgroup, "shim")}\n${shimScript}`;
    const shim = spawn(
      "unshare",
      [
        "--mount",
        // What is unmounted on the host is not to live on here.
        "--propagation",
        "slave",
        "sh",
        "-c",
        script,
        "sh",
        folder,
        name,
        overlayOptions(start),
        String(start.againOn ?? "never"),
        isHybrid() ? "hybrid" : "v2",
      ],
      {
        cwd: "/",
        env: { PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin" },
        detached: true,
        stdio: ["ignore", console, console],
      },
    );
    shim.unref();
    return await firstPid(start, shim);
  } finally {
    closeSync(console);
  }
}

/** `$1` folder, `$2` name, `$3` overlay options, `$4` exit code to start again on, `$5` kind of cgroups. */
const shimScript = String.raw`
ended() { echo "$1" > "$folder/exit.new"; mv "$folder/exit.new" "$folder/exit"; exit; }
folder=$1
# What the first process of a Debian host has; ours are whatever our caller's happen to be.
ulimit -Hn 524288 2> /dev/null
ulimit -Sn 1024
mount -t overlay overlay -o "$3" "$folder/rootfs" || ended 125
# crun takes a hybrid host for v1 and would ask for controllers that are not there: it is shown the v2 tree alone.
[ "$5" = v2 ] || mount -t cgroup2 none /sys/fs/cgroup || ended 125
while :; do
  crun --cgroup-manager=cgroupfs run --bundle "$folder" --pid-file "$folder/pid" "$2"
  code=$?
  [ "$code" = "$4" ] || ended "$code"
done
`;

/** Throws for paths that mount(8) cannot be told. */
function overlayOptions({ roots, folder }: ContainerStart): string {
  for (const path of [...roots, folder])
    if (/[,:\\"]/.test(path))
      throw new Error(
        `${path}: a folder of machines or images may not have , : \\ or " in its path; choose another with SANDTABLE_STATE or SANDTABLE_IMAGES`,
      );
  return `lowerdir=${roots.join(":")},upperdir=${folder}/upper,workdir=${folder}/work`;
}

async function firstPid(start: ContainerStart, shim: ChildProcess): Promise<number> {
  const deadline = Date.now() + 60_000;
  let failure: string | undefined;
  shim.once("error", (error) => (failure = error.message));
  shim.once("exit", (code, signal) => (failure = `its shim ended with ${signal ?? code}`));
  for (;;) {
    const pid = numberIn(join(start.folder, "pid"));
    if (pid !== undefined) return pid;
    if (Date.now() > deadline) failure = "nothing came of it in a minute";
    if (failure !== undefined) throw new Error(`${start.name} did not start: ${consoleTail(start, 2000).trim() || failure}`);
    await sleep(3);
  }
}

/** Ask the kernel. Never started is `stopped` without an exit code. */
export function observeContainer(place: ContainerPlace): ContainerState {
  if (isPopulated(place.cgroup)) {
    // While it starts, or starts again, there is only the shim.
    const pid = firstProcess(place) ?? cgroupProcesses(place.cgroup)[0];
    if (pid !== undefined) return { state: "running", pid };
  }
  return { state: "stopped", exit: numberIn(join(place.folder, "exit")) };
}

/** Process id of the container's first process; undefined when there is none (yet). */
export function firstProcess(place: ContainerPlace): number | undefined {
  const pid = numberIn(join(place.folder, "pid"));
  return pid !== undefined && cgroupProcesses(join(place.cgroup, "host")).includes(pid) ? pid : undefined;
}

/** Call once when the container (and its shim) has ended, at once when it is not running. Give a way to stop watching. */
export function watchContainer(place: ContainerPlace, onExit: (exit: number | undefined) => void): () => void {
  const events = join(unifiedFolder(place.cgroup), "cgroup.events");
  let over = false;
  const stop = (): void => {
    over = true;
    watcher?.close();
  };
  const look = (): void => {
    if (over || isPopulated(place.cgroup)) return;
    stop();
    onExit(numberIn(join(place.folder, "exit")));
  };
  // The kernel tells of a change of `populated` as if the file were written.
  const watcher = existsSync(events) ? watchFile(events, { persistent: false }, look) : undefined;
  watcher?.on("error", look);
  setImmediate(look);
  return stop;
}

/** Kill everything in the container and its shim. Its disk stays. Not running is fine. */
export async function killContainer(place: ContainerPlace): Promise<void> {
  const pid = firstProcess(place);
  if (pid !== undefined) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself just now.
    }
    // The shim notes the exit code and goes; it is only killed when it does not.
    for (let waited = 0; waited < 400 && isPopulated(place.cgroup); waited += 1) await sleep(5);
  }
  await killCgroup(place.cgroup);
}

/** Kill it and remove all there is of it: cgroups, crun's notes, its folder. Gone already is fine. */
export async function removeContainer(place: ContainerPlace): Promise<void> {
  await killCgroup(place.cgroup);
  await clearRemains(place);
  await rm(place.folder, { recursive: true, force: true });
}

async function clearRemains(place: ContainerPlace): Promise<void> {
  await removeCgroup(place.cgroup);
  // crun keeps a container's notes here when it was killed itself, and then refuses the name.
  rmSync(join("/run/crun", place.name), { recursive: true, force: true });
  for (const file of ["pid", "exit"]) rmSync(join(place.folder, file), { force: true });
}

/** The last characters of what the container's first process and crun printed. */
export function consoleTail(place: ContainerPlace, characters: number): string {
  const file = join(place.folder, "console.log");
  return existsSync(file) ? readFileSync(file, "utf8").slice(-characters) : "";
}

/**
 * A command inside a running container, within its limits. The environment is given whole. Its exit code is the
 * program's; 128 and the signal's number when it was killed.
 */
export function inContainer(
  place: ContainerPlace,
  argv: readonly string[],
  options: {
    env?: Readonly<Record<string, string>>;
    tty?: boolean;
    cwd?: string;
    pidFile?: string;
    /** Root unless said otherwise, and then without what its container does not have. */
    user?: { readonly uid: number; readonly gid: number };
  } = {},
): Command {
  const flags = [
    ...(options.user === undefined ? [] : ["--user", `${options.user.uid}:${options.user.gid}`]),
    ...Object.entries(options.env ?? {}).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...(options.tty === true ? ["--tty"] : []),
    ...(options.cwd === undefined ? [] : ["--cwd", options.cwd]),
    ...(options.pidFile === undefined ? [] : ["--pid-file", options.pidFile]),
  ];
  const hidden = isHybrid() ? "mount -t cgroup2 none /sys/fs/cgroup\n" : "";
  const script = `set -e\n${enterScript(place.cgroup, "shim")}\n${hidden}exec crun --cgroup-manager=cgroupfs exec "$@"`;
  return { argv: ["unshare", "--mount", "--propagation", "slave", "sh", "-c", script, "sh", ...flags, place.name, ...argv] };
}

function numberIn(file: string): number | undefined {
  try {
    const text = readFileSync(file, "utf8").trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
