import { createHash } from "node:crypto";
import { chownSync, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { enginePlace, imageUserOf, startEngine } from "../../engine/program.js";
import { consoleTail, observeContainer, removeContainer } from "../../host/container.js";
import type { RegionLabel } from "../../host/label.js";
import { adminRole, binaries, dataFolder } from "./config.js";

/**
 * An initialised, empty database cluster, made once per engine image (0.6 s) and copied for every database (55 ms).
 * `folder` is shared between regions and holds one template for each image seen. Returns the template's data folder.
 */
export async function postgresTemplate(label: RegionLabel, root: string, folder: string): Promise<string> {
  const template = join(folder, `postgres-${imageId(root)}`);
  if (existsSync(template)) return template;
  const user = imageUserOf(root, "postgres");
  // Two regions may be at it at once: each works on its own, and the first to finish wins.
  const place = enginePlace(label, "postgres-template", `${template}.${label.code}`);
  await removeContainer(place);
  const data = join(place.folder, "data");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chownSync(data, user.uid, user.gid);
  try {
    await startEngine(place, {
      root,
      user: "postgres",
      hostname: "template",
      folders: { [dataFolder]: data },
      argv: [
        `${binaries}/initdb`,
        `--pgdata=${dataFolder}`,
        `--username=${adminRole}`,
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
      ],
    });
    let seen = observeContainer(place);
    for (; seen.state === "running"; seen = observeContainer(place)) await pause(10);
    if (seen.exit !== 0) throw new Error(`initdb of the engine image failed (exit ${seen.exit}): ${consoleTail(place, 1500)}`);
    renameSync(data, template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  } finally {
    await removeContainer(place);
  }
  return template;
}

/** Differs between two builds of the image: its own files' identity. */
function imageId(root: string): string {
  const { ino, mtimeMs } = statSync(join(root, `${binaries}/postgres`));
  return createHash("sha256").update(`${root} ${ino} ${mtimeMs}`).digest("hex").slice(0, 12);
}
