import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { enginePlace, imageUserOf, type EngineProgram, type ImageUser } from "../engine/program.js";
import { removeContainer } from "../host/container.js";
import { ownedFolder } from "./files.js";
import { runOnce } from "./once.js";
import { inside, type EngineOptions } from "./place.js";

/** How an engine makes the data of an empty server. */
export interface TemplateRecipe {
  /** e.g. `postgres`. */
  readonly engine: string;
  /** Another for other data: of another build of the image, say. */
  readonly id: string;
  readonly user: string;
  /** What the program reads, put into the folder that it has at `inside.disk`. */
  readonly prepare?: (disk: string, user: ImageUser) => void;
  /** It leaves the data at `inside.data`. */
  readonly argv: EngineProgram["argv"];
}

/** By the template's folder: the servers of one region that want it at once wait for one. */
const making = new Map<string, Promise<void>>();

/**
 * The data of an empty server, made once and copied for every server. The folder of templates is shared between regions and holds one for
 * each image seen. Gives the template's data folder.
 */
export async function templateOf(options: EngineOptions, recipe: TemplateRecipe): Promise<string> {
  const template = join(options.templates, `${recipe.engine}-${recipe.id}`);
  if (existsSync(template)) return template;
  const made = making.get(template) ?? make(options, recipe, template).finally(() => making.delete(template));
  making.set(template, made);
  await made;
  return template;
}

async function make({ label, root }: EngineOptions, recipe: TemplateRecipe, template: string): Promise<void> {
  // Two regions may be at it at once: each works on its own, and the first to finish wins.
  const place = enginePlace(label, `${recipe.engine}-template`, `${template}.${label.code}`);
  await removeContainer(place);
  const disk = join(place.folder, "disk");
  mkdirSync(disk, { recursive: true, mode: 0o700 });
  const user = imageUserOf(root, recipe.user);
  ownedFolder(disk, user);
  recipe.prepare?.(disk, user);
  try {
    const program = { root, user: recipe.user, hostname: "template", folders: { [inside.disk]: disk }, argv: recipe.argv };
    await runOnce(place, `${recipe.argv[0].split("/").at(-1)} of the engine image`, program);
    renameSync(join(disk, "data"), template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  } finally {
    await removeContainer(place);
  }
}
