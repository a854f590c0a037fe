/**
 * A program from the engine image (PostgreSQL, HAProxy): one process tree in a container of its own, as its own user
 * without capabilities, in the namespace of its network interface. The image's root is shared and read-only; what the
 * program writes goes to the folders bound into it and to memory.
 */
export interface EngineProgram {
  /** Root of the engine image. */
  readonly root: string;
  readonly argv: readonly [program: string, ...args: string[]];
  readonly user: ImageUser;
  /** Name of a network namespace under /run/netns; undefined: an empty one of its own. */
  readonly namespace?: string;
  readonly hostname: string;
  /** Folders of the host bound into it, by where they appear (places that the image has). */
  readonly folders: Readonly<Record<string, string>>;
  /** Ports below 1024 may be bound. */
  readonly lowPorts?: boolean;
  /** Size of /dev/shm, which PostgreSQL's parallel workers share. */
  readonly sharedMemoryMiB?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ImageUser {
  readonly uid: number;
  readonly gid: number;
}

/** Read a user's ids from the text of an image's /etc/passwd, never from the host's. */
export function imageUser(passwd: string, name: string): ImageUser {
  const fields = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .find((line) => line[0] === name);
  if (fields === undefined)
    throw new Error(`The engine image has no user ${name}; build it again with \`sandtable doctor --fix\`.`);
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/**
 * The OCI runtime configuration of a program
 * (https://github.com/opencontainers/runtime-spec/blob/main/config.md). Pure.
 */
export function ociConfig(program: EngineProgram): object {
  // The only capability ever given; ambient, because a program that is not root gets it no other way.
  const capabilities = program.lowPorts === true ? ["CAP_NET_BIND_SERVICE"] : [];
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: program.user,
      args: program.argv,
      env: Object.entries({ PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", ...program.environment }).map(
        ([name, value]) => `${name}=${value}`,
      ),
      cwd: "/",
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        inheritable: capabilities,
        permitted: capabilities,
        ambient: capabilities,
      },
      noNewPrivileges: true,
    },
    root: { path: program.root, readonly: true },
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

const memory = (destination: string, ...options: string[]): object => ({
  destination,
  type: "tmpfs",
  source: "tmpfs",
  options: ["nosuid", ...options],
});
