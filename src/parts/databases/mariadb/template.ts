import { join } from "node:path";
import { writeOwned } from "../files.js";
import { inside, type EngineOptions } from "../place.js";
import { imageId } from "../program.js";
import { templateOf } from "../template.js";
import { templateSql } from "./users.js";

/** The data of an empty server: made in 1.1 s. */
export const mariadbTemplate = (options: EngineOptions): Promise<string> =>
  templateOf(options, {
    engine: "mariadb",
    id: imageId(options.root, "usr/sbin/mariadbd", templateSql),
    user: "mysql",
    prepare: (disk, user) => writeOwned(join(disk, "extra.sql"), templateSql, user),
    argv: [
      "mariadb-install-db",
      "--no-defaults",
      `--datadir=${inside.data}`,
      "--skip-test-db",
      "--skip-name-resolve",
      "--auth-root-authentication-method=socket",
      `--extra-file=${inside.disk}/extra.sql`,
      // As large as servers have them: MariaDB would make another at the first start.
      "--innodb-log-file-size=128M",
    ],
  });
