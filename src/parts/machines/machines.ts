import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserFault } from "../../faults.js";
import { isHybrid } from "../host/cgroup.js";
import {
  consoleTail,
  firstProcess,
  killContainer,
  observeContainer,
  removeContainer,
  rootFolder,
  startContainer,
  watchContainer,
  type ContainerPlace,
} from "../host/container.js";
import type { Folders } from "../host/folders.js";
import { cgroupPath, containerName, type RegionLabel } from "../host/label.js";
import { imageRoots } from "../images/images.js";
import { diskImage, makeDisk, readDisk, removeDisk } from "./disk.js";
import { machineConfig } from "./ociConfig.js";
import { runInMachine, type RunOptions } from "./run.js";
import type { MachineSpec, MachineState } from "./spec.js";
import { userDataVerdict, type UserDataVerdict } from "./userData.js";

/** systemd's signals for its first process (systemd(1)): SIGRTMIN+4 powers off, SIGRTMIN+5 reboots. */
const powerOff = 38;
const rebootSignal = 39;

/**
 * The machines of one region. They live on when we do not: nothing is kept here, every answer comes from the kernel and
 * from `<state>/machines/<instance id>/`. Calls for one machine must not overlap (one queue per owner).
 */
export class Machines {
  readonly #label: RegionLabel;
  readonly #folders: Folders;

  constructor(label: RegionLabel, folders: Folders) {
    this.#label = label;
    this.#folders = folders;
  }

  /** Make its disk. Made already is fine. Throws `UserFault` `DiskFull`, `ImageMissing`. */
  async create(spec: MachineSpec): Promise<void> {
    const place = this.#place(spec.instanceId);
    if (diskImage(place.folder) !== undefined) return;
    const roots = imageRoots(this.#folders, spec.image);
    try {
      await makeDisk(place.folder, spec, roots);
    } catch (error) {
      await removeDisk(place.folder);
      throw diskFault(spec.instanceId, place.folder, error);
    }
  }

  /**
   * Boot it, on the image its disk was made on; resolves when its first process runs, long before it answers. Running
   * already is fine. Throws `UserFault` as `create` does.
   */
  async start(spec: MachineSpec): Promise<void> {
    const place = this.#place(spec.instanceId);
    await this.create(spec);
    try {
      await startContainer({
        ...place,
        roots: imageRoots(this.#folders, diskImage(place.folder) ?? spec.image),
        config: machineConfig(spec, rootFolder(place), isHybrid() ? "hybrid" : "v2"),
        limits: { memoryBytes: spec.memoryMiB * 1024 * 1024, cpus: spec.vcpus, processes: 4096, containerDevices: true },
        againOn: 129,
      });
    } catch (error) {
      throw diskFault(spec.instanceId, place.folder, error);
    }
  }

  /** Let it power itself off; after `graceful` milliseconds pull the plug. The disk stays. Stopped already is fine. */
  async stop(instanceId: string, options: { graceful?: number } = {}): Promise<void> {
    const place = this.#place(instanceId);
    const deadline = Date.now() + (options.graceful ?? 20_000);
    for (let asked = 0; Date.now() < deadline;) {
      if (observeContainer(place).state === "stopped") return;
      const pid = firstProcess(place);
      // A machine at its very first steps does not hear it: ask again.
      if (pid !== undefined && Date.now() - asked > 1000) {
        signal(pid, powerOff);
        asked = Date.now();
      }
      await sleep(5);
    }
    await killContainer(place);
  }

  /** Ask it to reboot; it keeps its disk and address. Throws when it is not running. */
  reboot(instanceId: string): void {
    const pid = firstProcess(this.#place(instanceId));
    if (pid === undefined) throw new Error(`${instanceId} cannot be rebooted: it is not running`);
    signal(pid, rebootSignal);
  }

  /** End it and remove its disk. Gone already is fine. */
  async terminate(instanceId: string): Promise<void> {
    const place = this.#place(instanceId);
    await removeContainer(place);
    await removeDisk(place.folder);
  }

  observe(instanceId: string): MachineState {
    return observeContainer(this.#place(instanceId));
  }

  /** Call once when it has stopped, for whatever reason, at once when it is not running. Gives a way to stop watching. */
  watch(instanceId: string, onExit: (exit: number | undefined) => void): () => void {
    return watchContainer(this.#place(instanceId), onExit);
  }

  /** Run a command inside, as `root` unless told otherwise, and give its exit code. See `RunOptions`. */
  run(instanceId: string, argv: readonly string[], options: RunOptions = {}): Promise<number> {
    return runInMachine(this.#place(instanceId), argv, options);
  }

  /** What it printed while booting: its console and the output of cloud-init, at most the last 64 KiB as on AWS. */
  async consoleOutput(instanceId: string): Promise<string> {
    const place = this.#place(instanceId);
    const cloudInit = await readDisk(place.folder, "/var/log/cloud-init-output.log", 65_536);
    return `${consoleTail(place, 65_536)}${cloudInit ?? ""}`.slice(-65_536);
  }

  /** Has cloud-init ended for this instance, user data and all? True again at once after a restart. */
  bootFinished(instanceId: string): boolean {
    return existsSync(join(this.#place(instanceId).folder, "upper/var/lib/cloud/instances", instanceId, "boot-finished"));
  }

  /** What became of the user data. */
  async userData(instanceId: string): Promise<UserDataVerdict> {
    const { folder } = this.#place(instanceId);
    const [result, log] = [
      await readDisk(folder, "/var/lib/cloud/data/result.json"),
      await readDisk(folder, "/var/log/cloud-init-output.log", 65_536),
    ];
    return userDataVerdict(result, log ?? "");
  }

  #place(instanceId: string): ContainerPlace {
    if (!/^i-[0-9a-z]+$/.test(instanceId)) throw new Error(`${instanceId} is not an instance id`);
    return {
      name: containerName(this.#label, instanceId),
      cgroup: cgroupPath(this.#label, `machine-${instanceId}`),
      folder: join(this.#folders.state, "machines", instanceId),
    };
  }
}

function signal(pid: number, number: number): void {
  try {
    process.kill(pid, number);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function diskFault(instanceId: string, folder: string, error: unknown): unknown {
  if (!/ENOSPC|EDQUOT|No space left on device/.test(String(error))) return error;
  return new UserFault("DiskFull", {
    message: `${instanceId} could not be made: the disk that holds ${folder} is full`,
    fix: "free space there, or start the region with SANDTABLE_STATE on another disk",
    at: instanceId,
    cause: error,
  });
}
