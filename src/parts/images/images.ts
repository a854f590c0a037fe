import { existsSync, readFileSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import * as z from "zod";
import { UserFault } from "../../faults.js";
import { CommandFailed, command, run } from "../host/command.js";
import type { Folders } from "../host/folders.js";
import { buildRecipe } from "./buildRecipe.js";
import { engineRecipe } from "./engineRecipe.js";
import { hostApt } from "./hostApt.js";
import { buildLayer, layerFolder, packageList } from "./layer.js";
import { withLock } from "./lock.js";
import { machineRecipe } from "./machineRecipe.js";
import { BuildProgress, type OnImageProgress } from "./progress.js";
import { debianRelease, recipeFolder } from "./recipe.js";

/**
 * Images: root folders that machines and engines run from, made once per host from Debian packages.
 *
 *     <images>/machine-1a2b3c4d5e/image.json   what it is; there only when the image is whole
 *                                 root/        the root folder, never written again
 *     <images>/layer-…/image.json, root/       packages added to a machine image, mounted over it
 *     <images>/building-<name>/                a build under way, or the rest of one that was cut off
 *     <images>/locks/<name>                    one builder at a time
 *
 * An image is built beside its place and renamed into it, so what has a name is whole.
 */
export type ImageWish =
  | { readonly kind: "machine" }
  | { readonly kind: "engine" }
  /** The machine image with these Debian packages added. */
  | { readonly kind: "machine-with"; readonly packages: readonly string[] };

const Identity = z.object({
  schema: z.literal(1),
  folder: z.string(),
  release: z.string(),
  packages: z.array(z.string()),
  /** Folder of the image below, for a layer. */
  base: z.string().optional(),
  /** ISO 8601. */
  builtAt: z.string(),
});
export type ImageIdentity = z.infer<typeof Identity>;

/**
 * Build the image unless it is there, and give its folder name (as `MachineSpec.image` takes it). Several callers, in
 * one process or more, wait for one build. Throws `UserFault` `ImageBuild`, `MissingPrograms`, `PackageName`.
 */
export async function ensureImage(wish: ImageWish, folders: Folders, onProgress: OnImageProgress = () => {}): Promise<string> {
  if (wish.kind === "machine-with" && wish.packages.length > 0) return ensureLayer(wish.packages, folders, onProgress);
  const recipe = wish.kind === "engine" ? engineRecipe : machineRecipe;
  const folder = recipeFolder(recipe);
  const packages = [...recipe.packages];
  await ensure(folders, { folder, release: debianRelease, packages }, recipe.name, onProgress, async (work, root, onLine) => {
    await buildRecipe(recipe, await hostApt(), work, root, onLine);
  });
  return folder;
}

/** The image if it is there and whole. */
export function imageIdentity(folders: Folders, folder: string): ImageIdentity | undefined {
  const path = join(folders.images, folder, "image.json");
  return existsSync(path) ? Identity.parse(JSON.parse(readFileSync(path, "utf8"))) : undefined;
}

/** Folder name of the image if it is built, for those who may not build. */
export function builtImage(wish: ImageWish, folders: Folders): string | undefined {
  const folder = recipeFolder(wish.kind === "engine" ? engineRecipe : machineRecipe);
  const identity = imageIdentity(folders, folder);
  if (identity === undefined || wish.kind !== "machine-with" || wish.packages.length === 0) return identity?.folder;
  return imageIdentity(folders, layerFolder(wish.packages, identity))?.folder;
}

/** Where the engine image's root folder is, or will be once `ensureImage` has built it. */
export const engineRoot = (folders: Folders): string => join(folders.images, recipeFolder(engineRecipe), "root");

/** The root folders an image is made of, topmost first: overlayfs's `lowerdir`. Throws `ImageMissing`. */
export function imageRoots(folders: Folders, folder: string): string[] {
  const identity = imageIdentity(folders, folder);
  if (identity === undefined)
    throw new UserFault("ImageMissing", {
      message: `there is no image ${folder} in ${folders.images}`,
      fix: "run `sandtable doctor --fix`, which builds the images",
      at: folder,
    });
  const root = join(folders.images, folder, "root");
  return identity.base === undefined ? [root] : [root, ...imageRoots(folders, identity.base)];
}

async function ensureLayer(names: readonly string[], folders: Folders, onProgress: OnImageProgress): Promise<string> {
  const packages = packageList(names);
  const base = await ensureImage({ kind: "machine" }, folders, onProgress);
  const identity = imageIdentity(folders, base);
  if (identity === undefined) throw new Error(`image ${base} vanished while ${packages.join(", ")} were to be added`);
  const folder = layerFolder(packages, identity);
  const label = `machine + ${packages.join(" ")}`;
  await ensure(folders, { folder, release: debianRelease, packages, base }, label, onProgress, async (work, upper, onLine) => {
    const [root = ""] = imageRoots(folders, base);
    await buildLayer(packages, root, await hostApt(), { work, upper }, onLine);
  });
  return folder;
}

type Build = (work: string, root: string, onLine: (line: string) => void) => Promise<void>;

async function ensure(
  folders: Folders,
  image: Omit<ImageIdentity, "schema" | "builtAt">,
  label: string,
  onProgress: OnImageProgress,
  build: Build,
): Promise<void> {
  if (imageIdentity(folders, image.folder) !== undefined) return;
  requirePrograms(label);
  const waiting = (): void => onProgress({ image: label, phase: "waiting for another build of it", percent: 0 });
  await withLock(join(folders.images, "locks", image.folder), waiting, async () => {
    if (imageIdentity(folders, image.folder) !== undefined) return;
    const building = join(folders.images, `building-${image.folder}`);
    // Whoever began this is dead, or the lock would be held: what it left is of no use.
    await rm(building, { recursive: true, force: true });
    const progress = new BuildProgress(image.base === undefined ? 2 : 1);
    const onLine = (line: string): void => {
      const news = progress.line(line);
      if (news !== undefined) onProgress({ image: label, ...news });
    };
    onProgress({ image: label, phase: "starting", percent: 0 });
    try {
      for (const name of ["work", "image"]) await mkdir(join(building, name), { recursive: true });
      await build(join(building, "work"), join(building, "image/root"), onLine);
      onProgress({ image: label, phase: "writing to disk", percent: 95 });
      const identity: ImageIdentity = { schema: 1, ...image, builtAt: new Date().toISOString() };
      await writeFile(join(building, "image/image.json"), `${JSON.stringify(identity, null, 2)}\n`);
      await run(command("sync", "--file-system", join(building, "image")), { timeout: 600_000 });
      await rename(join(building, "image"), join(folders.images, image.folder));
      await syncFolder(folders.images);
    } catch (error) {
      throw buildFault(label, folders.images, error);
    } finally {
      await rm(building, { recursive: true, force: true });
    }
    onProgress({ image: label, phase: "built", percent: 100 });
  });
}

async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path);
  await handle.sync();
}

const programs = ["mmdebstrap", "apt-get", "apt-config", "dpkg", "flock", "setpriv", "unshare", "chroot", "mount", "sync"];

function requirePrograms(label: string): void {
  const places = (process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin").split(delimiter);
  const missing = programs.filter((program) => !places.some((place) => existsSync(join(place, program))));
  if (missing.length > 0)
    throw new UserFault("MissingPrograms", {
      message: `the image "${label}" cannot be built: this host lacks ${missing.join(", ")}`,
      fix: "run `sandtable doctor --fix`, or install the Debian packages mmdebstrap and util-linux",
      at: label,
    });
}

function buildFault(label: string, place: string, error: unknown): unknown {
  const said = error instanceof CommandFailed ? error.stderr : error instanceof Error ? error.message : String(error);
  if (/No space left on device|ENOSPC/.test(said))
    return new UserFault("ImageBuild", {
      message: `the image "${label}" could not be built: the disk that holds ${place} is full`,
      fix: `free about 1 GB there, or set SANDTABLE_IMAGES to a folder on another disk, and try again`,
      at: label,
      cause: error,
    });
  const missing = [...said.matchAll(/Unable to locate package (\S+)/g)].map(([, name]) => name);
  if (missing.length > 0)
    return new UserFault("ImageBuild", {
      message: `the image "${label}" could not be built: Debian ${debianRelease} has no package named ${missing.join(", ")}`,
      fix: "correct the name in the image recipe",
      at: label,
      cause: error,
    });
  return new UserFault("ImageBuild", {
    message: `the image "${label}" could not be built in ${place}: ${said.trim().split("\n").slice(-8).join("\n")}`,
    fix: "see that the package mirrors of this host's apt answer (`apt-get update`), and try again",
    at: label,
    cause: error,
  });
}

/** Whole images, and folders of builds under way or cut off. For `doctor`. */
export async function listImages(folders: Folders): Promise<{ images: ImageIdentity[]; building: string[] }> {
  const names = existsSync(folders.images) ? await readdir(folders.images) : [];
  const images = names.map((name) => imageIdentity(folders, name)).filter((identity) => identity !== undefined);
  return { images, building: names.filter((name) => name.startsWith("building-")) };
}
