import { MariaDb } from "../../../src/parts/databases/mariadb/mariadb.js";
import type { EngineOptions } from "../../../src/parts/databases/place.js";
import type { MasterUser, ServerSpec } from "../../../src/parts/databases/spec.js";

// Stands for a region: makes and starts a database and lives on until it is killed.
const { options, spec, master } = JSON.parse(process.env["WISH"] ?? "") as {
  options: EngineOptions;
  spec: ServerSpec;
  master: MasterUser;
};
const mariadb = new MariaDb(options);
await mariadb.make(spec, { kind: "new" });
await mariadb.start(spec);
await mariadb.setMaster(spec, master);
process.stdout.write("started\n");
setInterval(() => {}, 60_000);
