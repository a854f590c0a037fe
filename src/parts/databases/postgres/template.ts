import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { enginePlace, imageUserOf } from "../../engine/program.js";
import { removeContainer } from "../../host/container.js";
import { ownedFolder } from "../files.js";
import { runOnce } from "../once.js";
import { inside, type EngineOptions } from "../place.js";
import { imageId } from "../program.js";
import { adminRole, binaries } from "./config.js";

/**
 * An initialised, empty database cluster, made once per engine image (0.6 s) and copied for every database (55 ms). The folder of
 * templates is shared between regions and holds one for each image seen. Gives the template's data folder.
 */
export async function postgresTemplate({ label, root, templates }: EngineOptions): Promise<string> {
  const template = join(templates, `postgres-${imageId(root, `${binaries}/postgres`)}`);
  if (existsSync(template)) return template;
  // Two regions may be at it at once: each works on its own, and the first to finish wins.
  const place = enginePlace(label, "postgres-template", `${template}.${label.code}`);
  await removeContainer(place);
  mkdirSync(templates, { recursive: true, mode: 0o700 });
  const disk = join(place.folder, "disk");
  mkdirSync(disk, { recursive: true, mode: 0o700 });
  ownedFolder(disk, imageUserOf(root, "postgres"));
  try {
    await runOnce(place, "initdb of the engine image", {
      root,
      user: "postgres",
      hostname: "template",
      folders: { [inside.disk]: disk },
      argv: [
        `${binaries}/initdb`,
        `--pgdata=${inside.data}`,
        `--username=${adminRole}`,
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
      ],
    });
    renameSync(join(disk, "data"), template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  } finally {
    await removeContainer(place);
  }
  return template;
}
