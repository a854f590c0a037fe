import { constants, existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, open, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defaultUserConfig } from "../images/cloudInit.js";
import type { MachineSpec } from "./spec.js";

/**
 * A machine's disk is the writable layer of its overlay, `<folder>/upper`; what a machine writes is found there while
 * it runs and when it is stopped, without a mount.
 */

const bundle = "/etc/ssl/certs/ca-certificates.crt";

/** The files that make a machine this machine, by their path in it; `certificates` is the image's own bundle. Pure. */
export function firstFiles(spec: MachineSpec, certificates = ""): Record<string, string> {
  const { trusts, packageProxy } = spec;
  const fullName = `${spec.hostname}.${spec.domain}`;
  return {
    "/etc/hosts": `127.0.0.1 localhost\n127.0.1.1 ${fullName} ${spec.hostname}\n::1 localhost ip6-localhost ip6-loopback\n`,
    "/etc/hostname": `${spec.hostname}\n`,
    "/etc/resolv.conf": [
      ...(spec.search === undefined ? [] : [`search ${spec.search}\n`]),
      ...spec.resolvers.map((address) => `nameserver ${address}\n`),
    ].join(""),
    ...(spec.defaultUser === undefined
      ? {}
      : { "/etc/cloud/cloud.cfg.d/99-default-user.cfg": defaultUserConfig(spec.defaultUser) }),
    // What update-ca-certificates would make of the first of these, which takes it a second.
    ...(trusts === undefined
      ? {}
      : {
          "/usr/local/share/ca-certificates/sandtable.crt": trusts.certificate,
          [bundle]: `${certificates}${trusts.certificate}`,
          [`/etc/ssl/certs/${trusts.hashed}`]: trusts.certificate,
        }),
    ...(packageProxy === undefined
      ? {}
      : {
          "/etc/apt/apt.conf.d/95package-proxy": `Acquire::http::Proxy "${packageProxy}";\nAcquire::https::Proxy "${packageProxy}";\n`,
        }),
  };
}

/**
 * Make the disk of a machine that has none. Made beside its place and renamed, so a disk that is there is whole. Links are
 * not looked for: no machine has written to it yet.
 */
export async function makeDisk(folder: string, spec: MachineSpec, imageRoots: readonly string[] = []): Promise<void> {
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  const root = imageRoots.find((one) => existsSync(join(one, bundle)));
  const certificates = root === undefined || spec.trusts === undefined ? "" : readFileSync(join(root, bundle), "utf8");
  for (const [path, text] of Object.entries(firstFiles(spec, certificates))) {
    const file = join(making, "upper", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    // These are the machine's own /, /etc and so on: their modes are not our umask's to decide.
    await chmod(file, 0o644);
    for (let part = dirname(file); part !== making; part = dirname(part)) await chmod(part, 0o755);
  }
  // A disk holds the differences from one image; on another, even a newer one of the same name, it would not fit.
  await writeFile(join(making, "image"), spec.image);
  await rename(making, folder);
}

/** The image that the machine's disk was made on; undefined when it has no disk. */
export function diskImage(folder: string): string | undefined {
  const file = join(folder, "image");
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

export async function removeDisk(folder: string): Promise<void> {
  for (const path of [folder, `${folder}.making`]) await rm(path, { recursive: true, force: true });
}

/**
 * What a machine has written to one of its files, its last `bytes`; undefined when it has not. A link that leads out of
 * the disk (an absolute one means the machine's root, not ours) is not followed.
 */
export async function readDisk(folder: string, path: string, bytes = 1 << 20): Promise<string | undefined> {
  const upper = join(folder, "upper");
  const file = join(upper, path);
  try {
    const [top, place] = [await realpath(upper), await realpath(dirname(file))];
    if (place !== top && !place.startsWith(`${top}/`)) return undefined;
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return undefined;
      const length = Math.min(bytes, stat.size);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, stat.size - length);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "ELOOP", "ENOTDIR"].includes(String(error.code)))
      return undefined;
    throw error;
  }
}
