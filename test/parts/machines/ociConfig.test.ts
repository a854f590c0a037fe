import { expect, test } from "vitest";
import { machineConfig } from "../../../src/parts/machines/ociConfig.js";
import type { MachineSpec } from "../../../src/parts/machines/spec.js";

const web: MachineSpec = {
  instanceId: "i-0123456789abcdef0",
  image: "machine-0000000000",
  namespace: "st-1a2b3c-eni-eni-1",
  hostname: "ip-10-0-2-15",
  domain: "eu-west-3.compute.internal",
  resolvers: ["10.0.0.2"],
  vcpus: 2,
  memoryMiB: 1024,
};

test("a machine is systemd in its own namespaces, in the network namespace it was given", async () => {
  await expect(`${JSON.stringify(machineConfig(web, "/state/machines/i-1/rootfs", "hybrid"), null, 2)}\n`).toMatchFileSnapshot(
    "machine.oci.golden",
  );
});

test("on cgroups v2 the runtime is told which devices may be opened", () => {
  const { resources } = machineConfig(web, "/rootfs", "v2").linux;
  expect(resources?.devices[0]).toEqual({ allow: false, access: "rwm" });
  expect(resources?.devices).toContainEqual({ allow: true, type: "c", major: 1, minor: 3, access: "rwm" });
  expect(machineConfig(web, "/rootfs", "hybrid").linux.resources).toBeUndefined();
});

test("memory-backed folders grow with the instance type", () => {
  const sizes = machineConfig({ ...web, memoryMiB: 4096 }, "/rootfs", "v2").mounts.flatMap(({ destination, options }) =>
    (options ?? []).filter((option) => option.startsWith("size=")).map((option) => `${destination} ${option}`),
  );
  expect(sizes).toEqual(["/dev size=1m", "/dev/shm size=2048m", "/run size=1024m", "/run/lock size=5m"]);
});
