import type { OciConfig, OciDeviceRule } from "../host/oci.js";
import type { MachineSpec } from "./spec.js";

/**
 * What crun is told of a machine: systemd as the first process of a host that has its own processes, names, mounts and
 * control groups, and lives in a network namespace that was made before it. Not a security boundary: there is no user
 * namespace. Pure.
 */
export function machineConfig(spec: MachineSpec, rootFolder: string, cgroups: "hybrid" | "v2"): OciConfig {
  const { memoryMiB } = spec;
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ["/sbin/init"],
      env: [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        // systemd skips what a container cannot do, and takes its machine id from here.
        "container=oci",
        `container_uuid=${machineId(spec.instanceId)}`,
        "TERM=linux",
      ],
      cwd: "/",
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      noNewPrivileges: false,
    },
    root: { path: rootFolder, readonly: false },
    hostname: spec.hostname,
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      // The kernel's settings are the host's; those of the network belong to the namespace and are the machine's own.
      { destination: "/proc/sys", type: "bind", source: "/proc/sys", options: ["bind", "ro"] },
      { destination: "/proc/sys/net", type: "bind", source: "/proc/sys/net", options: ["bind", "rw"] },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "strictatime", "mode=755", "size=1m"] },
      {
        destination: "/dev/pts",
        type: "devpts",
        source: "devpts",
        options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
      },
      {
        destination: "/dev/shm",
        type: "tmpfs",
        source: "shm",
        options: ["nosuid", "nodev", "mode=1777", `size=${memoryMiB >> 1}m`],
      },
      { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"] },
      { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
      {
        destination: "/sys/fs/cgroup",
        type: "cgroup",
        source: "cgroup",
        options: ["rw", "nosuid", "noexec", "nodev", "relatime"],
      },
      {
        destination: "/run",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "nodev", "strictatime", "mode=755", `size=${memoryMiB >> 2}m`],
      },
      {
        destination: "/run/lock",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "nodev", "noexec", "mode=1777", "size=5m"],
      },
    ],
    linux: {
      namespaces: [
        { type: "pid" },
        { type: "ipc" },
        { type: "uts" },
        { type: "mount" },
        { type: "cgroup" },
        { type: "network", path: `/run/netns/${spec.namespace}` },
      ],
      ...(cgroups === "v2" ? { resources: { devices } } : {}),
      maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"],
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sysrq-trigger"],
    },
  };
}

/** The instance id's hexadecimal digits, filled up to systemd's 32. */
const machineId = (instanceId: string): string => instanceId.replace(/^i-/, "").padStart(32, "0");

/** All that a host's root needs for its services, its network and its packages; not the host's modules, clock or raw hardware. */
const capabilities = [
  "CAP_AUDIT_WRITE",
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_DAC_READ_SEARCH",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_IPC_LOCK",
  "CAP_IPC_OWNER",
  "CAP_KILL",
  "CAP_LEASE",
  "CAP_LINUX_IMMUTABLE",
  "CAP_MKNOD",
  "CAP_NET_ADMIN",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_BROADCAST",
  "CAP_NET_RAW",
  "CAP_SETFCAP",
  "CAP_SETGID",
  "CAP_SETPCAP",
  "CAP_SETUID",
  "CAP_SYS_ADMIN",
  "CAP_SYS_BOOT",
  "CAP_SYS_CHROOT",
  "CAP_SYS_NICE",
  "CAP_SYS_PTRACE",
  "CAP_SYS_TTY_CONFIG",
];

/** The same set as `containerDevices` of cgroups v1: nodes may be made, only the harmless ones open. */
const devices: readonly OciDeviceRule[] = [
  { allow: false, access: "rwm" },
  { allow: true, type: "c", access: "m" },
  { allow: true, type: "b", access: "m" },
  ...(
    [
      [1, 3],
      [1, 5],
      [1, 7],
      [1, 8],
      [1, 9],
      [5, 0],
      [5, 1],
      [5, 2],
    ] as const
  ).map(([major, minor]): OciDeviceRule => ({ allow: true, type: "c", major, minor, access: "rwm" })),
  { allow: true, type: "c", major: 136, access: "rwm" },
];
