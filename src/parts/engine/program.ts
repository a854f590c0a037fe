import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CgroupLimits } from "../host/cgroup.js";
import { rootFolder, startContainer, type ContainerPlace } from "../host/container.js";
import { cgroupPath, containerName, type RegionLabel } from "../host/label.js";
import type { OciConfig, OciMount } from "../host/oci.js";

/**
 * A program from the engine image (PostgreSQL, HAProxy): one process tree in a container of its own, as its own user
 * without capabilities, in the namespace of its network interface. What it writes goes to the folders bound into it and
 * to memory; the image itself is read-only.
 */
export interface EngineProgram {
  /** Root of the engine image. */
  readonly root: string;
  readonly argv: readonly [program: string, ...args: string[]];
  /** Name of a user that the image has. */
  readonly user: string;
  /** Name of a network namespace under /run/netns; undefined: an empty one of its own. */
  readonly namespace?: string;
  readonly hostname: string;
  /** Folders of the host bound into it, by where they appear (places that the image has). */
  readonly folders: Readonly<Record<string, string>>;
  /** It may bind ports below 1024. */
  readonly lowPorts?: boolean;
  /** Size of /dev/shm, which PostgreSQL's parallel workers share. */
  readonly sharedMemoryMiB?: number;
  readonly limits?: CgroupLimits;
}

export interface ImageUser {
  readonly uid: number;
  readonly gid: number;
}

/** Where the container of an owner, e.g. `db-0ABC`, is kept. */
export const enginePlace = (label: RegionLabel, owner: string, folder: string): ContainerPlace => ({
  name: containerName(label, owner),
  cgroup: cgroupPath(label, owner),
  folder,
});

/** Start it and return when it runs (not when it is ready). Running already succeeds. */
export const startEngine = (place: ContainerPlace, program: EngineProgram): Promise<number> =>
  startContainer({
    ...place,
    roots: [program.root],
    config: ociConfig(program, rootFolder(place), imageUserOf(program.root, program.user)),
    limits: { processes: 4096, containerDevices: true, ...program.limits },
  });

/** A user's ids in the image. Throws when the image has no such user. */
export const imageUserOf = (root: string, name: string): ImageUser =>
  imageUser(readFileSync(join(root, "etc/passwd"), "utf8"), name);

/** Read a user's ids from the text of an image's /etc/passwd. Pure. */
export function imageUser(passwd: string, name: string): ImageUser {
  const fields = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .find((line) => line[0] === name);
  if (fields === undefined)
    throw new Error(`The engine image has no user ${name}: it is damaged. Remove its folder, and it is built again.`);
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/**
 * The OCI runtime configuration of a program
 * (https://github.com/opencontainers/runtime-spec/blob/main/config.md). Pure.
 */
export function ociConfig(program: EngineProgram, root: string, user: ImageUser): OciConfig {
  // The only capability ever given; ambient, because a program that is not root gets it no other way.
  const granted = program.lowPorts === true ? ["CAP_NET_BIND_SERVICE"] : [];
  const capabilities = { bounding: granted, effective: granted, permitted: granted, inheritable: granted, ambient: granted };
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user,
      args: program.argv,
      env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      cwd: "/",
      capabilities,
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    hostname: program.hostname,
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      memory("/dev", "size=1m", "mode=755"),
      memory("/dev/shm", "nodev", `size=${program.sharedMemoryMiB ?? 16}m`, "mode=1777"),
      memory("/run", "nodev", "size=8m", "mode=1777"),
      memory("/tmp", "nodev", "size=64m", "mode=1777"),
      ...Object.entries(program.folders).map(([destination, source]) => ({
        destination,
        type: "bind",
        source,
        options: ["bind", "rw", "nosuid", "nodev"],
      })),
    ],
    linux: {
      namespaces: [
        { type: "pid" },
        { type: "ipc" },
        { type: "uts" },
        { type: "mount" },
        program.namespace === undefined ? { type: "network" } : { type: "network", path: `/run/netns/${program.namespace}` },
      ],
      maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sysrq-trigger"],
      readonlyPaths: ["/proc/sys", "/proc/irq", "/proc/bus"],
    },
  };
}

/** What every program is given for an environment. */
export const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" } as const;

const memory = (destination: string, ...options: string[]): OciMount => ({
  destination,
  type: "tmpfs",
  source: "tmpfs",
  options: ["nosuid", ...options],
});
