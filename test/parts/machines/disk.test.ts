import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diskImage, firstFiles, makeDisk, readDisk } from "../../../src/parts/machines/disk.js";
import type { MachineSpec } from "../../../src/parts/machines/spec.js";

const web: MachineSpec = {
  instanceId: "i-1",
  image: "machine-0",
  namespace: "n",
  hostname: "ip-10-0-2-15",
  domain: "eu-west-3.compute.internal",
  resolvers: ["10.0.0.2"],
  search: "eu-west-3.compute.internal",
  vcpus: 1,
  memoryMiB: 512,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sandtable-disk-"));
  await mkdir(join(folder, "upper/var/log"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

test("a machine knows its names and its resolver before it boots", () => {
  expect(firstFiles(web)).toEqual({
    "/etc/hosts":
      "127.0.0.1 localhost\n127.0.1.1 ip-10-0-2-15.eu-west-3.compute.internal ip-10-0-2-15\n::1 localhost ip6-localhost ip6-loopback\n",
    "/etc/hostname": "ip-10-0-2-15\n",
    "/etc/resolv.conf": "search eu-west-3.compute.internal\nnameserver 10.0.0.2\n",
  });
});

test.each([
  [
    { resolvers: ["10.0.5.5", "10.0.6.5"], search: "shop.example" },
    "search shop.example\nnameserver 10.0.5.5\nnameserver 10.0.6.5\n",
  ],
  [{ resolvers: [], search: undefined }, ""],
])("a machine of a VPC with the DHCP options %j asks where these say", (options, text) => {
  expect(firstFiles({ ...web, ...options })["/etc/resolv.conf"]).toBe(text);
});

test("a machine trusts the region's authority beside those of its image, and its apt knows the way to the mirrors", () => {
  const files = firstFiles(
    { ...web, trusts: { certificate: "OURS\n", hashed: "5f1b4d2a.0" }, packageProxy: "http://198.19.0.88:3128" },
    "THEIRS\n",
  );
  expect(files["/etc/ssl/certs/ca-certificates.crt"]).toBe("THEIRS\nOURS\n");
  expect(files["/etc/ssl/certs/5f1b4d2a.0"]).toBe("OURS\n");
  expect(files["/usr/local/share/ca-certificates/sandtable.crt"]).toBe("OURS\n");
  expect(files["/etc/apt/apt.conf.d/95package-proxy"]).toContain('Acquire::http::Proxy "http://198.19.0.88:3128";');
});

test("the end of a long file is read, and nothing of one that is not there", async () => {
  await writeFile(join(folder, "upper/var/log/long"), "0123456789");
  expect(await readDisk(folder, "/var/log/long", 4)).toBe("6789");
  expect(await readDisk(folder, "/var/log/none")).toBeUndefined();
});

test("a machine cannot make us read the host's files through a link", async () => {
  await writeFile(join(folder, "secret"), "of the host");
  await symlink(join(folder, "secret"), join(folder, "upper/var/log/file"));
  await symlink(folder, join(folder, "upper/elsewhere"));
  expect(await readDisk(folder, "/var/log/file")).toBeUndefined();
  expect(await readDisk(folder, "/elsewhere/secret")).toBeUndefined();
});

test("a new disk is as open as a host's, though its folder is ours alone and the umask is strict", async () => {
  const before = process.umask(0o077);
  try {
    await makeDisk(join(folder, "i-1"), web);
  } finally {
    process.umask(before);
  }
  const mode = async (path: string): Promise<string> => ((await stat(join(folder, "i-1", path))).mode & 0o777).toString(8);
  expect(await Promise.all(["", "upper", "upper/etc", "upper/etc/hosts"].map(mode))).toEqual(["700", "755", "755", "644"]);
  expect(diskImage(join(folder, "i-1"))).toBe("machine-0");
});
