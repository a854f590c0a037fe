import type { EngineOptions } from "../../../src/parts/databases/place.js";
import { Postgres } from "../../../src/parts/databases/postgres/postgres.js";
import type { ServerSpec } from "../../../src/parts/databases/spec.js";

// Stands for a region: starts a database and lives on until it is killed.
const { options, spec } = JSON.parse(process.argv[2] ?? "") as { options: EngineOptions; spec: ServerSpec };
await new Postgres(options).start(spec);
process.stdout.write("started\n");
setInterval(() => {}, 60_000);
