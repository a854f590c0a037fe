import { Postgres, type PostgresOptions } from "../../../src/parts/databases/postgres/postgres.js";
import type { PostgresSpec } from "../../../src/parts/databases/postgres/spec.js";

// Stands for a region: makes and starts a database and lives on until it is killed.
const { options, spec } = JSON.parse(process.argv[2] ?? "") as { options: PostgresOptions; spec: PostgresSpec };
const postgres = new Postgres(options);
await postgres.create(spec);
await postgres.start(spec);
process.stdout.write("started\n");
setInterval(() => {}, 60_000);
