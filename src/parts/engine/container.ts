import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, closeSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { command, run } from "../host/command.js";
import { cgroupPath, containerName, type RegionLabel } from "../host/label.js";

/**
 * A container that outlives us: `crun run` is its own shim, in a session and a cgroup of its own, and reaps it. crun keeps
 * what it knows under /run/crun/NAME/status, by which a later incarnation of the region finds it again.
 */
export interface ContainerPlan {
  readonly label: RegionLabel;
  /** e.g. `database-db-0ABC`. */
  readonly owner: string;
  /** Folder for config.json and the log. */
  readonly bundle: string;
  readonly config: object;
  readonly memoryMiB?: number;
  readonly vcpus?: number;
}

export type ContainerKey = Pick<ContainerPlan, "label" | "owner">;

const cgroupRoot = "/sys/fs/cgroup";
const unified = (): boolean => existsSync(join(cgroupRoot, "cgroup.controllers"));
/** v1 controllers that we use; `unified` (v2 beside v1) carries no controller but names the members. */
const controllers = ["memory", "cpu", "pids", "unified"] as const;

/** Start and return when the program runs (not when it is ready). Already running succeeds. */
export async function startContainer(plan: ContainerPlan): Promise<void> {
  if (observeContainer(plan) !== undefined) return;
  await endContainer(plan);
  const folders = makeGroups(plan);
  mkdirSync(plan.bundle, { recursive: true, mode: 0o700 });
  writeFileSync(join(plan.bundle, "config.json"), JSON.stringify(plan.config), { mode: 0o600 });
  const log = openSync(join(plan.bundle, "log"), "a", 0o600);
  const name = containerName(plan.label, plan.owner);
  // crun 1.8 expects a v2 hierarchy at /sys/fs/cgroup; on a v1 host it gets one in a mount namespace of its own.
  const script = `for f in "$@"; do echo $$ > "$f/cgroup.procs" || exit 1; done
exec unshare -m sh -c '[ -e /sys/fs/cgroup/cgroup.controllers ] || mount -t cgroup2 none /sys/fs/cgroup; exec crun --cgroup-manager=disabled run -b "$1" "$2"' sh "$BUNDLE" "$NAME"`;
  const shim = spawn("sh", ["-c", script, "sh", ...folders], {
    detached: true,
    stdio: ["ignore", log, log],
    env: { PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin", BUNDLE: plan.bundle, NAME: name },
  });
  closeSync(log);
  let ended: string | undefined;
  shim.once("error", (error) => (ended = error.message));
  shim.once("exit", (code, signal) => (ended = `ended with ${signal ?? `exit code ${code}`}`));
  shim.unref();
  while (observeContainer(plan) === undefined) {
    if (ended !== undefined) throw new Error(`${name} did not start: it ${ended}. It said: ${lastWords(plan.bundle)}`);
    await pause(4);
  }
}

/** The container's first process, asked of the kernel; undefined when it does not run. */
export function observeContainer(key: ContainerKey): { readonly pid: number } | undefined {
  try {
    const status = JSON.parse(readFileSync(`/run/crun/${containerName(key.label, key.owner)}/status`, "utf8")) as {
      pid: number;
      "process-start-time": number;
    };
    const stat = readFileSync(`/proc/${status.pid}/stat`, "utf8");
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Field 22 is the start time: a process id that was given to another is not ours.
    const ours = Number(rest[18]) === status["process-start-time"] && state !== "Z" && state !== "X";
    return ours && existsSync(`/proc/${status.pid}/exe`) ? { pid: status.pid } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * End the container: ask politely with `signal` and wait `seconds` for it, then kill whatever its cgroup holds. Leaves no
 * process, cgroup or status behind; already gone succeeds.
 */
export async function endContainer(key: ContainerKey, polite?: { signal: NodeJS.Signals; seconds: number }): Promise<void> {
  const live = observeContainer(key);
  if (polite !== undefined && live !== undefined) {
    kill(live.pid, polite.signal);
    const until = Date.now() + polite.seconds * 1000;
    while (observeContainer(key) !== undefined && Date.now() < until) await pause(5);
  }
  for (let round = 0; ; round++) {
    const members = processes(key);
    if (members.length === 0) break;
    // The shim dies by itself once its container has: it is given a moment to clean up what crun keeps.
    const first = observeContainer(key)?.pid;
    if (first !== undefined) kill(first, "SIGKILL");
    else if (round > 40) for (const pid of members) kill(pid, "SIGKILL");
    await pause(5);
  }
  const name = containerName(key.label, key.owner);
  if (existsSync(`/run/crun/${name}`))
    await run(command("crun", "--cgroup-manager=disabled", "delete", "--force", name)).catch(() => undefined);
  for (const folder of groups(key)) if (existsSync(folder)) removeTree(folder);
}

/** Run a program inside a running container, as its user. */
export const execInContainer = (key: ContainerKey, stdin: string, ...argv: readonly [string, ...string[]]): Promise<string> =>
  run({ argv: ["crun", "--cgroup-manager=disabled", "exec", containerName(key.label, key.owner), ...argv], stdin });

/** The end of what a container printed. */
export function lastWords(bundle: string): string {
  try {
    return readFileSync(join(bundle, "log"), "utf8").trim().slice(-1500);
  } catch {
    return "nothing";
  }
}

function makeGroups(plan: ContainerPlan): string[] {
  const folders = groups(plan);
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const limit = (file: string, value: string): void => {
    const folder = folders.find((each) => existsSync(join(each, file)));
    if (folder !== undefined) writeFileSync(join(folder, file), value);
  };
  const bytes = plan.memoryMiB === undefined ? undefined : String(plan.memoryMiB * 1024 * 1024);
  if (unified()) {
    if (bytes !== undefined) limit("memory.max", bytes);
    if (plan.vcpus !== undefined) limit("cpu.max", `${plan.vcpus * 100_000} 100000`);
    limit("pids.max", "4096");
  } else {
    if (bytes !== undefined) limit("memory.limit_in_bytes", bytes);
    if (plan.vcpus !== undefined) limit("cpu.cfs_quota_us", String(plan.vcpus * 100_000));
    limit("pids.max", "4096");
  }
  return folders;
}

const groups = (key: ContainerKey): string[] => {
  const path = cgroupPath(key.label, key.owner);
  if (unified()) return [join(cgroupRoot, path)];
  return controllers.filter((each) => existsSync(join(cgroupRoot, each))).map((each) => join(cgroupRoot, each, path));
};

const processes = (key: ContainerKey): number[] => [
  ...new Set(
    groups(key).flatMap((folder) => {
      try {
        return readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
      } catch {
        return [];
      }
    }),
  ),
];

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(folder, entry.name));
  rmdirSync(folder);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
