import { readFile } from "node:fs/promises";
import { command, run } from "./command.js";

/** Mount points at or below a folder in this process's view, deepest last. */
export async function mountsBelow(folder: string): Promise<string[]> {
  return mountPoints(await readFile("/proc/self/mountinfo", "utf8")).filter(
    (point) => point === folder || point.startsWith(`${folder}/`),
  );
}

/** Mount points out of the text of mountinfo (proc(5)), where blanks and the like are written in octal. */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => line.split(" ")[4])
    .filter((point) => point !== undefined)
    .map((point) => point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))));
}

/** Detach every mount at or below a folder, the last one made first. Nothing mounted is fine. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const point of (await mountsBelow(folder)).reverse()) await run(command("umount", "--lazy", point));
}
