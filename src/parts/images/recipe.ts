import { createHash } from "node:crypto";

/** The Debian release that every image is made of, whatever the host runs. */
export const debianRelease = "bookworm";

/** How to make one image, as plain data: what it is made of decides its name, so a changed recipe is a new image. */
export interface Recipe {
  readonly name: string;
  readonly packages: readonly string[];
  /** Absolute path in the image to what the file holds. */
  readonly files: Readonly<Record<string, RecipeFile>>;
  /** systemd units masked for good. */
  readonly masks: readonly string[];
  /** Shell text run on the host after installing, with the image's root folder as `$1`, after files and masks. */
  readonly script: string;
}

export interface RecipeFile {
  readonly text: string;
  /** Default 0o644. */
  readonly mode?: number;
}

/** Folder name of a recipe's image, e.g. `machine-1a2b3c4d5e`. */
export const recipeFolder = (recipe: Recipe): string => `${recipe.name}-${digest([debianRelease, recipe])}`;

/** Ten hexadecimal digits of what a value holds. */
export const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 10);
