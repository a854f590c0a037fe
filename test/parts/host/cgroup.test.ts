import { expect, test } from "vitest";
import { limitFiles } from "../../../src/parts/host/cgroup.js";
import { mountPoints } from "../../../src/parts/host/mounts.js";

const limits = { memoryBytes: 1 << 30, cpus: 0.5, processes: 4096, containerDevices: true };

test("limits on cgroups v2 are four files of the one group", () => {
  expect(limitFiles("sandtable/1a2b3c/machine-i-1", limits, "v2")).toEqual([
    ["/sys/fs/cgroup/sandtable/1a2b3c/machine-i-1/memory.max", "1073741824"],
    ["/sys/fs/cgroup/sandtable/1a2b3c/machine-i-1/cpu.max", "50000 100000"],
    ["/sys/fs/cgroup/sandtable/1a2b3c/machine-i-1/pids.max", "4096"],
  ]);
});

test("limits on v1 go to each controller's tree, and devices are denied before some are allowed", () => {
  const files = limitFiles("sandtable/1a2b3c/machine-i-1", limits, "v1");
  expect(files.slice(0, 6)).toEqual([
    ["/sys/fs/cgroup/memory/sandtable/1a2b3c/machine-i-1/memory.limit_in_bytes", "1073741824"],
    ["/sys/fs/cgroup/cpu/sandtable/1a2b3c/machine-i-1/cpu.cfs_period_us", "100000"],
    ["/sys/fs/cgroup/cpu/sandtable/1a2b3c/machine-i-1/cpu.cfs_quota_us", "50000"],
    ["/sys/fs/cgroup/pids/sandtable/1a2b3c/machine-i-1/pids.max", "4096"],
    ["/sys/fs/cgroup/devices/sandtable/1a2b3c/machine-i-1/devices.deny", "a"],
    ["/sys/fs/cgroup/devices/sandtable/1a2b3c/machine-i-1/devices.allow", "c *:* m"],
  ]);
});

test("mount points are read with their blanks", () => {
  expect(mountPoints("36 35 98:0 / /state\\040of/mine rw,noatime master:1 - ext3 /dev/root rw\n")).toEqual(["/state of/mine"]);
});
