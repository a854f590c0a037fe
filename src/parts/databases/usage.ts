import { existsSync, readFileSync, readdirSync } from "node:fs";
import { cgroupProcesses } from "../host/cgroup.js";
import { diskSpace, imageOf } from "./disk.js";
import type { ServerPlace } from "./place.js";
import type { ServerMetrics } from "./spec.js";

/** What the kernel says that a server uses. */
export function usageOf(place: ServerPlace, memoryMiB: number): Omit<ServerMetrics, "connections"> {
  const processes = cgroupProcesses(place.cgroup);
  const { free, total } = diskSpace(place.folder);
  const used = processes.reduce((sum, pid) => sum + memoryOf(pid), 0);
  return {
    storageFree: free,
    storageTotal: total,
    memoryFree: Math.max(0, memoryMiB * 1024 * 1024 - used),
    cpuSeconds: processes.reduce((sum, pid) => sum + processorSecondsOf(pid), 0),
    ...diskOperations(place),
  };
}

/** Ticks a second in /proc (always 100 on Linux, proc(5)). */
const ticks = 100;

/** Its own and its ended children's, out of /proc/PID/stat. */
function processorSecondsOf(pid: number): number {
  // The name in brackets may hold blanks.
  const fields = textOf(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ") ?? [];
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) / ticks;
}

/** Its share of what it has in memory, in bytes. */
function memoryOf(pid: number): number {
  const kib = /^Pss:\s+(\d+)/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1];
  return Number(kib ?? 0) * 1024;
}

/** Of the loop device that is the server's disk. https://www.kernel.org/doc/html/latest/block/stat.html */
function diskOperations({ folder }: ServerPlace): {
  readonly readOperations: number;
  readonly writeOperations: number;
  readonly readBytes: number;
  readonly writeBytes: number;
} {
  const image = imageOf(folder);
  const device = readdirSync("/sys/block").find(
    (name) => name.startsWith("loop") && textOf(`/sys/block/${name}/loop/backing_file`).trim() === image,
  );
  const fields = device === undefined ? [] : textOf(`/sys/block/${device}/stat`).trim().split(/\s+/).map(Number);
  const [reads = 0, , readSectors = 0, , writes = 0, , writeSectors = 0] = fields;
  return {
    readOperations: reads,
    writeOperations: writes,
    readBytes: readSectors * 512,
    writeBytes: writeSectors * 512,
  };
}

function textOf(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  } catch {
    // The process ended meanwhile.
    return "";
  }
}
