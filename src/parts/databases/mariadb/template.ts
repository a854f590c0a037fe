import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { enginePlace, imageUserOf } from "../../engine/program.js";
import { removeContainer } from "../../host/container.js";
import { ownedFolder, writeOwned } from "../files.js";
import { runOnce } from "../once.js";
import { inside, type EngineOptions } from "../place.js";
import { imageId } from "../program.js";
import { templateSql } from "./users.js";

/**
 * The data of an empty server, made once per engine image (1.1 s) and copied for every server. The folder of templates is shared
 * between regions and holds one for each image seen. Gives the template's data folder.
 */
export async function mariadbTemplate({ label, root, templates }: EngineOptions): Promise<string> {
  const template = join(templates, `mariadb-${imageId(root, "usr/sbin/mariadbd", templateSql)}`);
  if (existsSync(template)) return template;
  // Two regions may be at it at once: each works on its own, and the first to finish wins.
  const place = enginePlace(label, "mariadb-template", `${template}.${label.code}`);
  await removeContainer(place);
  const disk = join(place.folder, "disk");
  mkdirSync(disk, { recursive: true, mode: 0o700 });
  const user = imageUserOf(root, "mysql");
  ownedFolder(disk, user);
  writeOwned(join(disk, "extra.sql"), templateSql, user);
  try {
    await runOnce(place, "mariadb-install-db of the engine image", {
      root,
      user: "mysql",
      hostname: "template",
      folders: { [inside.disk]: disk },
      argv: [
        ...([
          "mariadb-install-db",
          "--no-defaults",
          `--datadir=${inside.data}`,
          "--skip-test-db",
          "--skip-name-resolve",
        ] as const),
        ...["--auth-root-authentication-method=socket", `--extra-file=${inside.disk}/extra.sql`],
        // As large as servers have them: MariaDB would make another at the first start.
        "--innodb-log-file-size=128M",
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
