import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { UserFault } from "../../faults.js";
import { stackNameFrom } from "./stack-name.js";

/** What `up` and `down` are given: a definition in one of three forms, and the recipe of its machine image. */
export type Project = (
  | { readonly kind: "environment"; readonly file: string }
  | { readonly kind: "cdk-app"; readonly app: string }
  | { readonly kind: "template"; readonly file: string }
) & {
  readonly folder: string;
  readonly recipe: Recipe;
  /** The stack's name where the definition itself gives none. */
  readonly defaultName: string;
};

const recipe = z.strictObject({
  packages: z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/, "is not a Debian package name")).default([]),
});
/** `image.yaml`: Debian packages that the machine image holds, so that user data finds them present. */
export type Recipe = z.infer<typeof recipe>;

const definitions = ["environment.ts", "environment.js", "environment.mjs"] as const;
const templateEndings = new Set([".json", ".yaml", ".yml", ".template"]);

/** Look at a path. Throws `NotFound`, `NotAProject`, `BadRecipe`. */
export function openProject(path: string): Project {
  const full = resolve(path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new UserFault("NotFound", {
      at: path,
      message: `${path} does not exist`,
      fix: "give a folder with environment.ts or cdk.json, or a template file",
    });
  if (stat.isFile()) {
    if (!templateEndings.has(extname(full))) throw notAProject(path);
    return {
      kind: "template",
      file: full,
      folder: join(full, ".."),
      recipe: { packages: [] },
      defaultName: stackNameFrom(basename(full, extname(full))),
    };
  }
  const common = { folder: full, recipe: readRecipe(join(full, "image.yaml")), defaultName: stackNameFrom(basename(full)) };
  for (const name of definitions)
    if (existsSync(join(full, name))) return { kind: "environment", file: join(full, name), ...common };
  if (existsSync(join(full, "cdk.json"))) return { kind: "cdk-app", app: cdkApp(join(full, "cdk.json")), ...common };
  throw notAProject(path);
}

const notAProject = (path: string): UserFault =>
  new UserFault("NotAProject", {
    at: path,
    message: `${path} holds neither environment.ts nor cdk.json, and is not a CloudFormation template (.json, .yaml, .yml, .template)`,
    fix: "see examples/flask-ha for the smallest folder that works",
  });

export function readRecipe(file: string): Recipe {
  if (!existsSync(file)) return { packages: [] };
  const parsed = recipe.safeParse(parse(readFileSync(file, "utf8")) ?? {});
  if (parsed.success) return parsed.data;
  throw new UserFault("BadRecipe", {
    at: file,
    message: `${file}: ${parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`).join("; ")}`,
    fix: "write `packages:` and a list of Debian package names below it",
  });
}

function cdkApp(file: string): string {
  const { app } = JSON.parse(readFileSync(file, "utf8")) as { app?: unknown };
  if (typeof app === "string") return app;
  throw new UserFault("NotAProject", {
    at: file,
    message: `${file} has no "app"`,
    fix: 'say how the app is run, e.g. "app": "npx tsx app.ts"',
  });
}
