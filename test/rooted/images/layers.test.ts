import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { folders, type Folders } from "../../../src/parts/host/folders.js";
import {
  builtImage,
  ensureImage,
  imageIdentity,
  imageRoots,
  listImages,
  type ImageWish,
} from "../../../src/parts/images/images.js";
import { Machines } from "../../../src/parts/machines/machines.js";
import { TestMachines, until } from "../machines/environment.js";

/** Layers are built in an images folder of this test's own, over the machine image that the host has. */
let images: string;
let here: Folders;
let machine: string;
const hello: ImageWish = { kind: "machine-with", packages: ["hello"] };

beforeAll(async () => {
  machine = await TestMachines.image({ kind: "machine" });
  images = mkdtempSync(join(tmpdir(), "sandtable-images-"));
  here = { state: images, images };
  symlinkSync(join(folders().images, machine), join(images, machine));
});

afterAll(() => {
  rmSync(images, { recursive: true, force: true });
});

function builder(wish: ImageWish): ChildProcessByStdio<null, Readable, null> {
  const argument = JSON.stringify({ folders: here, wish });
  return spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, "builder.ts"), argument], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Processes that were told of this test's folder, whoever started them. */
const working = (): string[] =>
  readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return line.includes(images) ? [`${pid} ${line}`] : [];
      } catch {
        return [];
      }
    });

test("a build that is killed leaves no process, no mount and no image", async () => {
  const child = builder(hello);
  for await (const line of createInterface(child.stdout)) if (line.startsWith("unpacking")) break;
  child.kill("SIGKILL");
  await once(child, "exit");
  await until("its helpers have ended", () => working().length === 0);
  expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(images);
  expect(builtImage(hello, here)).toBeUndefined();
  expect((await listImages(here)).building).toHaveLength(1);
});

test("two processes that want the same layer build it once, over what the killed one left", async () => {
  const children = [builder(hello), builder(hello)];
  const said = await Promise.all(children.map(async (child) => (await child.stdout.toArray()).join("")));
  const made = said.map((text) => /folder (\S+)/.exec(text)?.[1]);
  expect(made[0]).toMatch(/^layer-[0-9a-f]{10}$/);
  expect(made[1]).toBe(made[0]);
  expect(said.filter((text) => text.includes("built"))).toHaveLength(1);
  expect((await listImages(here)).building).toEqual([]);
});

test("an image that is there is not built again", async () => {
  const phases: string[] = [];
  const folder = await ensureImage(hello, here, ({ phase }) => phases.push(phase));
  expect([phases, folder]).toEqual([[], builtImage(hello, here)]);
  expect(imageIdentity(here, folder)).toMatchObject({ release: "bookworm", packages: ["hello"], base: machine });
  expect(imageRoots(here, folder)).toEqual([join(images, folder, "root"), join(images, machine, "root")]);
});

test("a layer holds what was installed and nothing of how", () => {
  const root = join(images, builtImage(hello, here) ?? "", "root");
  expect(existsSync(join(root, "usr/bin/hello"))).toBe(true);
  for (const path of [
    "usr/sbin/policy-rc.d",
    "etc/resolv.conf",
    "etc/apt/apt.conf.d/00building",
    "etc/dpkg/dpkg.cfg.d/00building",
  ])
    expect(lstatSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false).toBe(false);
});

test("a package that Debian does not have is named, and nothing is left of the build", async () => {
  const wish: ImageWish = { kind: "machine-with", packages: ["hello", "no-such-package-here"] };
  await expect(ensureImage(wish, here)).rejects.toMatchObject({
    code: "ImageBuild",
    message: expect.stringContaining("no package named no-such-package-here"),
  });
  expect((await listImages(here)).building).toEqual([]);
  expect(working()).toEqual([]);
});

test("in a machine of this image apt finds the package present, without a network", async () => {
  const region = new TestMachines();
  const spec = await region.prepare(1, machine, "#!/bin/sh -e\napt-get install -y hello\nhello\n");
  try {
    const there = { ...region.folders, images };
    const layered = { ...spec, image: builtImage(hello, here) ?? "" };
    const machines = new Machines(region.label, there);
    await machines.start(layered);
    await until("the verdict is written", async () => (await machines.userData(spec.instanceId)).finished);
    const { failed, log } = await machines.userData(spec.instanceId);
    expect([failed, log.at(-1)]).toEqual([false, "Hello, world!"]);
    expect(log.join("\n")).toContain("hello is already the newest version");
  } finally {
    expect(await region.end([spec])).toEqual([]);
  }
});
