import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, run } from "../host/command.js";
import { mountsBelow, unmountBelow } from "../host/mounts.js";

/**
 * A disk of a database server: a file system of its size in a sparse file, so that it is full when AWS's would be. It is mounted at
 * `<folder>/disk` while the server is there; after a restart of the host it is mounted again.
 */
const gib = 1024 ** 3;
/** The file that holds it. */
export const imageOf = (folder: string): string => join(folder, "disk.img");
export const diskFolder = (folder: string): string => join(folder, "disk");

/** Make and mount it. There already succeeds, and its size stays. */
export async function ensureDisk(folder: string, sizeGiB: number): Promise<void> {
  const image = imageOf(folder);
  if (!existsSync(image)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const making = `${image}.making`;
    rmSync(making, { force: true });
    writeFileSync(making, "", { mode: 0o600 });
    truncateSync(making, sizeGiB * gib);
    // Nothing is kept for root, and what the kernel can make ready later is.
    const quick = "lazy_itable_init=1,lazy_journal_init=1,nodiscard";
    await run(command("mkfs.ext4", "-q", "-F", "-m", "0", "-E", quick, making));
    renameSync(making, image);
  }
  mkdirSync(diskFolder(folder), { recursive: true, mode: 0o755 });
  if ((await mountsBelow(folder)).includes(diskFolder(folder))) return;
  await run(command("mount", "-o", "loop,discard,nosuid,nodev", image, diskFolder(folder)));
}

/** Give a mounted disk more room, while it is in use. Never less. */
export async function growDisk(folder: string, sizeGiB: number): Promise<void> {
  const image = imageOf(folder);
  if (statSync(image).size >= sizeGiB * gib) return;
  truncateSync(image, sizeGiB * gib);
  const device = await run(command("findmnt", "--noheadings", "--output", "SOURCE", "--mountpoint", diskFolder(folder)));
  await run(command("losetup", "--set-capacity", device));
  await run(command("resize2fs", device));
}

/** Bytes, as the server's own user could use them. */
export function diskSpace(folder: string): { readonly free: number; readonly total: number } {
  const { bavail, blocks, bsize } = statfsSync(diskFolder(folder));
  return { free: bavail * bsize, total: blocks * bsize };
}

/** Gone already is fine. */
export async function removeDisk(folder: string): Promise<void> {
  await unmountBelow(folder);
  rmSync(imageOf(folder), { force: true });
}
