import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { command, CommandFailed, run } from "../host/command.js";
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
  // Every container's mount namespace begins with a copy of the host's. Those of others hear of an unmount, and let go of the disk, only
  // where what it is mounted on is shared, which a host's own mounts need not be: so that is a mount too, of the folder on itself.
  const { length } = (await mountsBelow(folder)).filter((point) => point === diskFolder(folder));
  if (length > 1) return;
  if (length === 0) await run(command("mount", "--bind", "--make-shared", diskFolder(folder), diskFolder(folder)));
  await run(command("mount", "-o", "loop,discard,nosuid,nodev", image, diskFolder(folder)));
}

/**
 * Give a mounted disk more room, while it is in use. Never less. Some hosts let nobody do that (a container without
 * CAP_SYS_RESOURCE): there `stop` is called first, which ends the server that uses it.
 */
export async function growDisk(folder: string, sizeGiB: number, stop: () => Promise<void>): Promise<void> {
  const image = imageOf(folder);
  if (statSync(image).size < sizeGiB * gib) truncateSync(image, sizeGiB * gib);
  // Asked of the file system itself: an earlier attempt may have been cut short after that. It keeps two or three per cent of its disk to
  // itself, and a disk grows by ten at least.
  if (diskSpace(folder).total >= sizeGiB * gib * 0.95) return;
  const device = await run(command("losetup", "--associated", image, "--noheadings", "--output", "NAME"));
  await run(command("losetup", "--set-capacity", device));
  try {
    await run(command("resize2fs", device));
  } catch (error) {
    if (!(error instanceof CommandFailed) || !error.stderr.includes("Permission denied")) throw error;
    await stop();
    await growUnused(folder);
    await ensureDisk(folder, sizeGiB);
  }
}

async function growUnused(folder: string): Promise<void> {
  const image = imageOf(folder);
  await unmountBelow(folder);
  // It may be mounted in a namespace that is about to end, and two who write to it would ruin it.
  for (let tries = 0; (await run(command("losetup", "--associated", image))) !== ""; tries += 1) {
    if (tries > 500) throw new Error(`${image} cannot grow: it is still in use after its server was stopped`);
    await pause(10);
  }
  // 1: errors were corrected, such as those of a server that was killed.
  await run(command("e2fsck", "-f", "-p", image)).catch((error: unknown) => {
    if (!(error instanceof CommandFailed) || error.exitCode !== 1) throw error;
  });
  await run(command("resize2fs", image));
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
