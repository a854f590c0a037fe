import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ImageUser } from "../engine/program.js";

/** Files that an engine's own user owns and nobody else reads. */
export function writeOwned(file: string, text: string, user: ImageUser): void {
  // Renamed when whole: a server may read it at any moment.
  const making = `${file}.new`;
  writeFileSync(making, text, { mode: 0o600 });
  chownSync(making, user.uid, user.gid);
  renameSync(making, file);
}

export function ownedFolder(folder: string, user: ImageUser): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chownSync(folder, user.uid, user.gid);
}

export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Files in a folder, by name; none where there is no folder. */
export const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

/** Move what is whole (see `isWhole`) into another folder of the same file system; what is there already stays. Gives the names. */
export function moveFiles(from: string, to: string, isWhole: (name: string) => boolean): string[] {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const names = filesIn(from).filter(isWhole);
  for (const name of names) {
    if (existsSync(join(to, name))) rmSync(join(from, name), { force: true });
    else renameSync(join(from, name), join(to, name));
  }
  return names;
}

/** Bytes of all files below a folder that are really kept. */
export function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => {
    if (!entry.isFile()) return sum;
    return sum + statSync(join(entry.parentPath, entry.name)).blocks * 512;
  }, 0);
}
